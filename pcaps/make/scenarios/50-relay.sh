# Mail that does not go straight: a relay inside, and Exchange Online as the sender.

host scanner-3f 10.20.0.21
host label-printer 10.20.0.24
host relay 10.20.0.25

# Device -> internal Postfix (TLS 1.0, and without TLS) -> Exchange Online's MX (TLS 1.2). Both legs are in the capture.
name contoso-com.mail.protection.outlook.com $MX_STRICT
sender_instance relay relay mail.contoso.example "smtp_tls_protocols = TLSv1.2"
listen relay 10.20.0.25:25 mail.contoso.example internal
capture relay-both-legs.pcap
postfix_start relay relay; touch "$WORK/relay/started"; sleep 0.5
old_node_mail scanner-3f SCANNER-3F 10.20.0.25 25 TLSv1_method
sleep 1.5
raw label-printer "script (Python socket)" 10.20.0.25 25 "EHLO LABEL-PRINTER" "MAIL FROM:<scanner@contoso.example>" \
    "RCPT TO:<printroom@contoso.example>" DATA 'Subject: test\n\nOne line of test text.\n.' QUIT
from relay "$POSTFIX_NAME" sleep 2.5
stop
sender_stop relay

# Exchange Online delivers to a server inside that knows TLS 1.0 only: the limit is the internal server's.
# a) a sender with TLS 1.2 (no supported_versions): ServerHello 1.0, the client's alert 70, then without TLS
# b) a sender with TLS 1.2 and 1.3: the server's alert 70; c) one that still takes 1.0: negotiated.
ADDRESS[internet]=$SENDER
postfix_instance inbound relay mail.contoso.example
listen inbound 10.20.0.25:25 mail.contoso.example internal smtpd_tls_protocols=TLSv1
capture inbound-server-tls10-only.pcap
postfix_start inbound relay; sleep 0.5
sender_instance exo internet EUR05-DB8-obe.outbound.protection.outlook.com "smtp_tls_protocols = TLSv1.2" \
    "smtp_bind_address = $SENDER" "relayhost = [10.20.0.25]"
WAIT=7 send_through internet exo "$POSTFIX_NAME" printroom@contoso.example
for v in "-tls1_2" "-min_protocol TLSv1.2" "-min_protocol TLSv1"; do
    # shellcheck disable=SC2086
    s_client internet EUR05-DB8-obe.outbound.protection.outlook.com 10.20.0.25:25 -bind "$SENDER" $v
done
stop
sender_stop exo
sender_stop inbound

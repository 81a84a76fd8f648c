# One capture for each finding the monitor can make, each as small as the case allows.

host scanner-3f 10.20.0.21
host mailgw 10.20.0.22
host label-printer 10.20.0.24
host plc-gateway 10.20.0.26
host reception-pc 10.20.0.41
MAIL=("MAIL FROM:<scanner@contoso.example>" "RCPT TO:<printroom@contoso.example>" DATA
    'Subject: test\n\nOne line of test text.\n.' QUIT)

submission $AUTH_421
capture legacy-negotiated.pcap
old_node_mail scanner-3f SCANNER-3F smtp.office365.com 587 TLSv1_method
stop

# The server takes TLS 1.2 and better only: alert 70 (protocol_version).
submission $STRICT
capture legacy-capped-alert.pcap
old_node_mail scanner-3f SCANNER-3F smtp.office365.com 587 TLSv1_method
msmtp_mail mailgw nas.contoso.example smtp.office365.com 587 "NORMAL:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0:%VERIFY_ALLOW_SIGN_WITH_SHA1"
java_mail mailgw erp.contoso.example smtp.office365.com 587 TLSv1
stop

# The same refusal without a word of TLS: a reset, and an orderly close, right after the hello.
submission $RESETS
capture legacy-capped-reset.pcap
s_client scanner-3f SCANNER-3F smtp.office365.com:587 -tls1
stop
submission $CLOSES
capture legacy-capped-close.pcap
s_client scanner-3f SCANNER-3F smtp.office365.com:587 -tls1_1
stop

# A hello that is never answered.
submission $SILENT
capture hello-unanswered.pcap
s_client scanner-3f SCANNER-3F smtp.office365.com:587 -tls1 &
# Other traffic shows that the capture goes on long enough to say that no answer came; the client still waits at its end.
sleep 12
in_ns scanner-3f busybox ping -c 1 -q "$GATEWAY4" >/dev/null
stop
wait $!

# TLS 1.2, but only suites without forward secrecy: alert 40 (handshake_failure) where only ECDHE suites are taken,
# and a server that takes them.
capture no-acceptable-suite.pcap
submission $STRICT
s_client scanner-3f SCANNER-3F smtp.office365.com:587 -tls1_2 -cipher AES128-SHA256:AES256-SHA256:AES128-SHA:AES256-SHA:@SECLEVEL=0
submission $TOLERANT
s_client label-printer LABEL-PRINTER smtp.office365.com:587 -tls1_2 -cipher AES128-GCM-SHA256:AES128-SHA:@SECLEVEL=0
stop

# Opportunistic senders on port 25: TLS 1.0 fails, and the same mail goes out without TLS.
name contoso-com.mail.protection.outlook.com $MX_STRICT
sender_instance relay-pf mailgw mail.contoso.example
capture cleartext-fallback-postfix.pcap
WAIT=7 send_through mailgw relay-pf "$POSTFIX_NAME" printroom@contoso.example
stop
sender_stop relay-pf
capture cleartext-fallback-exim.pcap
exim_mail mailgw mail.contoso.example contoso-com.mail.protection.outlook.com NORMAL:-VERS-ALL:+VERS-TLS1.0
stop

# Never STARTTLS: taken on the MX, refused where authentication or TLS is demanded.
capture starttls-never.pcap
raw label-printer "script (Python socket)" contoso-com.mail.protection.outlook.com 25 "EHLO LABEL-PRINTER" "${MAIL[@]}"
submission $NO_STARTTLS
raw label-printer "script (Python socket)" smtp.office365.com 587 "EHLO LABEL-PRINTER" "MAIL FROM:<scanner@contoso.example>" QUIT
name fabrikam-com.mail.protection.outlook.com $MX_REQUIRED
raw plc-gateway "script (Python socket)" fabrikam-com.mail.protection.outlook.com 25 "EHLO [10.20.0.26]" "MAIL FROM:<scanner@contoso.example>" QUIT
stop

# STARTTLS asked for and refused; not offered at all to a client that insists.
submission $REFUSES
capture starttls-refused.pcap
swaks_mail scanner-3f SCANNER-3F smtp.office365.com 587 --tls
stop
submission $NO_STARTTLS
capture starttls-not-offered.pcap
curl_mail scanner-3f SCANNER-3F smtp://smtp.office365.com:587 --ssl-reqd
stop

# Clients that check the certificate and do not know its issuer (TLS 1.2: the alert is readable).
submission $UPTO12
capture certificate-rejected.pcap
from mailgw "$CURL_NAME" env OPENSSL_CONF="$WORK/any.cnf" /usr/bin/curl -sS --max-time 10 --ssl-reqd smtp://smtp.office365.com:587/reports.contoso.example \
    --mail-from "$USER_NAME" --mail-rcpt "$TO" --upload-file "$WORK/message"
from mailgw "$PYTHON_NAME" env OPENSSL_CONF="$WORK/any.cnf" /usr/bin/python3 "$MAKE/clients/send_smtplib.py" --ca "$WORK/ca/shield.pem" ticket-system smtp.office365.com 587
from mailgw "$OPENSSL_NAME" bash "$MAKE/clients/s_client.sh" "$WORK/any.cnf" mailgw smtp.office365.com:587 -CAfile "$WORK/ca/shield.pem" -verify_return_error
stop

# A proxy in between: the certificate is the proxy's. (Here the server itself holds it; on the wire it is the same.)
submission $SHIELDED
capture intercepted.pcap
curl_mail reception-pc RECEPTION-PC smtp://smtp.office365.com:587 --ssl-reqd --user "$USER_NAME:$PASSWORD"
stop

name smtp-legacy.office365.com $LEGACY
capture legacy-endpoint.pcap
s_client scanner-3f SCANNER-3F smtp-legacy.office365.com:587 -tls1
smtplib_mail mailgw --min 1.2 ticket-system smtp-legacy.office365.com 587
stop

name smtp-emea.outlook.com $RETIRED
capture retired-name.pcap
msmtp_mail mailgw nas.contoso.example smtp-emea.outlook.com 587 "NORMAL:-VERS-ALL:+VERS-TLS1.2"
stop

submission $CLEAR_AUTH
capture auth-in-clear.pcap
smtplib_mail scanner-3f --plain --auth "$PASSWORD" SCANNER-3F smtp.office365.com 587
swaks_mail label-printer LABEL-PRINTER smtp.office365.com 587 --auth PLAIN --auth-user "$USER_NAME" --auth-password wrong
stop
submission $TOLERANT

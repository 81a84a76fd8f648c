# Other ports, other shapes of hello, other ways through the handshake.

host scanner-3f 10.20.0.21
host mailgw 10.20.0.22 fd20:7a11:1::22
host branch-nas 192.168.40.15
name mail.provider.example $PROVIDER
submission $TOLERANT

capture implicit-tls-465.pcap
for v in tls1 tls1_1 tls1_2 tls1_3; do
    IMPLICIT=1 s_client branch-nas BRANCH-NAS mail.provider.example:465 -$v
done
nodemailer_mail mailgw webshop mail.provider.example 465 TLSv1 TLSv1.3 "$PASSWORD"
stop

capture port-2525.pcap
s_client branch-nas BRANCH-NAS mail.provider.example:2525 -tls1
swaks_mail mailgw monitor.contoso.example mail.provider.example 2525 --tls
stop

submission $SUBMISSION6
name contoso-com.mail.protection.outlook.com $MX6
capture ipv6.ns.pcap
s_client mailgw mailgw.contoso.example smtp.office365.com:587 -6 -tls1 -servername smtp.office365.com
s_client mailgw mailgw.contoso.example contoso-com.mail.protection.outlook.com:25 -6 -tls1_1
curl_mail mailgw mailgw.contoso.example "smtp://contoso-com.mail.protection.outlook.com:25" --ssl-reqd -6
stop
submission $TOLERANT
name contoso-com.mail.protection.outlook.com $MX_TOLERANT

# The first key share is on a curve the server does not know.
capture hello-retry-request.pcap
s_client mailgw mailgw.contoso.example smtp.office365.com:587 -tls1_3 -groups P-521:P-256
stop

capture session-resumption.pcapng
for v in tls1 tls1_2 tls1_3; do
    s_client scanner-3f SCANNER-3F smtp.office365.com:587 -$v -sess_out "$WORK/$v.session"
    s_client scanner-3f SCANNER-3F smtp.office365.com:587 -$v -sess_in "$WORK/$v.session"
done
stop

capture client-certificate.pcap
for v in tls1 tls1_2 tls1_3; do
    s_client mailgw scanner-3f.contoso.example "[$SUBMISSION6]:587" -$v -cert "$WORK/ca/client.crt" -key "$WORK/ca/client.key"
done
stop

# A hello with a post-quantum key share does not fit into one segment.
capture post-quantum-hello.pcap
node24_mail mailgw webshop smtp.office365.com 587 TLSv1.2 TLSv1.3 "$PASSWORD"
stop

# EHLO and STARTTLS in one segment, and a whole message pipelined without TLS.
capture pipelining.pcap
from mailgw "script (Python ssl)" env OPENSSL_CONF="$WORK/any.cnf" /usr/bin/python3 "$MAKE/clients/eager_starttls.py" contoso-com.mail.protection.outlook.com 25
raw mailgw "script (Python socket)" contoso-com.mail.protection.outlook.com 25 "EHLO mailgw.contoso.example" \
    "+MAIL FROM:<scanner@contoso.example>|RCPT TO:<printroom@contoso.example>|DATA" 'Subject: test\n\nOne line of test text.\n.' QUIT
stop

submission $SSL3
capture ssl3.pcap
from scanner-3f "tlslite-ng 0.8.2" "$TOOLS/python/bin/python" "$MAKE/clients/ssl3_client.py" SCANNER-3F smtp.office365.com 587
stop
submission $STRICT
capture ssl3-refused.pcap
from scanner-3f "tlslite-ng 0.8.2" "$TOOLS/python/bin/python" "$MAKE/clients/ssl3_client.py" SCANNER-3F smtp.office365.com 587
stop
submission $TOLERANT

# A morning in an office: a dozen hosts, old and new, with the traffic around their mail (DHCP, DNS, ICMP, HTTP).
# Two files that belong together: the host nas is seen with TLS 1.0 in the first and with TLS 1.2 in the second.

host scanner-3f 10.20.0.21
host ticket-system 10.20.0.22
host mfp-lobby dhcp:10.20.0.23
host label-printer 10.20.0.24
host relay 10.20.0.25
host erp 10.20.0.27
host nas 10.20.0.28
host old-app dhcp:10.20.0.29
host ups-1 10.20.0.33
host mfp-archive 10.20.0.35
host kiosk 10.20.0.44
host reception-pc 10.20.0.41
host meeting-room - fd20:7a11:1::61
host branch-sender 192.168.40.15

name smtp-legacy.office365.com $LEGACY
name contoso-com.mail.protection.outlook.com $MX_STRICT
name mail.provider.example $PROVIDER
name intranet.contoso.example $WEB
name www.provider.example $WEB

look_around() { # HOST: traffic that is no mail
    from "$1" "busybox ping" busybox ping -c 2 -q "$GATEWAY4"
    from "$1" curl /usr/bin/curl -s -m 5 -o /dev/null http://www.provider.example/
}

capture office-morning-1.pcap
lease mfp-lobby MFP-LOBBY
submission $AUTH_421
old_node_mail scanner-3f SCANNER-3F smtp.office365.com 587 TLSv1_method & first=$!
smtplib_mail ticket-system --min 1.2 --auth "$PASSWORD" ticket-system.contoso.example smtp.office365.com 587 & second=$!
look_around reception-pc
wait $first $second
submission $STRICT
SAY=quit s_client mfp-lobby MFP-LOBBY smtp.office365.com:587 -tls1 -cipher AES128-SHA:AES256-SHA:DES-CBC3-SHA:@SECLEVEL=0
raw label-printer "script (Python socket)" contoso-com.mail.protection.outlook.com 25 "HELO label-printer" "MAIL FROM:<labels@contoso.example>" \
    "RCPT TO:<printroom@contoso.example>" DATA 'Subject: test\n\nOne line of test text.\n.' QUIT
submission $TOLERANT
msmtp_mail nas nas.contoso.example smtp.office365.com 587 "NORMAL:-VERS-ALL:+VERS-TLS1.0:%VERIFY_ALLOW_SIGN_WITH_SHA1"
sender_instance branch branch-sender sender.branch.contoso.example
WAIT=7 send_through branch-sender branch "$POSTFIX_NAME" printroom@contoso.example
java_mail erp erp.contoso.example smtp.office365.com 587 TLSv1.2 "$PASSWORD"
look_around label-printer
stop

capture office-morning-2.pcapng
lease old-app OLD-APP
s_client old-app OLD-APP smtp-legacy.office365.com:587 -tls1 -servername smtp-legacy.office365.com
submission $REFUSES
swaks_mail ups-1 UPS-1 smtp.office365.com 587 --tls
submission $STRICT
SAY=quit s_client mfp-archive MFP-ARCHIVE smtp.office365.com:587 -tls1_2 -cipher AES256-SHA256:AES128-SHA:@SECLEVEL=0
submission $TOLERANT
msmtp_mail nas nas.contoso.example smtp.office365.com 587 "NORMAL:-VERS-ALL:+VERS-TLS1.2"
submission $UPTO12
from kiosk "$CURL_NAME" env OPENSSL_CONF="$WORK/any.cnf" /usr/bin/curl -sS --max-time 10 --ssl-reqd smtp://smtp.office365.com:587/KIOSK \
    --mail-from "$USER_NAME" --mail-rcpt "$TO" --upload-file "$WORK/message"
submission $SUBMISSION6
s_client meeting-room MEETING-ROOM "[$SUBMISSION6]:587" -tls1_1
submission $TOLERANT
sender_instance outgoing relay mail.contoso.example "smtp_tls_protocols = >=TLSv1.2"
send_through relay outgoing "$POSTFIX_NAME" printroom@contoso.example
SAY=quit IMPLICIT=1 s_client nas nas.contoso.example mail.provider.example:465 -tls1_2
look_around kiosk
stop
sender_stop branch
sender_stop outgoing

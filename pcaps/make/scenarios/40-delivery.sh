# What became of the mail is inside TLS and cannot be seen; sizes, directions and the end of the connection can.
# The servers' logs say it (notes/server-log.tsv).

host scanner-3f 10.20.0.21
host mailgw 10.20.0.22

submission $TOLERANT
capture message-delivered.pcap
curl_mail mailgw reports.contoso.example smtp://smtp.office365.com:587 --ssl-reqd --tlsv1.2 --tls-max 1.2 --user "$USER_NAME:$PASSWORD"
curl_mail mailgw reports.contoso.example smtp://smtp.office365.com:587 --ssl-reqd --tlsv1.3 --user "$USER_NAME:$PASSWORD"
stop

submission $AUTH_535
capture auth-refused-535.pcap
curl_mail mailgw reports.contoso.example smtp://smtp.office365.com:587 --ssl-reqd --tlsv1.2 --tls-max 1.2 --user "$USER_NAME:wrong"
curl_mail mailgw reports.contoso.example smtp://smtp.office365.com:587 --ssl-reqd --tlsv1.3 --user "$USER_NAME:wrong"
stop

submission $AUTH_421
capture auth-421-4.7.66-tls10.pcap
smtplib_mail scanner-3f --max 1.0 --auth "$PASSWORD" SCANNER-3F smtp.office365.com 587
java_mail scanner-3f SCANNER-3F smtp.office365.com 587 TLSv1.1 "$PASSWORD"
smtplib_mail mailgw --min 1.2 --auth "$PASSWORD" ticket-system smtp.office365.com 587
stop
submission $TOLERANT

# One capture for each client program, with each version it can be told to use, toward a server that takes them all.

host scanner-3f 10.20.0.21
host mailgw 10.20.0.22

capture openssl-s_client.pcap
s_client scanner-3f SCANNER-3F smtp.office365.com:587 -tls1
s_client scanner-3f SCANNER-3F smtp.office365.com:587 -tls1_1
s_client scanner-3f SCANNER-3F smtp.office365.com:587 -tls1_2 -servername smtp.office365.com
s_client scanner-3f SCANNER-3F smtp.office365.com:587 -tls1_3 -servername smtp.office365.com
stop

capture curl.pcap
for v in 1.0 1.1 1.2; do
    curl_mail mailgw reports.contoso.example smtp://smtp.office365.com:587 --ssl-reqd --tlsv$v --tls-max $v
done
curl_mail mailgw reports.contoso.example smtp://smtp.office365.com:587 --ssl-reqd --user "$USER_NAME:$PASSWORD"
stop

capture swaks.pcap
for v in tlsv1 tlsv1_1 tlsv1_2 tlsv1_3; do
    swaks_mail mailgw monitor.contoso.example smtp.office365.com 587 --tls --tls-protocol $v
done
stop

capture msmtp.pcap
for v in 1.0 1.1 1.2 1.3; do
    msmtp_mail mailgw nas.contoso.example smtp.office365.com 587 "NORMAL:-VERS-ALL:+VERS-TLS$v:%VERIFY_ALLOW_SIGN_WITH_SHA1"
done
stop

capture python-smtplib.pcap
for v in 1.0 1.1 1.2; do
    smtplib_mail mailgw --max $v --auth "$PASSWORD" ticket-system smtp.office365.com 587
done
smtplib_mail mailgw --min 1.2 --auth "$PASSWORD" ticket-system smtp.office365.com 587
stop

capture nodemailer.pcap
nodemailer_mail mailgw webshop smtp.office365.com 587 TLSv1 TLSv1
nodemailer_mail mailgw webshop smtp.office365.com 587 TLSv1.1 TLSv1.1
nodemailer_mail mailgw webshop smtp.office365.com 587 TLSv1.2 TLSv1.2 "$PASSWORD"
nodemailer_mail mailgw webshop smtp.office365.com 587 TLSv1.2 TLSv1.3 "$PASSWORD"
stop

capture javamail.pcap
java_mail mailgw erp.contoso.example smtp.office365.com 587 TLSv1
java_mail mailgw erp.contoso.example smtp.office365.com 587 TLSv1.1
java_mail mailgw erp.contoso.example smtp.office365.com 587 TLSv1.2
java_mail mailgw erp.contoso.example smtp.office365.com 587 default "$PASSWORD"
stop

# The experiment this project began with: who decides about the TLS version, the mail program or the operating system?
# "Operating system" here is the system's OpenSSL configuration (OPENSSL_CONF with MinProtocol and MaxProtocol).

host reception-pc 10.20.0.41
ONLY="tcp port 587 or udp port 53"

# 1: the system allows 1.0 to 1.2, Thunderbird 1.0 only.
capture thunderbird-1-set-to-tls10.pcap $ONLY
thunderbird_mail reception-pc os-10-to-12 smtp.office365.com 587 --trust "$WORK/ca/root.pem" --min 1 --max 1
stop

# 2: the system allows 1.0 only, Thunderbird 1.2 and 1.3. The same system for two programs that do obey it (swaks,
# openssl s_client) and for one that takes the lower bound but sets the upper one itself (curl).
capture thunderbird-2-os-tls10-only.pcap $ONLY
thunderbird_mail reception-pc os-only-10 smtp.office365.com 587 --trust "$WORK/ca/root.pem" --min 3 --max 4
from reception-pc "$OPENSSL_NAME" bash "$MAKE/clients/s_client.sh" "$WORK/os-only-10.cnf" \
    reception-pc.contoso.example smtp.office365.com:587 -CAfile "$WORK/ca/trusted.pem"
CONF=$WORK/os-only-10.cnf curl_mail reception-pc reception-pc.contoso.example smtp://smtp.office365.com:587 --ssl-reqd
CONF=$WORK/os-only-10.cnf swaks_mail reception-pc reception-pc.contoso.example smtp.office365.com 587 --tls
stop

# 3: Thunderbird as it is delivered.
capture thunderbird-3-default.pcap $ONLY
thunderbird_mail reception-pc any smtp.office365.com 587 --trust "$WORK/ca/root.pem"
stop

# 4: Thunderbird that does not know the CA: with TLS 1.2 the alert is readable, with TLS 1.3 it is encrypted.
submission $UPTO12
capture thunderbird-4-untrusted-ca-tls12.pcap $ONLY
thunderbird_mail reception-pc any smtp.office365.com 587
stop
submission $TOLERANT
capture thunderbird-5-untrusted-ca-tls13.pcap $ONLY
thunderbird_mail reception-pc any smtp.office365.com 587
stop

# 6: as 2, but toward a server that knows nothing above TLS 1.2.
submission $UPTO12
capture thunderbird-6-os-tls10-only-server-tls12.pcap $ONLY
thunderbird_mail reception-pc os-only-10 smtp.office365.com 587 --trust "$WORK/ca/root.pem" --min 3 --max 4
stop
submission $TOLERANT

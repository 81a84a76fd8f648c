# Programs of 2012 to 2014 with the OpenSSL of their day, by what they offer when nobody tells them anything.

host scanner-3f 10.20.0.21

capture node-0.8.pcap
older_node_mail scanner-3f LEGACY-APP smtp.office365.com 587 TLSv1_method
stop

capture node-0.10.pcap
old_node_mail scanner-3f LEGACY-APP smtp.office365.com 587 TLSv1_method
old_node_mail scanner-3f LEGACY-APP smtp.office365.com 587 SSLv23_method
stop

# SSL 2.0's format for the first hello, as Java's "SSLv2Hello" makes it (Java 6's default), with the best version in it.
capture sslv2-format-hello.pcap
java_mail scanner-3f LEGACY-APP smtp.office365.com 587 "SSLv2Hello TLSv1"
java_mail scanner-3f LEGACY-APP smtp.office365.com 587 "SSLv2Hello TLSv1 TLSv1.1 TLSv1.2"
stop
submission $STRICT
capture sslv2-format-hello-refused.pcap
java_mail scanner-3f LEGACY-APP smtp.office365.com 587 "SSLv2Hello TLSv1"
stop
submission $TOLERANT

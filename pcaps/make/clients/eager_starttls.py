#!/usr/bin/python3
"""A client in a hurry: EHLO and STARTTLS in one segment, then TLS: eager_starttls.py SERVER PORT."""
import socket
import ssl
import sys

server, port = sys.argv[1], int(sys.argv[2])
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
context.set_ciphers('ALL:@SECLEVEL=0')
context.minimum_version = ssl.TLSVersion.TLSv1
context.maximum_version = ssl.TLSVersion.TLSv1_1
connection = socket.create_connection((server, port), timeout=8)
connection.recv(1024)
connection.sendall(b'EHLO mailgw.contoso.example\r\nSTARTTLS\r\n')
heard = b''
while b'\n220 ' not in heard:
    heard += connection.recv(1024)
secured = context.wrap_socket(connection)
secured.sendall(b'EHLO mailgw.contoso.example\r\nQUIT\r\n')
while secured.recv(1024):
    pass
secured.close()

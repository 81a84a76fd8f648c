#!/usr/bin/env python3
"""STARTTLS with SSL 3.0 (or another version) by tlslite-ng: ssl3_client.py EHLO SERVER PORT [MIN MAX], e.g. 3.0 3.0."""
import socket
import sys

from tlslite.api import HandshakeSettings, TLSConnection

ehlo, server, port = sys.argv[1:4]
low, high = (sys.argv[4:6] + ['3.0', '3.0'])[:2]
settings = HandshakeSettings()
settings.minVersion = tuple(int(part) for part in low.split('.'))
settings.maxVersion = tuple(int(part) for part in high.split('.'))
connection = socket.create_connection((server, int(port)), timeout=8)
connection.recv(1024)
connection.sendall(b'EHLO %s\r\n' % ehlo.encode())
connection.recv(1024)
connection.sendall(b'STARTTLS\r\n')
connection.recv(1024)
secured = TLSConnection(connection)
secured.handshakeClientCert(settings=settings)
secured.sendall(b'EHLO %s\r\n' % ehlo.encode())
secured.recv(1024)
secured.sendall(b'QUIT\r\n')
secured.recv(1024)
secured.close()
connection.close()

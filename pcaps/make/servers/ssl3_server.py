#!/usr/bin/env python3
"""An SMTP server whose STARTTLS leads to SSL 3.0 (tlslite-ng; no current OpenSSL or GnuTLS speaks it).

    ssl3_server.py --certificate FILE --key FILE --log FILE ADDRESS PORT
"""
import argparse
import socket

from tlslite.api import HandshakeSettings, TLSConnection, X509CertChain, parsePEMKey

NAME = 'BY1PR10CA0041.outlook.office365.com'


def main():
    options = argparse.ArgumentParser()
    for option in ('--certificate', '--key', '--log'):
        options.add_argument(option, required=True)
    options.add_argument('address')
    options.add_argument('port', type=int)
    arguments = options.parse_args()
    chain = X509CertChain()
    with open(arguments.certificate, encoding='ascii') as pem:
        chain.parsePemList(pem.read())
    with open(arguments.key, encoding='ascii') as pem:
        key = parsePEMKey(pem.read(), private=True)
    settings = HandshakeSettings()
    settings.minVersion, settings.maxVersion = (3, 0), (3, 0)
    listener = socket.create_server((arguments.address, arguments.port))
    while True:
        connection, peer = listener.accept()
        connection.settimeout(10)
        version = '-'
        try:
            connection.sendall(b'220 %s Microsoft ESMTP MAIL Service ready\r\n' % NAME.encode())
            connection.recv(1024)
            connection.sendall(b'250-%s Hello [203.0.113.7]\r\n250-SIZE 36700160\r\n250 STARTTLS\r\n' % NAME.encode())
            connection.recv(1024)
            connection.sendall(b'220 2.0.0 SMTP server ready\r\n')
            secured = TLSConnection(connection)
            secured.handshakeServer(certChain=chain, privateKey=key, settings=settings)
            version = secured.getVersionName()
            while True:
                line = secured.recv(1024)
                if not line or line.upper().startswith(b'QUIT'):
                    break
                secured.sendall(b'250 2.0.0 OK\r\n')
            secured.sendall(b'221 2.0.0 Service closing transmission channel\r\n')
            secured.close()
        except Exception as error:  # a client that gives up is no reason to stop
            print(repr(error), flush=True)
        finally:
            connection.close()
        with open(arguments.log, 'a', encoding='utf-8') as out:
            out.write('\t'.join([arguments.address, str(arguments.port), peer[0], str(peer[1]), version, '-', 'no mail']) + '\n')


if __name__ == '__main__':
    main()

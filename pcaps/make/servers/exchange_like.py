#!/usr/bin/env python3
"""A small SMTP server that says what Exchange Online says and Postfix cannot.

    exchange_like.py --certificate FILE --log FILE ADDRESS:PORT=BEHAVIOUR...

Behaviours:
  legacy-421   TLS 1.0 to 1.3; AUTH below TLS 1.2 is answered by 421 4.7.66 inside TLS (the service of 2021 to 2025)
  deny-auth    TLS 1.0 to 1.3; AUTH is refused with 535 5.7.139
  reset        a ClientHello that offers nothing above TLS 1.1 is answered by a TCP reset
  close        the same, by an orderly TCP close
  refuse-454   STARTTLS is advertised, then refused
  silent       a ClientHello is never answered
  no-starttls  STARTTLS is not advertised; mail without authentication is refused with 530 5.7.57

One line of log a connection, tab separated: server, port, client, port, TLS version, cipher, what became of it.
"""
import argparse
import datetime
import email.utils
import secrets
import socket
import ssl
import struct
import threading
import time

SEEN_AS = '203.0.113.7'  # the address of the office as the service sees it behind NAT
LEGACY_TEXT = ('421 4.7.66 TLS 1.0 and 1.1 are not supported. Please upgrade/update your client to support '
               'TLS 1.2. Visit https://aka.ms/smtp_auth_tls.')


def best_offer(hello):
    """The highest version a ClientHello record allows: supported_versions if there, else legacy_version."""
    body = hello[9:]
    legacy = struct.unpack('!H', body[:2])[0]
    at = 34
    at += 1 + body[at]
    at += 2 + struct.unpack('!H', body[at:at + 2])[0]
    at += 1 + body[at]
    at += 2
    while at + 4 <= len(body):
        kind, length = struct.unpack('!HH', body[at:at + 4])
        if kind == 43:
            listed = body[at + 5:at + 4 + length]
            return max(v for v in struct.unpack('!%dH' % (len(listed) // 2), listed) if v <= 0x0304)
        at += 4 + length
    return legacy


class Session:
    """One SMTP conversation, before and after STARTTLS."""

    def __init__(self, connection, behaviour, name, context):
        self.connection, self.behaviour, self.name, self.context = connection, behaviour, name, context
        self.secure = False
        self.result = 'no mail'
        self.reader = connection.makefile('rb')

    def say(self, *lines):
        self.connection.sendall(''.join(line + '\r\n' for line in lines).encode())

    def greet(self):
        now = email.utils.format_datetime(datetime.datetime.now(datetime.timezone.utc))
        self.say('220 %s Microsoft ESMTP MAIL Service ready at %s [%s]' % (
            self.name, now, '08DE29' + secrets.token_hex(5).upper()))

    def hello(self):
        words = ['%s Hello [%s]' % (self.name, SEEN_AS), 'SIZE 157286400', 'PIPELINING', 'DSN', 'ENHANCEDSTATUSCODES']
        if self.secure:
            words.append('AUTH LOGIN PLAIN XOAUTH2')
        elif self.behaviour != 'no-starttls':
            words.append('STARTTLS')
        words += ['8BITMIME', 'BINARYMIME', 'CHUNKING', 'SMTPUTF8']
        self.say(*['250%s%s' % ('-' if word != words[-1] else ' ', word) for word in words])

    def starttls(self):
        """False if the conversation is over."""
        if self.behaviour == 'refuse-454':
            self.say('454 4.7.0 TLS not available due to temporary reason')
            return True
        self.say('220 2.0.0 SMTP server ready')
        hello = self.connection.recv(4096, socket.MSG_PEEK)
        if self.behaviour == 'silent':
            self.result = 'silent'
            time.sleep(20)
            return False
        if self.behaviour in ('reset', 'close') and best_offer(hello) < 0x0303:
            self.result = self.behaviour
            self.connection.recv(len(hello))
            if self.behaviour == 'reset':
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
            return False
        self.connection = self.context.wrap_socket(self.connection, server_side=True)
        self.reader = self.connection.makefile('rb')
        self.secure = True
        return True

    def auth(self, argument):
        """False if the conversation is over."""
        if self.behaviour == 'legacy-421' and self.connection.version() in ('TLSv1', 'TLSv1.1'):
            self.result = 'refused'
            self.say(LEGACY_TEXT)
            return False
        words = argument.split()
        if words[0].upper() == 'LOGIN':
            for prompt in ('VXNlcm5hbWU6', 'UGFzc3dvcmQ6')[len(words) - 1:]:
                self.say('334 ' + prompt)
                self.reader.readline()
        elif len(words) == 1:
            self.say('334 ')
            self.reader.readline()
        if self.behaviour == 'deny-auth':
            self.result = 'refused'
            self.say('535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.')
        else:
            self.say('235 2.7.0 Authentication successful')
        return True

    def data(self):
        self.say('354 Start mail input; end with <CRLF>.<CRLF>')
        while self.reader.readline() not in (b'.\r\n', b''):
            pass
        self.result = 'delivered'
        self.say('250 2.0.0 OK [Hostname=%s]' % self.name)

    def run(self):
        self.greet()
        while True:
            line = self.reader.readline().decode('latin-1').strip()
            verb, _, argument = line.partition(' ')
            verb = verb.upper()
            if not line:
                return
            if verb in ('EHLO', 'HELO'):
                self.hello()
            elif verb == 'STARTTLS':
                if not self.starttls():
                    return
            elif verb == 'AUTH':
                if not self.auth(argument):
                    return
            elif verb == 'MAIL' and not self.secure:
                self.result = 'refused'
                self.say('530 5.7.57 Client not authenticated to send mail.')
            elif verb in ('MAIL', 'RCPT', 'RSET', 'NOOP'):
                self.say('250 2.1.0 OK')
            elif verb == 'DATA':
                self.data()
            elif verb == 'QUIT':
                self.say('221 2.0.0 Service closing transmission channel')
                return
            else:
                self.say('500 5.3.3 Unrecognized command')


def serve(address, port, behaviour, context, log):
    name = 'DM6PR07CA%04d.outlook.office365.com' % (101 + sum(behaviour.encode()) % 800)
    listener = socket.create_server((address, port), backlog=8)

    def one(connection, peer):
        connection.settimeout(20)
        session = Session(connection, behaviour, name, context)
        try:
            session.run()
        except (OSError, ValueError) as error:
            session.result = 'failed: %s' % getattr(error, 'reason', error)
        secured = session.connection if session.secure else None
        cipher = secured.cipher() if secured else None
        with open(log, 'a', encoding='utf-8') as out:
            out.write('\t'.join([address, str(port), peer[0], str(peer[1]), secured.version() or '-' if secured else '-',
                                 cipher[0] if cipher else '-', session.result]) + '\n')
        session.reader.close()
        session.connection.close()

    while True:
        threading.Thread(target=one, args=listener.accept(), daemon=True).start()


def main():
    options = argparse.ArgumentParser()
    options.add_argument('--certificate', required=True)
    options.add_argument('--log', required=True)
    options.add_argument('services', nargs='+')
    arguments = options.parse_args()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(arguments.certificate)
    context.set_ciphers('ALL:@SECLEVEL=0')
    context.minimum_version = ssl.TLSVersion.TLSv1
    workers = []
    for service in arguments.services:
        where, _, behaviour = service.partition('=')
        address, _, port = where.rpartition(':')
        workers.append(threading.Thread(target=serve, args=(address, int(port), behaviour, context, arguments.log)))
        workers[-1].start()
    for worker in workers:
        worker.join()


if __name__ == '__main__':
    main()

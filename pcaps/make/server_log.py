#!/usr/bin/env python3
"""What the servers themselves logged, one line a session: an independent witness beside the capture.

    server_log.py CAPTURE WORK_FOLDER

Prints: capture, server, server port, client, client port, TLS version, cipher, delivered|refused|-,
number of the alert that came from the client (Postfix only; also where it was encrypted on the wire).
Server address and port are not in Postfix's log and left as "-".
"""
import glob
import os
import re
import sys

PEER = re.compile(r'\[([0-9a-f.:]+)\]:(\d+)')
ALERT = re.compile(r'SSL alert number (\d+)')
TLS = re.compile(r'TLS connection established from \S+?\[([0-9a-f.:]+)\]:(\d+): (\S+) with cipher (\S+)')
VERSIONS = {'TLSv1': 'TLS1.0', 'TLSv1.1': 'TLS1.1', 'TLSv1.2': 'TLS1.2', 'TLSv1.3': 'TLS1.3', 'SSLv3': 'SSLv3',
            'SSL 3.0': 'SSLv3', '-': 'none'}


def postfix(path):
    sessions, key = {}, None
    with open(path, encoding='utf-8', errors='replace') as log:
        for line in log:
            if 'postfix/smtpd' not in line:
                continue
            tls, peer, alert = TLS.search(line), PEER.search(line), ALERT.search(line)
            if alert and key:  # this line does not name the client; the one before it did
                sessions[key][3] = alert.group(1)
            if not peer:
                continue
            key = peer.groups()
            session = sessions.setdefault(key, ['none', '-', '-', '-'])
            if tls:
                session[0], session[1] = VERSIONS[tls.group(3)], tls.group(4)
            elif re.search(r'smtpd\[\d+\]: [0-9A-F]{6,}: client=', line):
                session[2] = 'delivered'
            elif 'authentication failed' in line or ': reject: ' in line:
                session[2] = 'refused'
    return sessions


def main():
    capture, work = sys.argv[1:]
    for path in sorted(glob.glob(os.path.join(work, '*', 'mail.log'))):
        for (ip, port), facts in postfix(path).items():
            print('\t'.join([capture, '-', '-', ip, port, *facts]))
    for name in ('exchange_like.log', 'ssl3.log'):
        path = os.path.join(work, name)
        if not os.path.exists(path):
            continue
        with open(path, encoding='utf-8') as log:
            for line in log:
                server, port, ip, client, version, cipher, result = line.rstrip('\n').split('\t')
                result = result if result in ('delivered', 'refused') else '-'
                print('\t'.join([capture, server, port, ip, client, VERSIONS.get(version, version), cipher, result, '-']))


if __name__ == '__main__':
    main()

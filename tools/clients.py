#!/usr/bin/env python3
"""Makes data/clients.tsv: which TLS stack a fingerprint is known for, from our own captures alone.

    tools/clients.py [PROGRAM]        # PROGRAM: the tlstally to read with, by default target/debug/tlstally

Fingerprints are read by tlstally from pcaps/; which program it was is in pcaps/expected.tsv, written down while recording. A fingerprint shows the TLS library and how it was set up, seldom the program, nor the library's exact release: so the name
given is the stack. A fingerprint
that programs on different stacks share, and programs whose stack is not in the list below, are left out.
"""
import collections
import csv
import json
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# The beginning of a program's name in pcaps/make/notes/runs.tsv, and the stack it ran on (Debian 12's packages, or its own).
STACKS = (
    ('Thunderbird', 'NSS (Thunderbird)'),
    ('JavaMail', 'Java (JSSE)'),
    ('msmtp', 'GnuTLS'),
    ('Exim 4.96 (GnuTLS)', 'GnuTLS'),
    ('Node.js 0.8', 'OpenSSL 1.0'),
    ('Node.js 0.10', 'OpenSSL 1.0'),
    ('nodemailer (Node.js 24', 'OpenSSL'),
    ('nodemailer (Node.js 20', 'OpenSSL'),
    ('openssl s_client 3.', 'OpenSSL'),
    ('curl 7.88.1 (OpenSSL)', 'OpenSSL'),
    ('Python 3.11', 'OpenSSL'),
    ('script (Python ssl)', 'OpenSSL'),
    ('swaks', 'OpenSSL'),
    ('Postfix 3.7', 'OpenSSL'),
)


def stack_of(program):
    return next((stack for name, stack in STACKS if program.startswith(name)), None)


def programs():
    path = os.path.join(ROOT, 'pcaps', 'expected.tsv')
    with open(path, newline='', encoding='utf-8') as handle:
        rows = csv.DictReader(handle, delimiter='\t', quoting=csv.QUOTE_NONE)
        return {(row['file'], row['client_ip'], int(row['client_port'])): row['client_program'] for row in rows}


def records(program):
    read = [program, 'read', '--sessions', '-', os.path.join(ROOT, 'pcaps')]
    for line in subprocess.run(read, stdout=subprocess.PIPE, check=True).stdout.splitlines():
        yield json.loads(line)


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, 'target', 'debug', 'tlstally')
    known, seen = programs(), collections.defaultdict(set)
    for record in records(program):
        ja4 = record['tlstally'].get('ja4')
        ja3 = record.get('tls', {}).get('client', {}).get('ja3')
        source = record['source']
        name = known.get((os.path.basename(record['log']['file']['path']), source['ip'], source['port']), '-')
        if ja4 and ja3 and name != '-':
            seen[ja4, ja3].add(name)
    with open(os.path.join(ROOT, 'data', 'clients.tsv'), 'w', encoding='utf-8') as out:
        out.write('# Made by tools/clients.py from our own captures. JA4, JA3, stack, programs it was recorded with.\n')
        for (ja4, ja3), names in sorted(seen.items()):
            stacks = {stack_of(name) for name in names}
            if len(stacks) == 1 and None not in stacks:
                out.write('\t'.join([ja4, ja3, stacks.pop(), ', '.join(sorted(names))]) + '\n')


if __name__ == '__main__':
    main()

#!/usr/bin/env python3
"""Counts what tlstally, tshark and ndpiReader tell of the version that SMTP sessions negotiated.

    tools/compare-readers.py PROGRAM TRUTH.tsv FOLDER      labelled captures: columns as in pcaps/expected.tsv
    tools/compare-readers.py PROGRAM TRUTH.tsv FILE        one capture whose sessions are labelled by client address

Of each reader: sessions found, version right (also where none was negotiated and none is told), wrong, not told. Other
readers are run with their defaults. A row with `visible_negotiated` counts by what the capture holds.
"""
import collections
import csv
import ipaddress
import json
import os
import re
import subprocess
import sys

NAMES = {'SSLv2': 'ssl2', 'SSLv3': 'ssl3', 'TLS1.0': '1.0', 'TLS1.1': '1.1', 'TLS1.2': '1.2', 'TLS1.3': '1.3'}
NUMBERS = {'0x0002': 'ssl2', '0x0300': 'ssl3', '0x0301': '1.0', '0x0302': '1.1', '0x0303': '1.2', '0x0304': '1.3'}
RETRY = 'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c'
FIELDS = ['ip.src', 'ipv6.src', 'tcp.srcport', 'ip.dst', 'ipv6.dst', 'tcp.dstport', 'tls.handshake.type',
          'tls.handshake.version', 'tls.handshake.extensions.supported_version', 'tls.handshake.random']


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=1800)
    if done.returncode < 0:
        sys.exit('%s ended by signal %d' % (command[0], -done.returncode))
    return done.stdout.decode(errors='replace').splitlines()


def ends(client, client_port, server, server_port):
    return (str(ipaddress.ip_address(client)), int(client_port), str(ipaddress.ip_address(server)), int(server_port))


def ours(program, path):
    told = collections.defaultdict(list)
    for line in run(program, 'read', '--to', 'any', '--sessions', '-', path):
        record = json.loads(line)
        source, destination, tls = record['source'], record['destination'], record.get('tls', {})
        version = tls.get('version')
        if tls.get('version_protocol') == 'ssl':
            version = 'ssl' + version[0]
        told[ends(source['ip'], source['port'], destination['ip'], destination['port'])].append(version)
    return told


def tshark(path):
    """Streams that tshark calls smtp or tls, with the version of the first ServerHello."""
    told = {}
    arguments = [part for field in FIELDS for part in ('-e', field)]
    for line in run('tshark', '-r', path, '-n', '-Y', 'smtp || tls', '-T', 'fields', *arguments):
        row = dict(zip(FIELDS, line.split('\t')))
        try:
            inner = {field: row[field].rpartition(',')[2] for field in FIELDS[:6]}
            source = (inner['ip.src'] or inner['ipv6.src'], inner['tcp.srcport'])
            destination = (inner['ip.dst'] or inner['ipv6.dst'], inner['tcp.dstport'])
            forward, backward = ends(*source, *destination), ends(*destination, *source)
        except (ValueError, KeyError):
            continue
        stream = backward if backward in told else forward
        told.setdefault(stream, None)
        if '2' in row['tls.handshake.type'].split(',') and row['tls.handshake.random'] != RETRY:
            number = row['tls.handshake.extensions.supported_version'] or row['tls.handshake.version'].split(',')[0]
            told[stream] = told[stream] or ('1.3' if number.startswith('0x7f') else NUMBERS.get(number, number or None))
    return both_ways(told)


def ndpi(path):
    """Flows that ndpiReader lists, with the version it prints."""
    told = {}
    flow = re.compile(r'TCP \[?([0-9a-f.:]+?)\]?:(\d+) <?-> \[?([0-9a-f.:]+?)\]?:(\d+) ')
    for line in run('ndpiReader', '-i', path, '-v', '2'):
        found = flow.search(line)
        if not found or not re.search(r'proto: [^\]]*(SMTP|TLS)', line):
            continue
        version = re.search(r'\[((?:TLS|SSL)v[0-9.]+)', line)
        name = version and version.group(1).replace('TLSv1', 'TLS1')
        name = 'TLS1.0' if name == 'TLS1' else name
        told[ends(*found.groups())] = NAMES.get(name)
    return both_ways(told)


def both_ways(told):
    return {key: [version] for (a, b, c, d), version in told.items() for key in ((a, b, c, d), (c, d, a, b))}


def labels(table):
    with open(table, newline='', encoding='utf-8', errors='replace') as handle:
        for row in csv.DictReader(handle, delimiter='\t', quoting=csv.QUOTE_NONE):
            if row['mode'] == 'unknown' and row['negotiated'] in ('none', '-', ''):
                continue
            optional = row.get('strictness', '').strip() == 'optional'
            version = NAMES.get((row.get('visible_negotiated') or row['negotiated']).strip())
            key = ends(row['client_ip'], row['client_port'] or 0, row['server_ip'], row['server_port'] or 0)
            yield row['file'], key, version, optional


def count(told, rows):
    counts = collections.Counter()
    for key, version, optional in rows:
        counts['sessions'] += 1
        if not told.get(key):
            counts['right' if optional else 'not found'] += 1
            continue
        answers = told[key]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if answer == version or (optional and answer is None):
            counts['right'] += 1
        else:
            counts['not told' if answer is None else 'wrong'] += 1
            if '--verbose' in sys.argv:
                print(key, answer, version)
    return counts


def main():
    program, table, place = [argument for argument in sys.argv[1:] if not argument.startswith('--')]
    by_file = collections.defaultdict(list)
    for name, key, version, optional in labels(table):
        by_file[name if os.path.isdir(place) else ''].append((key, version, optional))
    for reader, read in (('tlstally', lambda path: ours(program, path)), ('tshark', tshark), ('ndpiReader', ndpi)):
        total = collections.Counter()
        for name, rows in sorted(by_file.items()):
            total += count(read(os.path.join(place, name) if name else place), rows)
        print(reader, ', '.join('%s %d' % (key, total[key]) for key in ('sessions', 'right', 'wrong', 'not told', 'not found')))


if __name__ == '__main__':
    main()

#!/usr/bin/env python3
"""Makes ../expected.tsv: one row for each SMTP session of the captures, read by tshark, not by this project's program.

    expected.py [CAPTURE...] [-o FILE]

What tshark cannot know is added: which program it was (notes/runs.tsv, written while recording), what the server
logged (notes/server-log.tsv, compared with tshark's version; a difference is an error) and, at the end of this file,
remarks on sessions that were decided by hand. Exit 1 if the two witnesses disagree.
"""
import collections
import csv
import glob
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.dirname(HERE)
PORTS = (25, 465, 587, 2525)
FIELDS = '''frame.time_epoch tcp.stream ip.src ip.dst ipv6.src ipv6.dst tcp.srcport tcp.dstport tcp.len tcp.flags.syn
    tcp.flags.ack tcp.flags.reset tcp.flags.fin smtp.req.command smtp.req.parameter smtp.response.code smtp.rsp.parameter
    tls.record.content_type tls.record.opaque_type tls.record.version tls.record.length tls.handshake.type tls.handshake.version
    tls.handshake.extensions.supported_version tls.handshake.extensions_server_name tls.handshake.ciphersuite
    tls.alert_message.desc tls.alert_message.level tls.handshake.ja3 tls.handshake.certificate tls.handshake.random
    tls.handshake.cipherspec'''.split()
INNERMOST = ('ip.src', 'ip.dst', 'ipv6.src', 'ipv6.dst', 'tcp.stream')
COLUMNS = '''file tcp_stream client_ip client_port server_ip server_port ip_version mode client_hello_legacy_version
    offered_versions sni server_hello_legacy_version selected_version negotiated cipher_suite alerts ehlo_name banner ja3
    ja4 ch_record_version starttls_advertised syn_seen client_payload_bytes server_payload_bytes remarks source strictness
    outcome alert_by alert_code certificate_issuer_cn auth_in_clear exchange client_program findings'''.split()
NAMES = {0x0002: 'SSLv2', 0x0300: 'SSLv3', 0x0301: 'TLS1.0', 0x0302: 'TLS1.1', 0x0303: 'TLS1.2', 0x0304: 'TLS1.3'}
VERBS = {'STAR': 'STARTTLS'}
LEGACY = ('SSLv2', 'SSLv3', 'TLS1.0', 'TLS1.1')
RETRY_RANDOM = 'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c'
ACCEPTED = {0x1301, 0x1302, 0xc02f, 0xc030, 0xc027, 0xc028}
CERTIFICATE_ALERTS = {42, 43, 44, 45, 46, 48}
# The record of a TLS 1.3 client's Finished is at least this long; an encrypted alert is 19.
FINISHED_13 = 4 + 32 + 1 + 16
EXCHANGE_PREFIXES = ('52.96.', '52.97.', '52.98.', '52.99.', '40.96.', '40.97.', '40.98.', '40.99.', '40.101.', '52.101.',
                     '104.47.', '2603:1036:', '2a01:111:f403:')


def frames(path, *options):
    command = ['tshark', '-r', path, '-2', '-R', 'tcp', '-n', '-d', 'tcp.port==2525,smtp', *options, '-T', 'fields',
               '-E', 'occurrence=a', '-E', 'aggregator=|', '-E', 'separator=/t']
    for field in FIELDS:
        command += ['-e', field]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, text=True)
    for line in done.stdout.splitlines():
        frame = dict(zip(FIELDS, line.split('\t') + [''] * len(FIELDS)))
        for field in INNERMOST:  # in a tunnel the last value is the session's own
            frame[field] = frame[field].split('|')[-1]
        yield frame


def numbers(text):
    return [int(part, 0) for part in text.split('|') if part]


class Session:
    """Facts of one TCP stream, in frame order."""

    def __init__(self, frame):
        self.started = float(frame['frame.time_epoch'])
        self.stream = frame['tcp.stream']
        source = (frame['ip.src'] or frame['ipv6.src'], int(frame['tcp.srcport']))
        target = (frame['ip.dst'] or frame['ipv6.dst'], int(frame['tcp.dstport']))
        self.client, self.server = (source, target) if target[1] in PORTS and source[1] not in PORTS or \
            frame['tcp.flags.ack'] in ('0', 'False') else (target, source)
        self.version = '6' if ':' in self.client[0] else '4'
        self.syn = False
        self.bytes = [0, 0]
        self.commands, self.codes, self.words = [], [], []
        self.banner = ''
        self.hello, self.hello_versions, self.suites, self.sni, self.ja3, self.record = None, [], [], '-', '-', '-'
        self.answer, self.selected, self.suite, self.retry = None, None, None, False
        self.alerts, self.changed, self.issuer = [], set(), '-'
        self.finished_13 = False
        self.ended = []
        self.starttls_code = None
        self.auth = False
        self.again = False
        self.left = False  # the client said an encrypted alert before the server had finished
        self.late = False  # the only alert came after the end of the connection had begun

    def add(self, frame):
        mine = (frame['ip.src'] or frame['ipv6.src'], int(frame['tcp.srcport'])) == self.client
        self.bytes[0 if mine else 1] += int(frame['tcp.len'] or 0)
        if mine and frame['tcp.flags.syn'] in ('1', 'True'):
            self.syn = True
        for flag, name in (('tcp.flags.reset', 'reset'), ('tcp.flags.fin', 'fin')):
            if frame[flag] in ('1', 'True'):
                self.ended.append((name, 'client' if mine else 'server'))
        self.smtp(frame)
        self.tls(frame, mine)

    def smtp(self, frame):
        # tshark cuts the verb after four letters: STAR, with the parameter TTLS or TLS
        commands = [VERBS.get(c.strip().upper(), c.strip().upper()) for c in frame['smtp.req.command'].split('|') if c]
        parameters = frame['smtp.req.parameter'].split('|')
        for place, command in enumerate(commands):
            self.commands.append((command, parameters[place] if place < len(parameters) else ''))
            if command == 'AUTH' and not self.hello:
                self.auth = True
        codes = numbers(frame['smtp.response.code'])
        words = frame['smtp.rsp.parameter']
        if codes and not self.banner:
            self.banner = '%d %s' % (codes[0], words)
        self.words += words.split('|')
        if codes and self.starttls_code is None and any(c == 'STARTTLS' for c, _ in self.commands) and not commands:
            self.starttls_code = codes[-1]

    def tls(self, frame, mine):
        kinds = numbers(frame['tls.handshake.type'])
        hello_versions = numbers(frame['tls.handshake.version'])
        listed = numbers(frame['tls.handshake.extensions.supported_version'])
        # an SSLv2-format hello lists suites of three bytes; those of TLS begin with a zero
        suites = numbers(frame['tls.handshake.ciphersuite']) or \
            [spec for spec in numbers(frame['tls.handshake.cipherspec']) if spec <= 0xffff]
        if mine and 1 in kinds:
            if self.hello is None:
                self.hello, self.hello_versions, self.suites = hello_versions[0], listed, suites
                self.sni = frame['tls.handshake.extensions_server_name'] or '-'
                self.ja3 = frame['tls.handshake.ja3'] or '-'
                self.record = '0x%04x' % numbers(frame['tls.record.version'])[0]
        elif not mine and 2 in kinds:
            self.retry = self.retry or RETRY_RANDOM in frame['tls.handshake.random'].replace(':', '')
            if RETRY_RANDOM not in frame['tls.handshake.random'].replace(':', ''):
                self.answer, self.suite = hello_versions[-1], suites[-1]
                self.selected = listed[-1] if listed else None
        if frame['tls.handshake.certificate'] and not mine and self.issuer == '-':
            self.issuer = issuer_of(frame['tls.handshake.certificate'].split('|')[0])
        if mine and 21 in numbers(frame['tls.record.content_type']) and not frame['tls.alert_message.desc']:
            self.left = self.left or (self.answer is not None and len(self.changed) < 2)
        for code, level in zip(numbers(frame['tls.alert_message.desc']), numbers(frame['tls.alert_message.level'])):
            if self.ended and not self.answer:
                self.late = True
            self.alerts.append(('client' if mine else 'server', code, level))
        if 20 in numbers(frame['tls.record.content_type']):
            self.changed.add(mine)
        if 23 in numbers(frame['tls.record.opaque_type']) and mine and self.answer:
            self.finished_13 = self.finished_13 or max(numbers(frame['tls.record.length'])) >= FINISHED_13

    def starttls_asked(self):
        return any(c == 'STARTTLS' or 'STARTTLS' in p.upper() for c, p in self.commands)

    def best(self):
        known = [v for v in self.hello_versions if v in NAMES]
        return max(known) if known else self.hello

    def mode(self):
        if self.starttls_code is not None and self.starttls_code < 300:
            return 'starttls'
        if self.hello and not self.commands:
            return 'implicit'
        return 'plaintext' if self.banner else 'unknown'

    def negotiated(self):
        return NAMES.get(self.selected or self.answer, 'none') if self.answer else 'none'

    def advertised(self):
        return any(word.upper() == 'STARTTLS' for word in self.words)

    def outcome(self):
        fatal = [a for a in self.alerts if a[2] == 2]
        if self.hello is None:
            if self.starttls_code and self.starttls_code >= 400:
                return 'starttls_refused'
            if not any(c == 'EHLO' for c, _ in self.commands):
                return '-'
            return 'starttls_not_used' if self.advertised() else 'starttls_not_offered'
        if fatal and not self.late:
            return 'rejected'
        if self.answer:
            done = self.finished_13 if self.negotiated() == 'TLS1.3' else len(self.changed) == 2
            return 'established' if done and not self.left else 'negotiated'
        return 'closed' if self.ended else 'unanswered'


def issuer_of(hexadecimal):
    done = subprocess.run(['openssl', 'x509', '-inform', 'DER', '-noout', '-issuer', '-nameopt', 'multiline'],
                          input=bytes.fromhex(hexadecimal.replace(':', '')), stdout=subprocess.PIPE, check=True)
    for line in done.stdout.decode().splitlines():
        if 'commonName' in line:
            return line.split('=', 1)[1].strip()
    return '-'


def sessions_of(path):
    found = {}
    for frame in frames(path):
        if not frame['tcp.stream'].isdigit():
            continue
        ports = {int(frame['tcp.srcport']), int(frame['tcp.dstport'])}
        if not ports & set(PORTS):
            continue
        found.setdefault(frame['tcp.stream'], Session(frame)).add(frame)
    for session in found.values():
        if session.starttls_asked() and not session.hello:
            read_tls_again(path, session)
    return [s for s in found.values() if sum(s.bytes)]


def read_tls_again(path, session):
    """tshark misses STARTTLS where EHLO and STARTTLS share a segment; told that the port is TLS, it reads the rest."""
    for frame in frames(path, '-d', 'tcp.port==%d,tls' % session.server[1]):
        if frame['tcp.stream'] == session.stream:
            mine = (frame['ip.src'] or frame['ipv6.src'], int(frame['tcp.srcport'])) == session.client
            session.tls(frame, mine)
    if session.hello:
        session.starttls_code = session.starttls_code or 220
        session.again = True


def read_notes(name):
    path = os.path.join(HERE, 'notes', name)
    with open(path, newline='', encoding='utf-8') as handle:
        return list(csv.reader(handle, delimiter='\t', quoting=csv.QUOTE_NONE))


def findings(session, earlier, delivered):
    """What section 3 of the record reference says a monitor should find in this session toward Exchange Online."""
    if not session.server[0].startswith(EXCHANGE_PREFIXES):
        return '-'
    found, best = [], session.best()
    if session.negotiated() in LEGACY:
        found.append('legacy_negotiated')
    if best and NAMES[best] in LEGACY:
        found.append('legacy_capped')
    if best and NAMES[best] not in LEGACY and not ACCEPTED & set(session.suites):
        found.append('no_acceptable_suite')
    failed = [e for e in earlier if e.client[0] == session.client[0] and e.server == session.server
              and e.hello and e.outcome() in ('rejected', 'closed')]
    mailed = delivered or any(command == 'MAIL' for command, _ in session.commands)
    if session.mode() == 'plaintext' and (mailed or session.auth):
        found.append('cleartext_fallback' if failed else 'starttls_never')
    if any(a[0] == 'client' and a[1] in CERTIFICATE_ALERTS for a in session.alerts):
        found.append('certificate_rejected')
    if session.issuer not in ('-', 'DigiCert Cloud Services CA-1'):
        found.append('intercepted')
    if session.server[0] == '52.96.121.66':
        found.append('legacy_endpoint')
    if session.server[0] == '40.101.12.98':
        found.append('retired_name')
    if session.auth:
        found.append('auth_in_clear')
    return ','.join(found) or '-'


def remarks_on(session):
    said = []
    if session.retry:
        said.append('HelloRetryRequest')
    if session.again:
        said.append('EHLO and STARTTLS in one segment: TLS read with tshark -d tcp.port==%d,tls' % session.server[1])
    if session.late:
        said.append('the connection was being closed before the alert came')
    if session.commands and session.commands[0][0] == 'HELO' and not session.hello:
        said.append('HELO only, so the server lists nothing: not used or not offered are both right')
    if session.record == '0x0002':
        said.append('SSLv2-compatible ClientHello')
    if session.left:
        said.append('an encrypted alert from the client before the server finished')
    if session.negotiated() == 'TLS1.3' and session.outcome() == 'negotiated':
        said.append('after the ServerHello the client sends only an encrypted alert')
    return said


def row_of(name, session, program, logged, remark, found):
    fatal = [a for a in session.alerts if a[2] == 2]
    ehlo = [p for c, p in session.commands if c in ('EHLO', 'HELO')]
    hexed = lambda value: '0x%04x' % value if value else '-'
    values = {
        'file': name, 'tcp_stream': session.stream, 'client_ip': session.client[0], 'client_port': session.client[1],
        'server_ip': session.server[0], 'server_port': session.server[1], 'ip_version': session.version,
        'mode': session.mode(), 'client_hello_legacy_version': hexed(session.hello),
        'offered_versions': ','.join(hexed(v) for v in session.hello_versions) or '-', 'sni': session.sni,
        'server_hello_legacy_version': hexed(session.answer), 'selected_version': hexed(session.selected),
        'negotiated': session.negotiated(), 'cipher_suite': hexed(session.suite),
        'alerts': ','.join('%s:%d' % (by, code) for by, code, _ in session.alerts) or '-',
        'ehlo_name': ehlo[0] if ehlo else '-', 'banner': session.banner or '-', 'ja3': session.ja3, 'ja4': '-',
        'ch_record_version': session.record, 'starttls_advertised': 'yes' if session.advertised() else 'no',
        'syn_seen': 'yes' if session.syn else 'no', 'client_payload_bytes': session.bytes[0],
        'server_payload_bytes': session.bytes[1],
        'remarks': '; '.join(remarks_on(session) + ([remark] if remark else [])) or '-',
        'source': 'tshark', 'strictness': 'required', 'outcome': session.outcome(),
        'alert_by': fatal[0][0] if fatal else '-', 'alert_code': fatal[0][1] if fatal else '-',
        'certificate_issuer_cn': session.issuer, 'auth_in_clear': 'true' if session.auth else '-',
        'exchange': logged[7] if logged else '-', 'client_program': program, 'findings': found,
    }
    return [str(values[column]).replace('\t', ' ') for column in COLUMNS]


def main():
    words = sys.argv[1:]
    out = os.path.join(FOLDER, 'expected.tsv')
    if '-o' in words:
        at = words.index('-o')
        out = words[at + 1]
        del words[at:at + 2]
    paths = words or sorted(glob.glob(os.path.join(FOLDER, '*.pcap')) + glob.glob(os.path.join(FOLDER, '*.pcapng')))
    runs, served = collections.defaultdict(list), {}
    for name, begin, end, address, program in read_notes('runs.tsv'):
        runs[name].append((float(begin), float(end), address, program))
    for line in read_notes('server-log.tsv'):
        served[line[0], line[3], line[4]] = line
    rows, wrong = [], 0
    for path in paths:
        name, earlier = os.path.basename(path), []
        for place, session in enumerate(sessions_of(path)):
            # Two clocks: a session may seem to begin a little before its run. A run that holds it for certain comes first.
            program = [p for slack in (0, 0.01) for begin, end, address, p in runs[name]
                       if address == session.client[0] and begin - slack <= session.started <= end]
            logged = served.get((name, session.client[0], str(session.client[1])))
            remark = REMARKS.get((name, place), '')
            if logged and logged[8] != '-' and not session.alerts:
                remark = 'the server logged alert %s from the client, encrypted on the wire' % logged[8]
            if logged and logged[5] != session.negotiated():
                if logged[5] == 'none' and session.outcome() in ('rejected', 'negotiated'):
                    remark = remark or 'the server logged no TLS: the handshake did not finish'
                else:
                    wrong += 1
                    print('%s stream %s: the server logged %s, tshark reads %s' % (
                        name, session.stream, logged[5], session.negotiated()), file=sys.stderr)
            rows.append(row_of(name, session, program[0] if program else '-', logged, remark,
                               findings(session, earlier, bool(logged) and logged[7] == 'delivered')))
            earlier.append(session)
    with open(out, 'w', encoding='utf-8') as handle:
        handle.write('\t'.join(COLUMNS) + '\n')
        for row in rows:
            handle.write('\t'.join(row) + '\n')
    print('%d sessions, %d disagreements' % (len(rows), wrong), file=sys.stderr)
    return 1 if wrong else 0


# (file, place of the session in the file, from 0): what was decided by hand, and why.
REMARKS = {
    ('hello-unanswered.pcap', 0): 'the capture ends 2 s after the hello, the server would never answer: '
                                  'incomplete is right too',
}

if __name__ == '__main__':
    sys.exit(main())

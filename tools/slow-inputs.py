#!/usr/bin/env python3
"""How long hostile inputs keep a reader busy, and how much memory they take: lines, records, segments, fragments and answers that
repeat, in every state of a conversation that could make something of them.

    tools/slow-inputs.py [--kilobytes N] [PROGRAM]      PROGRAM is target/release/tlstally if not given

Prints the slowest and the largest, and fails if one takes more than a second of CPU time for a megabyte, more than 256 MB of memory, or
does not end well. All of them are of N kilobytes (250), so that what grows with the square of its length shows, and the start of the
program hardly does.
"""
import argparse
import itertools
import os
import random
import struct
import sys
import tempfile
import typing

from bench import measured

PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'target', 'release', 'tlstally')
MOST_SECONDS_A_MEGABYTE = 1.0
MOST_MEGABYTES = 256
SHOWN = 10
CLIENT, SERVER, RESOLVER = bytes((10, 20, 0, 21)), bytes((52, 96, 165, 18)), bytes((10, 20, 0, 53))
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
DAY = 86_400_000_000


class Input(typing.NamedTuple):
    """A capture that something may take long for."""
    title: str
    packets: typing.Iterable[bytes]
    # Microseconds from the packet before to the one of this number.
    step: typing.Callable[[int], int] = lambda _: 10
    any_port: bool = False


def ip(source, destination, protocol, payload, identification=0, offset=0):
    return bytes(12) + b'\x08\0' + struct.pack(
        '>BBHHHBBH', 0x45, 0, 20 + len(payload), identification & 0xffff, offset, 64, protocol, 0) + source + destination + payload


def segment(from_client, sequence, payload=b'', flags=PSH | ACK, acknowledgement=1, port=40_000):
    ends, ports = ((CLIENT, SERVER), (port, 587)) if from_client else ((SERVER, CLIENT), (587, port))
    header = struct.pack('>HHIIBBHHH', *ports, sequence % 2**32, acknowledgement % 2**32, 0x50, flags, 65_535, 0, 0)
    return ip(*ends, 6, header + payload)


def datagram(source, destination, ports, payload):
    return ip(source, destination, 17, struct.pack('>HHHH', *ports, 8 + len(payload), 0) + payload)


OPENED = [segment(True, 0, flags=SYN, acknowledgement=0), segment(False, 0, flags=SYN | ACK), segment(True, 1, flags=ACK)]


def conversation(parts, length, opened):
    """What the ends say in turn, in segments of `length` bytes; a number of bytes is lost."""
    at = {True: 1, False: 1}
    yield from OPENED if opened else []
    for from_client, said in parts:
        if isinstance(said, int):
            at[from_client] += said
            continue
        for start in range(0, len(said), length):
            part = said[start:start + length]
            yield segment(from_client, at[from_client], part, acknowledgement=at[not from_client])
            at[from_client] += len(part)


GREETING, EHLO, OFFER = (False, b'220 a ESMTP\r\n'), (True, b'EHLO a\r\n'), (False, b'250-a\r\n250 STARTTLS\r\n')
STARTTLS, MAIL = (True, b'STARTTLS\r\n'), (True, b'MAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nDATA\r\n')
BEFORE = {
    'nothing': [],
    'greeting': [GREETING],
    'EHLO': [GREETING, EHLO, OFFER],
    'STARTTLS': [GREETING, EHLO, OFFER, STARTTLS, (False, b'220 go\r\n')],
    'STARTTLS refused': [GREETING, EHLO, OFFER, STARTTLS, (False, b'454 no\r\n')],
    'STARTTLS of a client alone': [EHLO, STARTTLS],
    'DATA': [GREETING, EHLO, OFFER, MAIL, (False, b'250 ok\r\n250 ok\r\n354 go\r\n')],
    'DATA refused': [GREETING, EHLO, OFFER, (True, b'DATA\r\n'), (False, b'554 no\r\n')],
    'DATA, its answer lost': [GREETING, EHLO, OFFER, MAIL, (False, 40)],
    'DATA of a client alone': [EHLO, MAIL],
    'DATA and STARTTLS of a client alone': [EHLO, MAIL, STARTTLS],
    'DATA with a bare line feed': [EHLO, (True, b'DATA\n')],
    'a hole': [GREETING, EHLO, OFFER, (True, 500), (False, 500)],
}
LINES = [
    '.\n', '.\r\n', '\r\n.\r\n', '\n.\n', '\n', '\r\n', '\r', 'x', 'x\n', 'S\n', '\0', 'XXXXXXXX\r\n', 'STARTTLS\n', 'STARTTLS\r\n', 'STARTTLS\r\n.\r\n',
    'STARTTLS\n.\n', 'STARTTLS\r\nhello there\r\n', 'STARTTLS\r\n\x16', 'X-ANONYMOUSTLS\n', 'AUTH PLAIN AAAA\r\n', 'AUTH LOGIN\n',
    'EHLO a\n', 'LHLO a\r\n', 'EHLO a\r\nSTARTTLS\r\n', 'EHLO a\r\nDATA\r\n.\r\n', 'MAIL FROM:<>\n', 'RCPT TO:<>\n', 'DATA\n', 'DATA\n.\n',
    'DATA\r\nSTARTTLS\r\n', 'DATA\r\nQUIT\r\n', 'BDAT 1 \nx', 'BDAT 1 LAST\r\nx', 'BDAT 0\n', 'RSET\n', 'QUIT\n', 'XCLIENT ADDR=1\r\n',
    'PROXY ', 'PROXY \n', '\r\n\r\n\0\r\nQUIT\n', '2', '5\n', '220 \n', '220-\n', '250 \n', '250-a\n', '250-STARTTLS\r\n', '354 \n', '454 \r\n',
    '235 \n', '334 \n', '421 \n', '500 \n', '250 STARTTLS\r\n220 go\r\n', '220 a ESMTP\r\n250-a\r\n250 STARTTLS\r\n',
]
RECORDS = [
    '16', '1603', '1603010000', '160301000101', '160301000400000000', '160301000401000000', '15030100020100', '15030100020228',
    '150301000101', '140301000101', '1703010000', '170301000161', '802e010002', 'ff',
]
RECORDS_AND_TEXT = [(record, text) for record in ('15030100020228', '160301000401000000') for text in ('STARTTLS\r\n', '220 ok\r\n', 'x\n')]


def conversations(length):
    """Each thing that may be said, again and again, by either end, in each state."""
    said = [line.encode('latin-1') for line in LINES] + [bytes.fromhex(record) for record in RECORDS]
    said += [bytes.fromhex(record) + text.encode() for record, text in RECORDS_AND_TEXT]
    for state, pattern, from_client, opened in itertools.product(BEFORE, said, (True, False), (True, False)):
        for size in (60_000, 40):
            # The headers of small segments are most of a file.
            amount = length if size > 1000 else length // 3
            parts = BEFORE[state] + [(from_client, pattern * (amount // len(pattern)))]
            title = f'{pattern!r} behind {state}, {"client" if from_client else "server"}, {size} a segment{"" if opened else ", late start"}'
            yield Input(title, conversation(parts, size, opened), any_port=not opened)


def segments(length, chance):
    """Segments in every order, with holes, overlaps and other bytes, and at odd times."""
    for size in (1, 64, 1400):
        count = length // (size + 70)
        text = bytes(chance.choice(b'ab\n.') for _ in range(size))
        orders = {
            'in reverse': range(count, 0, -1), 'behind a hole': range(1, count), 'with holes': range(0, 2 * count, 2),
            'with holes in reverse': range(2 * count, 0, -2), 'shuffled': chance.sample(range(count), count), 'all the same': [1] * count,
            'from both sides': [n for i in range(count // 2) for n in (count - i, i)],
        }
        for (name, order), from_client, opened in itertools.product(orders.items(), (True, False), (OPENED, [])):
            title = f'segments {name}, {"client" if from_client else "server"}, {size}{"" if opened else ", late start"}'
            yield Input(title, opened + [segment(from_client, 1 + n * size, text) for n in order])
        yield Input(f'segments a byte apart, {size}', OPENED + [segment(True, 1 + n, text) for n in range(count)])
        yield Input(f'segments with other bytes, {size}', OPENED + [
            segment(True, chance.randrange(60_000), bytes([chance.randrange(256)]) * size) for _ in range(count)])
        yield Input(f'segments of any number, {size}', OPENED + [
            segment(chance.random() < 0.5, chance.randrange(2**32), text, PSH | ACK, chance.randrange(2**32)) for _ in range(count)])
        yield Input(f'segments with any flags, {size}', OPENED + [
            segment(chance.random() < 0.5, chance.randrange(3000), text, chance.randrange(64), chance.randrange(9000)) for _ in range(count)])
        turns = [segment(n % 2 == 0, 1 + n // 2 * size, text, acknowledgement=1 + (n + 1) // 2 * size) for n in range(count)]
        yield Input(f'turns shuffled, {size}', OPENED + chance.sample(turns, len(turns)))
        times = {
            'an hour': lambda _: DAY // 24, 'a day': lambda _: DAY, 'a year': lambda _: 365 * DAY, 'a millisecond back': lambda _: -1000,
            'a day to and fro': lambda n: DAY if n % 2 else -DAY, 'any time': lambda _: chance.randrange(-DAY, DAY),
        }
        for name, step in times.items():
            yield Input(f'turns, {name} apart, {size}', OPENED + turns, step)
    count = length // 70
    for name, flags in (('SYN', SYN), ('SYN-ACK', SYN | ACK), ('RST', RST), ('FIN', FIN | ACK), ('ACK', ACK)):
        yield Input(f'{name} of any number', OPENED + [
            segment(n % 2 == 0, chance.randrange(2**32), b'', flags, chance.randrange(2**32)) for n in range(count)])
    yield Input('SYN from any port', [segment(True, 0, b'', SYN, 0, n % 65_536) for n in range(count)])
    yield Input('one segment a connection', [segment(True, 1, b'EHLO a\r\n', port=n % 65_536) for n in range(count)])
    for name, first in (('other', 1_000_003), ('same', 0)):
        again = [part for n in range(count // 3) for part in (
            segment(True, n * first, b'', SYN, 0), segment(False, n * 7919, b'', SYN | ACK, n * first + 1),
            segment(True, n * first + 1, b'EHLO a\r\n', acknowledgement=n * 7919 + 1))]
        yield Input(f'connections with the {name} first number', again)
        yield Input(f'connections with the {name} first number, 11 s apart', again, lambda _: 11_000_000)


def fragments(length, chance):
    more = 0x2000
    for size in (8, 1480):
        count = length // (size + 50)
        text = b'a' * size
        yield Input(f'fragments of one datagram, {size}', [ip(CLIENT, SERVER, 6, text, 7, n % 8000 | more) for n in range(count)])
        yield Input(f'first fragments, {size}', [ip(CLIENT, SERVER, 6, text, n, more) for n in range(count)])
        yield Input(f'first fragments, a day apart, {size}', [ip(CLIENT, SERVER, 6, text, n, more) for n in range(count)], lambda _: DAY)
        yield Input(f'fragments in reverse, {size}', [
            ip(CLIENT, SERVER, 6, text, n // 40, (40 - n % 40) * size // 8 | more) for n in range(count)])
        yield Input(f'any fragments, {size}', [
            ip(bytes((10, chance.randrange(256), 1, 1)), SERVER, 6, text, chance.randrange(99), chance.randrange(16_383)) for _ in range(count)])


def name(text):
    return b''.join(bytes([len(part)]) + part for part in text.encode().split(b'.')) + b'\0'


def answers(length, chance):
    """Answers of DNS that are long, lead to each other, or lie."""
    asked = name('smtp.office365.com') + b'\0\1\0\1'

    def resource_record(owner, kind, data):
        return owner + struct.pack('>HHIH', kind, 1, 60, len(data)) + data

    def answer(records, counts=None):
        return struct.pack('>HHHHHH', chance.randrange(65_536), 0x8180, *(counts or (1, len(records), 0, 0))) + asked + b''.join(records)

    links = [resource_record(name(f'a{n}.b'), 5, name(f'a{n + 1}.b')) for n in range(1500)]
    first, last = resource_record(b'\xc0\x0c', 5, name('a0.b')), resource_record(name('a1500.b'), 1, bytes(4))
    messages = {
        'addresses': answer([resource_record(b'\xc0\x0c', 1, chance.randbytes(4)) for _ in range(400)]),
        'aliases in order': answer([first, *links, last]),
        'aliases in reverse': answer([last, *reversed(links), first]),
        'an alias of itself': answer([resource_record(b'\xc0\x0c', 5, b'\xc0\x0c')] * 400),
        'pointers to pointers': answer([resource_record(b'\x01a' + struct.pack('>H', 0xc000 | 36 + n * 18 if n else 0xc00c), 1, bytes(4)) for n in range(800)]),
        'long names': answer([resource_record(name('.'.join(['x'] * 126)), 1, bytes(4))] * 200),
        'counts that lie': answer([b'\0\0\1\0\1'] * 200, [65_535] * 4),
    }
    for title, message in messages.items():
        packets = [datagram(RESOLVER, CLIENT, (53, 5000 + n % 50_000), message) for n in range(max(2, length // len(message)))]
        yield Input(f'DNS: {title}', packets)
    yield Input('mDNS: other addresses each time', [
        datagram(CLIENT, bytes((224, 0, 0, 251)), (5353, 5353), struct.pack('>HHHHHH', 0, 0x8400, 0, 1, 0, 0)
                 + resource_record(name(f'h{n % 500}.local'), 1, bytes((10, 20)) + chance.randbytes(2))) for n in range(length // 90)])


def write(path, packets, step):
    moment = 1_800_000_000_000_000
    out = [struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 262_144, 1)]
    for number, packet in enumerate(packets):
        moment += step(number)
        out.append(struct.pack('<IIII', moment // 1_000_000 % 2**32, moment % 1_000_000, len(packet), len(packet)))
        out.append(packet)
    data = b''.join(out)
    with open(path, 'wb') as file:
        file.write(data)
    return len(data)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--kilobytes', type=int, default=250)
    parser.add_argument('program', nargs='?', default=PROGRAM)
    options = parser.parse_args()
    chance, length = random.Random(1), options.kilobytes * 1000
    inputs = itertools.chain(conversations(length), segments(length, chance), fragments(length, chance), answers(length, chance))
    took, failed = [], False
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'input.pcap')
        for one in inputs:
            size = write(path, one.packets, one.step)
            ports = ['--ports', 'any'] if one.any_port else []
            status, seconds, _, memory = measured([options.program, 'read', '--workers', '1', '--sessions', '/dev/null', *ports, path])
            took.append((seconds / (size / 1e6), seconds, memory, one.title))
            if status != 0:
                failed = True
                print(f'FAILED with {status}: {one.title}')
    show(f'{len(took)} inputs; the slowest:', sorted(took, reverse=True))
    show('The largest:', sorted(took, key=lambda one: one[2], reverse=True))
    if failed or max(pace for pace, *_ in took) > MOST_SECONDS_A_MEGABYTE or max(memory for _, _, memory, _ in took) > MOST_MEGABYTES:
        sys.exit(f'at most {MOST_SECONDS_A_MEGABYTE:.0f} s of CPU time for a megabyte, and {MOST_MEGABYTES} MB of memory')


def show(heading, rows):
    print(f'{heading}\n{"s/MB":>7} {"s":>7} {"MB":>5}')
    for pace, seconds, memory, title in rows[:SHOWN]:
        print(f'{pace:7.3f} {seconds:7.3f} {memory:5.0f} {title}')


if __name__ == '__main__':
    main()

#!/usr/bin/env python3
"""Writes seed corpora for the fuzz targets, made of the captures in pcaps/ and the endpoint lists in data/endpoints/, and some long
ones of one thing again and again.

    tools/fuzz-seeds.py [FOLDER]        FOLDER is fuzz/corpus if not given

Each target reads its own form of input (see fuzz/fuzz_targets/); nothing here is kept in the repository.
"""
import gzip
import lzma
import pathlib
import shutil
import struct
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LARGEST_FILE = 40_000


def packets(path):
    """Frames of a little-endian pcap file on Ethernet."""
    data = path.read_bytes()
    at = 24
    while data[:4] == b'\xd4\xc3\xb2\xa1' and at + 16 <= len(data):
        captured = struct.unpack_from('<I', data, at + 8)[0]
        yield data[at + 16:at + 16 + captured]
        at += 16 + captured


def payload(frame):
    """Ends and TCP payload of an IPv4 frame."""
    if frame[12:14] != b'\x08\x00' or frame[23] != 6:
        return None
    ip = frame[14:]
    tcp = (ip[0] & 15) * 4
    data = tcp + (ip[tcp + 12] >> 4) * 4
    return ip[12:16] + ip[tcp:tcp + 2], ip[16:20] + ip[tcp + 2:tcp + 4], ip[data:struct.unpack_from('>H', ip, 2)[0]]


# As in fuzz_targets/names.rs.
NAME_PORTS = {53: 0, 5353: 2, 5355: 3, 137: 4, 68: 5, 67: 6, 546: 7, 547: 8}


def name_message(frame):
    """A UDP datagram that tells names: the selector of its protocol, its length, its payload."""
    if frame[12:14] != b'\x08\x00' or frame[23] != 17:
        return b''
    udp = frame[14 + (frame[14] & 15) * 4:]
    source, destination, length = struct.unpack_from('>HHH', udp)
    selector = 1 if destination == 53 else NAME_PORTS.get(source)
    if selector is None:
        return b''
    return bytes([selector]) + struct.pack('>H', length - 8) + udp[8:length]


def turns(path):
    """For each connection the turns of its two ends."""
    found = {}
    for frame in packets(path):
        said = payload(frame)
        if said and said[2]:
            source, destination, data = said
            spoken = found.setdefault(frozenset((source, destination)), [])
            if spoken and spoken[-1][0] == source:
                spoken[-1][1].extend(data)
            else:
                spoken.append((source, bytearray(data)))
    return list(found.values())


def sliced(parts):
    return b''.join(struct.pack('>H', len(part)) + bytes(part) for part in parts)


def fragments(ip):
    """An IPv4 packet in pieces of 64 bytes."""
    header, data = ip[:20], ip[20:]
    for at in range(0, len(data), 64):
        more = 0x2000 if at + 64 < len(data) else 0
        length = struct.pack('>H', 20 + len(data[at:at + 64]))
        yield header[:2] + length + header[4:6] + struct.pack('>H', at // 8 | more) + header[8:] + data[at:at + 64]


# What one end may say again and again in one segment, server and client by turns.
REPEATED = [
    (b'', b'DATA\nRSET\n'),
    (b'', b'DATA\r\nMAIL FROM:<a@a.example>\r\n'),
    (b'354 a\r\n', b'DATA\r\n.\r\n'),
    (b'354 a\r\n', b'DATA\r\n\n.\n'),
    (b'250 a\r\n', b'BDAT 1\r\na'),
    (b'250-a\r\n', b'AUTH PLAIN AAAA\r\n'),
    (b'220 a\r\n', b'STARTTLS\r\n'),
    (b'\x15\x03\x01\x00\x02\x01\x00', b'\xae\n'),
    (b'\x16\x03\x03\x00\x04\x0e\x00\x00\x00', b'\x16\x03\x01\x00\x04\x00\x00\x00\x00'),
]


def again(part, length=60_000):
    return (part * length)[:length]


def tcp_frame(from_client, seq, ack, flags, data):
    """A frame as an offloading card hands it to a capture: without length and checksums."""
    ends = [b'\x0a\x14\x00\x15', b'\x34\x61\x85\xa2'], [struct.pack('>H', 40_000), struct.pack('>H', 25)]
    (source, target), (port, other) = ends if from_client else (end[::-1] for end in ends)
    ip = b'\x45\x00\x00\x00\x00\x01\x00\x00\x40\x06\x00\x00' + source + target
    return b'\x02' * 12 + b'\x08\x00' + ip + port + other + struct.pack('>IIBBHI', seq, ack, 0x50, flags, 65_535, 0) + data


def long_capture(server, client):
    """Both ends say one long segment each."""
    frames = [tcp_frame(True, 100, 0, 2, b''), tcp_frame(False, 500, 101, 18, b''),
              tcp_frame(False, 501, 101, 24, server), tcp_frame(True, 101, 501 + len(server), 24, client)]
    return pcap(frames, '<', 0xa1b2c3d4)


def long_seeds():
    """What must not take more than its length."""
    for number, (server, client) in enumerate(REPEATED):
        yield 'dialogue', f'long-{number}', b'\x03\x05\x11\x2a' + sliced([b'220 a\r\n' + again(server), again(client)])
        yield 'whole_read', f'long-{number}', long_capture(b'220 a\r\n' + again(server, 40_000), again(client, 85_000))
        for role, said in enumerate([client, server]):
            if said:
                yield 'tls_stream', f'long-{number}-{role}', bytes([role]) + b'\x04\x05\x47\x2a\x81' + again(said)
    # Pointers that lead from one to the other, and records that point to the last of them.
    chain = b'\xc0\x0c' + b''.join(struct.pack('>H', 0xc000 | at - 2) for at in range(25, 16_000, 2))
    owner = struct.pack('>H', 0xc000 | 15_999)
    record = struct.pack('>HHIH', 16, 1, 60, 0)
    answers = b'\0' + struct.pack('>HHIH', 16, 1, 60, len(chain)) + chain + (owner + record) * 3_000
    dns = struct.pack('>HHHHHH', 7, 0x8180, 0, 3_001, 0, 0) + answers
    dhcp = b'\x01\x01\x06\x00' + bytes(232) + b'\x63\x82\x53\x63\x35\x01\x03' + again(b'\x0c\x01a') + b'\xff'
    for name, selector, message in [('dns', NAME_PORTS[53], dns), ('dhcp', NAME_PORTS[68], dhcp)]:
        yield 'names', f'long-{name}', bytes([selector]) + struct.pack('>H', len(message)) + message
    pieces = [bytes([0x45, 0]) + struct.pack('>HHHBBH', 28, 7, 0x2064, 64, 6, 0) + b'\x0a\x14\x00\x15\x34\x61\x85\xa2' + struct.pack('>Q', number)
              for number in range(2_000)]
    yield 'fragments', 'long', sliced(pieces)


def wrapped(frame):
    """A frame of TCP over IPv4 on Ethernet, on other links and in tunnels: link type and bytes."""
    ethernet, packet = frame[:12], frame[14:]

    def ip(protocol, payload):
        header = bytes([0x45, 0]) + struct.pack('>HHHBBH', 20 + len(payload), 1, 0, 64, protocol, 0)
        return ethernet + b'\x08\0' + header + b'\x0a\x01\0\x01\x0a\x01\0\x02' + payload

    def udp(port, payload):
        return ip(17, struct.pack('>HHHH', 50_000, port, 8 + len(payload), 0) + payload)

    # Numbers and headers of the links: tcpdump.org's list of link types.
    for link, header in {
        0: '02000000', 9: 'ff030021', 12: '', 50: 'ff030021', 101: '', 104: '0f000800',
        105: '0802000002020202020204040404040406060606060600' '00aaaa030000000800', 108: '00000002', 113: '0000000100060202020202020000' '0800',
        127: '0000080000000000' '0802000002020202020204040404040406060606060600' '00aaaa030000000800', 149: '4d475200' '00020021', 228: '',
        239: '02000000', 276: '0800000000000001000100060202020202020000',
    }.items():
        yield link, bytes.fromhex(header) + packet
    for header in [
        '810000010800', '88a80001810000020800', '8847000641400800', '884700064140', '88470006414000000000', '88e7000000010000', '893f000000010800',
        '88e5000000000001', '8909000000010000', '894f0fc4010300000000', '22f30000', '8863', 'ffff0300', '002aaaaa030000000800',
    ]:
        yield 1, ethernet + bytes.fromhex(header) + packet
        yield 1, ethernet + bytes.fromhex(header) + frame
    yield 1, ethernet + bytes.fromhex('886411000001') + struct.pack('>H', len(packet) + 2) + b'\0\x21' + packet
    for header in ['00000800', '2000080000000001', 'b000080000000000' '0000000100000002', '3001880b00000001']:
        yield 1, ip(47, bytes.fromhex(header) + packet)
    for header in ['00006558', '100088be000000010001000100000000', '000088be', '100022eb00000001' '100100010000000000000000', '20006558000001ff']:
        yield 1, ip(47, bytes.fromhex(header) + frame)
    yield 1, ip(4, packet)
    yield 1, ip(51, b'\x04\x04\0\0' + bytes(20) + packet)
    yield 1, ip(97, b'\x30\0' + frame)
    yield 1, ip(115, bytes(8) + frame)
    for port, header, inner in [
        (4789, '0800000000000100', frame), (4790, '0c00000100000100', packet), (6081, '0000655800000100', frame),
        (6081, '0100080000000100' '01020300', packet), (4341, '8000000000000000', packet), (8472, '0800000000000100', frame), (3544, '', packet),
        (5247, '00200000' '00000000', frame), (37_008, '01000001' '01', frame), (1701, '0002000100010000' 'ff030021', packet),
        (6635, '00064140', packet), (7784, '', frame),
    ]:
        yield 1, udp(port, bytes.fromhex(header) + inner)
    yield 1, udp(2152, bytes.fromhex('30ff') + struct.pack('>HI', len(packet), 7) + packet)
    yield 1, udp(2152, bytes.fromhex('34ff') + struct.pack('>HI', len(packet) + 8, 7) + bytes.fromhex('0000008501100900') + packet)
    # In IPv6, behind each of the extension headers (RFC 8200 section 4).
    for first, header in [
        (6, ''), (0, '0600010400000000'), (43, '0600000000000000'), (44, '0600000000000007'), (60, '0600010400000000'), (51, '06040000' + '00' * 20),
    ]:
        payload = bytes.fromhex(header) + packet[20:]
        yield 1, ethernet + b'\x86\xdd\x60\0\0\0' + struct.pack('>HBB', len(payload), first, 64) + bytes(15) + b'\1' + bytes(15) + b'\2' + payload


def pcapng(frames, order):
    """A section of every kind of block, and a second one behind it without a length (draft-ietf-opsawg-pcapng)."""
    def block(kind, body):
        body += bytes(-len(body) % 4)
        return struct.pack(order + 'II', kind, len(body) + 12) + body + struct.pack(order + 'I', len(body) + 12)

    def option(code, value):
        return struct.pack(order + 'HH', code, len(value)) + value + bytes(-len(value) % 4)

    def section(length):
        return block(0x0a0d0d0a, struct.pack(order + 'IHHq', 0x1a2b3c4d, 1, 0, length) + option(4, b'seeds') + bytes(4))

    interface = block(1, struct.pack(order + 'HHI', 1, 0, 0) + option(2, b'eth0') + option(9, b'\x09') + bytes(4))
    other = block(1, struct.pack(order + 'HHI', 1, 0, 96) + option(9, b'\x86') + option(14, struct.pack(order + 'q', 3600)) + bytes(4))
    rest = block(4, struct.pack(order + 'HH', 1, 9) + b'\x0a\x14\x00\x15pc\0' + bytes(3) + bytes(4))
    rest += block(5, struct.pack(order + 'III', 0, 400_000, 0) + option(4, bytes(8)) + option(5, bytes(8)) + bytes(4))
    rest += block(0xbad, struct.pack(order + 'I', 32_473) + b'text') + block(10, struct.pack(order + 'II', 0x544c534b, 4) + b'key ')
    body = interface + other + rest
    for number, frame in enumerate(frames):
        kept = frame[:96] if number % 2 else frame
        moment = struct.pack(order + 'II', 419_000, number)
        if number % 5 == 4:
            body += block(3, struct.pack(order + 'I', len(frame)) + frame)
        elif number % 5 == 3:
            body += block(2, struct.pack(order + 'HH', 0, 0) + moment + struct.pack(order + 'II', len(kept), len(frame)) + kept)
        else:
            options = option(2, bytes(4)) + option(1, b'a comment') + bytes(4)
            lengths = struct.pack(order + 'II', len(kept), len(frame))
            body += block(6, struct.pack(order + 'I', number % 2) + moment + lengths + kept + bytes(-len(kept) % 4) + options)
    return section(len(body)) + body + section(-1) + interface + block(6, bytes(12) + struct.pack(order + 'II', 4, 4) + b'last')


def pcap(frames, order, magic, behind_header=b''):
    """The older format: `behind_header` is what a kind of it adds to each packet's header."""
    out = struct.pack(order + 'IHHiIII', magic, 2, 4, 0, 0, 262_144, 1)
    for number, frame in enumerate(frames):
        out += struct.pack(order + 'IIII', 1_800_000_000, number, len(frame), len(frame)) + behind_header + frame
    return out


def snoop(frames):
    """RFC 1761."""
    out = b'snoop\0\0\0' + struct.pack('>II', 2, 4)
    for number, frame in enumerate(frames):
        padding = bytes(-len(frame) % 4)
        out += struct.pack('>IIIIII', len(frame), len(frame), 24 + len(frame) + len(padding), 0, 1_800_000_000, number) + frame + padding
    return out


def compressed(data):
    """By each of the four; what Python cannot is left out where its program is missing."""
    yield 'gz', gzip.compress(data, mtime=0) + gzip.compress(b'behind', mtime=0)
    yield 'xz', lzma.compress(data)
    # A frame of two blocks that are not compressed (RFC 8878 section 3.1.1), and one to be skipped.
    half = len(data) // 2
    blocks = struct.pack('<I', half << 3)[:3] + data[:half] + struct.pack('<I', (len(data) - half) << 3 | 1)[:3] + data[half:]
    yield 'stored.zst', b'\x50\x2a\x4d\x18\x04\0\0\0skip' + b'\x28\xb5\x2f\xfd\x00\x58' + blocks
    for name, command in [('zst', ['zstd', '--check']), ('lz4', ['lz4']), ('linked.lz4', ['lz4', '-BD', '-B4', '-BX'])]:
        if shutil.which(command[0]):
            yield name, subprocess.run([*command, '-q', '-c'], input=data, capture_output=True, check=True).stdout


def containers():
    """A capture in each format, compressed in each way."""
    frames = list(packets(ROOT / 'pcaps' / 'starttls-refused.pcap'))
    formats = {
        'little.pcapng': pcapng(frames, '<'), 'big.pcapng': pcapng(frames, '>'), 'snoop': snoop(frames),
        'big.pcap': pcap(frames, '>', 0xa1b2c3d4), 'nanoseconds.pcap': pcap(frames, '<', 0xa1b23c4d),
        'modified.pcap': pcap(frames, '<', 0xa1b2cd34, bytes(8)),
    }
    for name, data in formats.items():
        yield name, data
        for how, less in compressed(data):
            yield f'{name}.{how}', less


def seeds():
    """Target, name and bytes of each seed."""
    yield from long_seeds()
    hello = next(frame for frame in packets(ROOT / 'pcaps' / 'starttls-refused.pcap') if b'EHLO' in frame)
    for number, (link, frame) in enumerate(wrapped(hello)):
        yield 'link_layers', f'wrapped-{number}', struct.pack('>HH', link, 0) + frame
    for name, data in containers():
        yield 'capture_file', name, data
        yield 'whole_read', name, data
    for path in sorted((ROOT / 'pcaps').glob('*.pcap*')):
        name, data = path.name, path.read_bytes()
        if len(data) <= LARGEST_FILE:
            yield 'capture_file', name, data
            yield 'whole_read', name, data
        for number, frame in enumerate(list(packets(path))[:12]):
            yield 'link_layers', f'{name}-{number}', b'\x00\x01\x00\x00' + frame
            if len(frame) > 200 and frame[12:14] == b'\x08\x00':
                yield 'fragments', f'{name}-{number}', sliced(fragments(frame[14:]))
        told = [name_message(frame) for frame in packets(path)][:60]
        if any(told):
            yield 'names', name, b''.join(told)
        for number, spoken in enumerate(turns(path)[:6]):
            yield 'dialogue', f'{name}-{number}', b'\x03\x05\x11\x2a' + sliced(part for _, part in spoken)
            for side in (0, 1):
                whole = b''.join(bytes(part) for _, part in spoken[side::2])
                start = whole.find(b'\x16\x03')
                if start >= 0:
                    role = bytes([(side + 1) % 2])
                    yield 'tls_stream', f'{name}-{number}-{side}', role + b'\x04\x05\x47\x2a\x81' + whole[start:start + 6000]
    for path in sorted((ROOT / 'data' / 'endpoints').glob('*.json')):
        yield 'endpoint_list', path.name, path.read_bytes()
    yield 'reassembly', 'few', bytes(range(200)) * 3


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / 'fuzz' / 'corpus'
    for target, name, data in seeds():
        (folder / target).mkdir(parents=True, exist_ok=True)
        (folder / target / name).write_bytes(data)


if __name__ == '__main__':
    main()

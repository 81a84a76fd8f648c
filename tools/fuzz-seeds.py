#!/usr/bin/env python3
"""Writes seed corpora for the fuzz targets, made of the captures in pcaps/ and the endpoint lists in data/endpoints/, and some long
ones of one thing again and again.

    tools/fuzz-seeds.py [FOLDER]        FOLDER is fuzz/corpus if not given

Each target reads its own form of input (see fuzz/fuzz_targets/); nothing here is kept in the repository.
"""
import pathlib
import struct
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
    packets = [struct.pack('<IIII', 1_800_000_000, number, len(frame), len(frame)) + frame for number, frame in enumerate(frames)]
    return struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 262_144, 1) + b''.join(packets)


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


def seeds():
    """Target, name and bytes of each seed."""
    yield from long_seeds()
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

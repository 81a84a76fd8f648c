#!/usr/bin/env python3
"""Writes seed corpora for the fuzz targets, made of the captures in pcaps/ and the endpoint lists in data/endpoints/.

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


def seeds():
    """Target, name and bytes of each seed."""
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

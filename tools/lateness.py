#!/usr/bin/env python3
"""How long after a session's last packet its record is in the file: what a kill -9 may take away.

    tools/lateness.py [--rounds N] [--interfaces 1|2] [--workers N] [CAPTURE...]

Plays captures of one session each out of one end of a cable (veth) in a network namespace, every time from another address, while
`tlstally watch --sessions` watches the other end, and looks into the file every few milliseconds. With two interfaces, the second is
silent, and packets wait for what it might bring. Needs root and target/release/tlstally.
"""
import argparse
import ctypes
import os
import signal
import socket
import statistics
import struct
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.join(HERE, '..', 'target', 'release', 'tlstally')
SPACE = 'tlstally-lateness-%d' % os.getpid()
# Closed by both, reset, in clear, reset by the server behind a FIN.
CAPTURES = ['thunderbird-3-default', 'legacy-capped-reset', 'starttls-not-offered', 'legacy-capped-close']


def packets(path):
    """TCP over IPv4 over Ethernet of a little-endian pcap file of microseconds: time, frame."""
    with open(path, 'rb') as file:
        data = file.read()
    at = 24
    while at < len(data):
        seconds, fraction, captured, _ = struct.unpack_from('<IIII', data, at)
        frame = data[at + 16:at + 16 + captured]
        at += 16 + captured
        if frame[12:14] == b'\x08\x00' and frame[23] == 6:
            yield seconds + fraction / 1e6, frame


def checksum(data):
    total = sum(struct.unpack('>%dH' % ((len(data) + 1) // 2), data + b'\0' * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def from_another(frame, client, number):
    """The frame with another address of the client."""
    ip = bytearray(frame[14:14 + struct.unpack_from('>H', frame, 16)[0]])
    for at in (12, 16):
        if ip[at:at + 4] == client:
            ip[at:at + 4] = bytes([10, 99, number >> 8, number & 0xff])
    ip[10:12] = b'\0\0'
    ip[10:12] = struct.pack('>H', checksum(bytes(ip[:20])))
    segment = ip[20:]
    segment[16:18] = b'\0\0'
    pseudo = bytes(ip[12:20]) + struct.pack('>BBH', 0, 6, len(segment))
    segment[16:18] = struct.pack('>H', checksum(pseudo + bytes(segment)))
    return frame[:14] + bytes(ip[:20]) + bytes(segment)


def ip(*words):
    subprocess.run(['ip', '-n', SPACE, *words], check=True)


def play(out, capture, number):
    """Sends a session with its own pauses, none longer than 50 ms. When the last packet went."""
    frames = list(packets(capture))
    client = next(frame[26:30] for _, frame in frames if frame[47] == 2)
    before = frames[0][0]
    for at, frame in frames:
        time.sleep(min(max(at - before, 0), 0.05))
        before = at
        out.send(from_another(frame, client, number))
    return time.monotonic()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--rounds', type=int, default=20)
    parser.add_argument('--interfaces', type=int, default=1, choices=[1, 2])
    parser.add_argument('--workers', type=int, default=2)
    parser.add_argument('captures', nargs='*', default=[os.path.join(HERE, '..', 'pcaps', name + '.pcap') for name in CAPTURES])
    options = parser.parse_args()
    subprocess.run(['ip', 'netns', 'add', SPACE], check=True)
    watch = None
    try:
        words = []
        for name in ['sensor', 'other'][:options.interfaces]:
            ip('link', 'add', name, 'type', 'veth', 'peer', 'name', name + '-far')
            ip('link', 'set', name, 'up')
            ip('link', 'set', name + '-far', 'up')
            words += ['-i', name]
        with tempfile.TemporaryDirectory() as scratch:
            records = os.path.join(scratch, 'sessions.jsonl')
            watch = subprocess.Popen(['ip', 'netns', 'exec', SPACE, PROGRAM, 'watch', *words, '--plain', '--workers',
                                      str(options.workers), '--sessions', records], stderr=subprocess.PIPE, text=True)
            if not any('watching ' in line for line in watch.stderr):
                raise SystemExit('tlstally watch ended too early')
            # The socket of a namespace is made by whoever is in it.
            with open('/run/netns/' + SPACE, encoding='ascii') as space:
                if ctypes.CDLL(None).setns(space.fileno(), 0):
                    raise SystemExit('the namespace cannot be entered')
            out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            out.bind(('sensor-far', 0))
            number = 0
            for capture in options.captures:
                late = []
                for _ in range(options.rounds):
                    before = os.path.getsize(records)
                    number += 1
                    last = play(out, capture, number)
                    while os.path.getsize(records) == before:
                        time.sleep(0.002)
                        if time.monotonic() > last + 90:
                            raise SystemExit('no record of ' + capture)
                    late.append(time.monotonic() - last)
                print('%-30s median %4.0f ms, most %4.0f ms' % (os.path.basename(capture), statistics.median(late) * 1e3, max(late) * 1e3),
                      flush=True)
    finally:
        if watch:
            watch.send_signal(signal.SIGKILL)
            watch.wait()
        subprocess.run(['ip', 'netns', 'del', SPACE], check=True)


main()

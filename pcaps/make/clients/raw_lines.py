#!/usr/bin/python3
"""Says SMTP lines as they are given, each after the whole answer to the one before: a device that never does STARTTLS.

    raw_lines.py SERVER PORT LINE...

A line "+a|b|c" sends a, b and c at once (pipelining).
"""
import re
import socket
import sys

server, port, *lines = sys.argv[1:]


def answers(connection, count):
    text = b''
    while len(re.findall(rb'(?m)^\d{3} .*$', text)) < count:
        data = connection.recv(4096)
        if not data:
            return False
        text += data
    return True


with socket.create_connection((server, int(port)), timeout=8) as connection:
    alive = answers(connection, 1)
    for line in lines:
        if not alive:
            break
        several = line[1:].split('|') if line.startswith('+') else [line.replace('\\n', '\r\n')]
        connection.sendall(b''.join(part.encode() + b'\r\n' for part in several))
        alive = answers(connection, len(several))

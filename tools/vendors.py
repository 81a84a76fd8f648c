#!/usr/bin/env python3
"""Make data/vendors/vendors.bin: who was assigned which block of MAC addresses.

    tools/vendors.py LISTING... [-o FILE]

LISTING is the IEEE Registration Authority's public listing: its CSV files (oui.csv, mam.csv, oui36.csv, as it publishes them
and as Debian's package ieee-data installs them), or the same as one JSON object (prefix to name and address, as in the
npm package oui-data). Of several entries for one block the last counts. Blocks whose holder is not public, or is the
Registration Authority itself, are left out.

The file is made to be searched as it is. Numbers of several bytes are little-endian, blocks big-endian.
    4 bytes each    how many blocks of 36, of 28 and of 24 bits there are, and how many names
    for each size   the blocks in order, in 5, 4 and 3 bytes; then for each of them 2 bytes, the number of its name
    4 bytes each    where each name begins in the text, and where the last one ends
    text            the names in order, UTF-8
"""
import argparse
import csv
import json
import re
import struct
import sys

UNKNOWN = {'', 'Private', 'IEEE Registration Authority'}
# Hex digits of a block, and bytes that hold them.
SIZES = [(9, 5), (7, 4), (6, 3)]


def entries(path):
    if path.endswith('.json'):
        with open(path, encoding='utf-8') as file:
            for block, text in json.load(file).items():
                yield block, text.split('\n')[0]
        return
    with open(path, encoding='utf-8', newline='') as file:
        for row in csv.DictReader(file):
            yield row['Assignment'], row['Organization Name']


def table(holders):
    names = sorted(set(holders.values()))
    numbers = {name: number for number, name in enumerate(names)}
    texts = [name.encode() for name in names]
    counts, parts = [], []
    for digits, size in SIZES:
        blocks = sorted(block for block in holders if len(block) == digits)
        counts.append(len(blocks))
        parts += [int(block, 16).to_bytes(size, 'big') for block in blocks]
        parts += [struct.pack('<H', numbers[holders[block]]) for block in blocks]
    begin = 0
    for text in texts:
        parts.append(struct.pack('<I', begin))
        begin += len(text)
    return b''.join([struct.pack('<4I', *counts, len(names)), *parts, struct.pack('<I', begin), *texts])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('listings', nargs='+', metavar='LISTING')
    parser.add_argument('-o', '--output', default='data/vendors/vendors.bin')
    args = parser.parse_args()
    holders = {}
    for path in args.listings:
        for block, name in entries(path):
            if not re.fullmatch(r'[0-9A-F]{6}|[0-9A-F]{7}|[0-9A-F]{9}', block):
                sys.exit(f'{path}: `{block}` is no block of 24, 28 or 36 bits')
            holders[block] = ' '.join(name.split())
    holders = {block: name for block, name in holders.items() if name not in UNKNOWN}
    with open(args.output, 'wb') as file:
        file.write(table(holders))
    print(f'{len(set(holders.values()))} names, {len(holders)} blocks', file=sys.stderr)


if __name__ == '__main__':
    main()

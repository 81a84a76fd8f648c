#!/usr/bin/env python3
"""Make data/vendors/vendors.tsv.zst: who was assigned which block of MAC addresses.

    tools/vendors.py LISTING... [-o FILE]

LISTING is the IEEE Registration Authority's public listing: its CSV files (oui.csv, mam.csv, oui36.csv, as it publishes them
and as Debian's package ieee-data installs them), or the same as one JSON object (prefix to name and address, as in the
npm package oui-data). Of several entries for one block the last counts. Blocks whose holder is not public, or is the
Registration Authority itself, are left out. Needs zstd.

A line of the table is a name, a tab, and its blocks: 6, 7 or 9 hex digits (24, 28 or 36 bits), apart by blanks.
"""
import argparse
import collections
import csv
import json
import re
import subprocess
import sys

UNKNOWN = {'', 'Private', 'IEEE Registration Authority'}


def entries(path):
    if path.endswith('.json'):
        with open(path, encoding='utf-8') as file:
            for block, text in json.load(file).items():
                yield block, text.split('\n')[0]
        return
    with open(path, encoding='utf-8', newline='') as file:
        for row in csv.DictReader(file):
            yield row['Assignment'], row['Organization Name']


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('listings', nargs='+', metavar='LISTING')
    parser.add_argument('-o', '--output', default='data/vendors/vendors.tsv.zst')
    args = parser.parse_args()
    holders = {}
    for path in args.listings:
        for block, name in entries(path):
            if not re.fullmatch(r'[0-9A-F]{6}|[0-9A-F]{7}|[0-9A-F]{9}', block):
                sys.exit(f'{path}: `{block}` is no block of 24, 28 or 36 bits')
            holders[block] = ' '.join(name.split())
    blocks = collections.defaultdict(list)
    for block, name in holders.items():
        if name not in UNKNOWN:
            blocks[name].append(block)
    table = ''.join(f'{name}\t{" ".join(sorted(blocks[name]))}\n' for name in sorted(blocks))
    subprocess.run(['zstd', '-19', '--force', '--quiet', '--no-progress', '-o', args.output],
                   input=table.encode(), check=True)
    print(f'{len(blocks)} names, {sum(map(len, blocks.values()))} blocks', file=sys.stderr)


if __name__ == '__main__':
    main()

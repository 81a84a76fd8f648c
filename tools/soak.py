#!/usr/bin/env python3
"""Lets tlstally watch for long and looks whether its memory stays flat.

    tools/soak.py [--minutes N] [--pps N] [--to any] CAPTURE...

Sends CAPTURE again and again out of one end of a cable (veth) in a network namespace while `tlstally watch` watches the other end, and prints
resident memory, sessions, packets and drops as it goes. Fails if memory in the second half grew by more than a tenth, or the program ended.
Needs root, tcpreplay, and target/release/tlstally.
"""
import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

PROGRAM = os.path.join(os.path.dirname(__file__), '..', 'target', 'release', 'tlstally')
SPACE = 'tlstally-soak-%d' % os.getpid()


def inside(*words, **options):
    return subprocess.Popen(['ip', 'netns', 'exec', SPACE, *map(str, words)], text=True, **options)


def resident(process):
    with open('/proc/%d/status' % process.pid, encoding='ascii') as status:
        return int(re.search(r'VmRSS:\s+(\d+)', status.read()).group(1)) / 1024


def last_summary(log):
    lines = [line for line in open(log, encoding='utf-8') if ' legacy; ' in line]
    return lines[-1].split(' ', 1)[1].strip() if lines else '-'


def soak(options):
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, 'log')
        with open(log, 'w', encoding='utf-8') as told:
            watch = inside(PROGRAM, 'watch', '-i', 'sensor', '--plain', '--every', '5s', '--to', options.to, '-o', os.path.join(folder, 'report'),
                           '--sessions', os.path.join(folder, 'sessions.jsonl'), '--rotate-size', '50M', '--rotate-keep', '2', stderr=told)
        time.sleep(1)
        replay = inside('tcpreplay', '-q', '-K', '-i', 'mirror', '--loop=0', '--pps=%d' % options.pps, '--unique-ip',
                        '--duration=%d' % (options.minutes * 60), *options.captures, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        sizes, begun = [], time.monotonic()
        while replay.poll() is None:
            time.sleep(10)
            if watch.poll() is not None:
                sys.exit('tlstally ended: %s' % open(log, encoding='utf-8').read()[-2000:])
            sizes.append(resident(watch))
            print('%6.0f s  %8.1f MB  %s' % (time.monotonic() - begun, sizes[-1], last_summary(log)), flush=True)
        watch.send_signal(signal.SIGTERM)
        watch.wait(timeout=120)
        print(open(os.path.join(folder, 'report'), encoding='utf-8').read().split('CAPTURE')[-1])
    half = sizes[len(sizes) // 2:]
    growth = max(half[len(half) // 2:]) / max(half[:len(half) // 2 or 1]) - 1
    print('second half: %.1f to %.1f MB, growth %+.1f%%' % (half[0], half[-1], 100 * growth))
    sys.exit(growth > 0.1)


def main():
    options = argparse.ArgumentParser()
    options.add_argument('--minutes', type=int, default=60)
    options.add_argument('--pps', type=int, default=20000)
    options.add_argument('--to', default='any')
    options.add_argument('captures', nargs='+')
    options = options.parse_args()
    subprocess.run(['ip', 'netns', 'add', SPACE], check=True)
    try:
        words = ['link', 'add', 'mirror', 'mtu', '65535', 'type', 'veth', 'peer', 'name', 'sensor', 'mtu', '65535']
        subprocess.run(['ip', '-n', SPACE, *words], check=True)
        for end in ('mirror', 'sensor'):
            subprocess.run(['ip', '-n', SPACE, 'link', 'set', end, 'up'], check=True)
        soak(options)
    finally:
        subprocess.run(['ip', 'netns', 'del', SPACE], check=False)


if __name__ == '__main__':
    main()

#!/usr/bin/env python3
"""Who loses packets: tlstally, tcpdump -w /dev/null and tshark on one interface, under the same load in the same run.

    tools/drops.py [--seconds N] [--mbps N] [--workers N] [--tshark] CAPTURE...

Sends CAPTURE again and again out of one end of a cable (veth) in a network namespace, as fast as tcpreplay can or at --mbps, while the
programs watch the other end with the same ring (64 MiB) and the same kernel filter. Prints what each of them says it got and lost.
Needs root, tcpreplay and tcpdump, and target/release/tlstally.
"""
import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

PROGRAM = os.path.join(os.path.dirname(__file__), '..', 'target', 'release', 'tlstally')
SPACE = 'tlstally-drops-%d' % os.getpid()
RING_MIB = 64


def inside(*words, **options):
    return subprocess.Popen(['ip', 'netns', 'exec', SPACE, *map(str, words)], text=True, **options)


def ip(*words):
    subprocess.run(['ip', '-n', SPACE, *words], check=True)


def wait_for_line(process, words):
    for line in process.stderr:
        if words in line:
            return line
    sys.exit('%s ended too early' % process.args[4])


def end(process):
    process.send_signal(signal.SIGINT)
    out, told = process.communicate(timeout=60)
    return out, told


def number(pattern, text):
    found = re.search(pattern, text)
    return int(found.group(1).replace(',', '')) if found else None


def start_tlstally(options, report):
    watch = inside(PROGRAM, 'watch', '-v', '-i', 'sensor', '--plain', '--ring', RING_MIB, '--sessions', '/dev/null', '--format', 'json',
                   '-o', report, *(['--workers', options.workers] if options.workers else []), stderr=subprocess.PIPE)
    expression = wait_for_line(watch, 'kernel filter: ').split('kernel filter: ', 1)[1].strip()
    wait_for_line(watch, 'watching ')
    return watch, expression


def processor_seconds(process):
    with open('/proc/%d/stat' % process.pid, encoding='ascii') as stat:
        fields = stat.read().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def compare(options):
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, 'report.json')
        watch, expression = start_tlstally(options, report)
        dump = inside('tcpdump', '-n', '-i', 'sensor', '-B', RING_MIB * 1024, '-w', '/dev/null', '-Z', 'root', expression,
                      stderr=subprocess.PIPE)
        wait_for_line(dump, 'listening on')
        shark = None
        if options.tshark:
            shark = inside('tshark', '-n', '-i', 'sensor', '-B', RING_MIB, '-f', expression,
                           '-w', '/dev/null', stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
            wait_for_line(shark, 'Capturing on')
        rate = ['--mbps=%d' % options.mbps] if options.mbps else ['--topspeed']
        replay = inside('tcpreplay', '-q', '-K', '-i', 'mirror', '--loop=0', '--duration=%d' % options.seconds, *rate, *options.captures,
                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        sent, _ = replay.communicate()
        time.sleep(1)
        used = {'tlstally': processor_seconds(watch), 'tcpdump': processor_seconds(dump)}
        _, dumped = end(dump)
        end(watch)
        with open(report, encoding='utf-8') as file:
            capture = json.load(file)['capture']
        rows = [('tlstally', capture['packets'], capture['dropped_kernel']),
                ('tcpdump', number(r'(\d+) packets? captured', dumped), number(r'(\d+) packets? dropped by kernel', dumped))]
        if shark:
            _, told = end(shark)
            rows.append(('tshark', number(r'(\d+) packets? captured', told), number(r'(\d+) packets? dropped', told) or 0))
        print(re.search(r'Actual: .*', sent).group(0))
        print(re.search(r'Rated: .*', sent).group(0))
        print('%-10s %12s %12s %8s %10s' % ('', 'got', 'lost', 'share', 'CPU s'))
        for name, got, lost in rows:
            print('%-10s %12s %12s %7.2f%% %10s' % (name, got, lost, 100 * lost / max(1, got + lost), used.get(name, '')))
        print('sessions: %d' % capture['sessions'])


def main():
    options = argparse.ArgumentParser()
    options.add_argument('--seconds', type=int, default=60)
    options.add_argument('--mbps', type=int)
    options.add_argument('--workers', type=int)
    options.add_argument('--tshark', action='store_true')
    options.add_argument('captures', nargs='+')
    options = options.parse_args()
    subprocess.run(['ip', 'netns', 'add', SPACE], check=True)
    try:
        ip('link', 'add', 'mirror', 'mtu', '65535', 'type', 'veth', 'peer', 'name', 'sensor', 'mtu', '65535')
        for end_of_cable in ('mirror', 'sensor'):
            ip('link', 'set', end_of_cable, 'up')
        compare(options)
    finally:
        subprocess.run(['ip', 'netns', 'del', SPACE], check=False)


if __name__ == '__main__':
    main()

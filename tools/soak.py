#!/usr/bin/env python3
"""Lets tlstally watch for long, and looks whether its memory stays flat and its answer is right.

    tools/soak.py [--sessions N] [--pps N]

Sends sessions of twenty packets, each of a host of its own (`generate hosts`), out of one end of a cable (veth) in a network namespace while
`tlstally watch` watches the other end as an appliance does: records that rotate, a store, metrics. Prints resident memory, sessions,
packets and drops as it goes. Fails if the program ends, if memory in the second half grew by more than a twentieth, or if the report
does not say what was sent. The default takes an hour. Needs root, tcpreplay, target/release/tlstally and
target/release/examples/generate (TLSTALLY_RELEASE names another folder).
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

RELEASE = os.environ.get('TLSTALLY_RELEASE', os.path.join(os.path.dirname(__file__), '..', 'target', 'release'))
SPACE = 'tlstally-soak-%d' % os.getpid()
# What `generate hosts` makes: packets of a session, and one old client in so many hosts.
PACKETS = 20
OLD_EVERY = 4
# tally::Limits: hosts with legacy sessions, and others.
HOSTS = 65536


def inside(*words, **options):
    return subprocess.Popen(['ip', 'netns', 'exec', SPACE, *map(str, words)], text=True, **options)


def resident(process):
    """Resident memory in MB: all of it, and what of it is not the kernel's ring or mapped files."""
    with open('/proc/%d/status' % process.pid, encoding='ascii') as status:
        text = status.read()
    return [int(re.search(field + r':\s+(\d+)', text).group(1)) / 1024 for field in ('VmRSS', 'RssAnon')]


def last_summary(log):
    lines = [line for line in open(log, encoding='utf-8') if ' legacy; ' in line]
    return lines[-1].split(' ', 1)[1].strip() if lines else '-'


def watch(folder, log):
    words = ['watch', '-i', 'sensor', '--plain', '--every', '5s', '--format', 'json', '-o', os.path.join(folder, 'report'),
             '--sessions', os.path.join(folder, 'sessions.jsonl'), '--rotate-size', '50M', '--rotate-keep', '2',
             '--store', os.path.join(folder, 'store'), '--metrics', '127.0.0.1:9464']
    with open(log, 'w', encoding='utf-8') as told:
        return inside(os.path.join(RELEASE, 'tlstally'), *words, stderr=told)


def send(folder, options):
    """Made while it is sent, since an hour's packets are gigabytes."""
    pipe = os.path.join(folder, 'packets.pcap')
    os.mkfifo(pipe)
    made = subprocess.Popen([os.path.join(RELEASE, 'examples', 'generate'), 'hosts', str(options.sessions), pipe])
    sent = inside('tcpreplay', '-q', '-i', 'mirror', '--pps=%d' % options.pps, pipe, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return made, sent


def wrong(report, sent):
    """What the report says otherwise than what was sent: pairs of what it is and what it should be."""
    totals, capture = report['totals'], report['capture']
    legacy = sent // OLD_EVERY
    shown_legacy, shown_others = min(legacy, HOSTS), min(sent - legacy, HOSTS)
    facts = {
        'packets lost': (capture['dropped_kernel'] or 0, 0),
        'sessions': (totals['sessions'], sent),
        'sessions with TLS 1.0': (totals['versions']['1.0'], legacy),
        'sessions with TLS 1.2': (totals['versions']['1.2'], sent - legacy),
        'legacy hosts': (sum(host['verdict'] == 'legacy' for host in report['hosts']), shown_legacy),
        'hosts': (totals['hosts'], shown_legacy + shown_others),
        'sessions not shown': (capture['bounds'].get('hosts', 0), sent - shown_legacy - shown_others),
    }
    found = ['%s: %d, not %d' % (name, *pair) for name, pair in facts.items() if pair[0] != pair[1]]
    estimates = {'hosts_left_out': sent - legacy - shown_others, 'legacy_hosts_left_out': legacy - shown_legacy}
    for name, left_out in estimates.items():
        told = capture['bounds'].get(name, 0)
        if abs(told - left_out) > 0.05 * left_out:
            found.append('%s: about %d, not %d' % (name, told, left_out))
    return found


def soak(options):
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, 'log')
        watching = watch(folder, log)
        time.sleep(2)
        made, sent = send(folder, options)
        sizes, begun = [], time.monotonic()
        while sent.poll() is None:
            time.sleep(10)
            if watching.poll() is not None:
                sys.exit('tlstally ended: %s' % open(log, encoding='utf-8').read()[-2000:])
            sizes.append(resident(watching)[1])
            print('%6.0f s  %8.1f MB, %.1f of its own  %s' % (time.monotonic() - begun, *resident(watching), last_summary(log)), flush=True)
        made.wait()
        print(sent.stdout.read())
        time.sleep(3)
        watching.send_signal(signal.SIGTERM)
        watching.wait(timeout=300)
        print(open(log, encoding='utf-8').read()[-1500:])
        with open(os.path.join(folder, 'report'), encoding='utf-8') as file:
            report = json.load(file)
    half = sizes[len(sizes) // 2:]
    growth = max(half) / half[0] - 1
    print('own memory in the second half: from %.1f to %.1f MB, at most %.1f, %+.1f%%' % (half[0], half[-1], max(half), 100 * growth))
    print('totals: %s\nbounds: %s' % (json.dumps(report['totals']), json.dumps(report['capture']['bounds'])))
    found = wrong(report, options.sessions)
    print('\n'.join(found) or 'the report says what was sent')
    sys.exit(bool(found) or growth > 0.05)


def main():
    options = argparse.ArgumentParser()
    options.add_argument('--sessions', type=int, default=1_000_000)
    options.add_argument('--pps', type=int, default=5560)
    options = options.parse_args()
    subprocess.run(['ip', 'netns', 'add', SPACE], check=True)
    try:
        words = ['link', 'add', 'mirror', 'mtu', '65535', 'type', 'veth', 'peer', 'name', 'sensor', 'mtu', '65535']
        subprocess.run(['ip', '-n', SPACE, *words], check=True)
        for end in ('lo', 'mirror', 'sensor'):
            subprocess.run(['ip', '-n', SPACE, 'link', 'set', end, 'up'], check=True)
        soak(options)
    finally:
        subprocess.run(['ip', 'netns', 'del', SPACE], check=False)


if __name__ == '__main__':
    main()

#!/usr/bin/env python3
"""Compares programs over the same capture: `bench.py ROUNDS NAME=COMMAND...`.

The commands run in turn, so that what else the machine does strikes all of them; each figure is the median of the rounds. Prints
CPU time (user and system), wall time, peak resident memory, and CPU time as a multiple of the first command's.
"""
import os
import shlex
import statistics
import subprocess
import sys
import time


def measured(command):
    """Exit status, CPU seconds, wall seconds and peak resident megabytes of one run."""
    begun = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, used.ru_utime + used.ru_stime, time.monotonic() - begun, used.ru_maxrss / 1024


def main():
    rounds = int(sys.argv[1])
    commands = [argument.split("=", 1) for argument in sys.argv[2:]]
    runs = {name: [] for name, _ in commands}
    for _ in range(rounds):
        for name, command in commands:
            status, *figures = measured(shlex.split(command))
            if status != 0:
                sys.exit(f"failed: {command}")
            runs[name].append(figures)
    medians = {name: [statistics.median(column) for column in zip(*figures)] for name, figures in runs.items()}
    first = medians[commands[0][0]][0]
    print(f"{'':12}{'cpu s':>8}{'wall s':>8}{'MB':>8}{'ratio':>8}")
    for name, (cpu, wall, memory) in medians.items():
        print(f"{name:12}{cpu:8.2f}{wall:8.2f}{memory:8.0f}{cpu / first:8.2f}")


if __name__ == "__main__":
    main()

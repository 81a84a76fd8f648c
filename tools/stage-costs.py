#!/usr/bin/env python3
"""What each stage costs in instructions, compared with the figures in `benches/stages.tsv`: `stage-costs.py BINARIES [--write]`.

BINARIES is the folder with the examples `stages` and `generate`. Instructions are counted by valgrind, so that other load on the
machine changes nothing; each stage runs twice, and the difference is what its items cost without the start. Fails if a stage costs
more than TOLERANCE over its figure; one that costs less by as much asks for new figures (`--write`).
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

TOLERANCE = 0.05
FIGURES = pathlib.Path(__file__).parent.parent / "benches" / "stages.tsv"
# Capture, and how often the stage runs the first time; the second time three times as often.
STAGES = {
    "prefilter": ("mixed", 2),
    "prefilter-tunnel": ("mirror", 2),
    "decode": ("smtp", 2),
    "decode-tunnel": ("tunnels", 2),
    "reassembly": ("smtp", 2000),
    "smtp": ("smtp", 500),
    "hello": ("flood", 500),
    "hello-new": ("flood", 1500),
    "lookup": ("smtp", 3),
    "endpoint": ("flood", 10),
    "session": ("flood", 1),
    "record": ("flood", 1),
}
CAPTURES = {"mixed": 12, "mirror": 12, "smtp": 20, "tunnels": 20, "flood": 1500}


def counted(binary, stage, capture, times):
    """Instructions and items of one run."""
    command = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null", binary, stage, capture, str(times)]
    done = subprocess.run(command, capture_output=True, text=True)
    told = re.search(r"I\s+refs:\s+([\d,]+)", done.stderr)
    if done.returncode != 0 or not told:
        sys.exit(f"failed: {' '.join(map(str, command))}\n{done.stderr}")
    return int(told[1].replace(",", "")), int(done.stdout)


def cost(binary, stage, capture, times):
    (few, few_items), (many, many_items) = (counted(binary, stage, capture, n) for n in (times, 3 * times))
    return (many - few) / (many_items - few_items)


def figures():
    if not FIGURES.exists():
        return "", {}
    lines = FIGURES.read_text().splitlines()
    compiler = next((line.removeprefix("# ") for line in lines if line.startswith("# rustc")), "")
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return compiler, {stage: float(figure) for stage, figure in rows}


def main():
    binaries = pathlib.Path(sys.argv[1])
    if shutil.which("valgrind") is None:
        print("skipped: the costs of the stages are counted with valgrind, which is not installed")
        return
    compiler = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    known_compiler, known = figures()
    if known_compiler != compiler:
        print(f"note: the figures were made with {known_compiler or 'no compiler'}, this is {compiler}")
    measured, slower = {}, []
    with tempfile.TemporaryDirectory() as folder:
        for kind, amount in CAPTURES.items():
            subprocess.run([binaries / "generate", kind, str(amount), f"{folder}/{kind}.pcap"], check=True)
        print(f"{'instructions':24}{'now':>10}{'figure':>10}{'change':>9}")
        for stage, (kind, times) in STAGES.items():
            now = measured[stage] = cost(binaries / "stages", stage, f"{folder}/{kind}.pcap", times)
            before = known.get(stage, now)
            change = now / before - 1
            print(f"{stage:24}{now:10.1f}{before:10.1f}{change:9.1%}")
            if change > TOLERANCE:
                slower.append(stage)
            elif change < -TOLERANCE:
                print(f"{'':24}faster by more than {TOLERANCE:.0%}: write new figures (make bench-stages-write)")
    if "--write" in sys.argv:
        rows = "".join(f"{stage}\t{figure:.1f}\n" for stage, figure in measured.items())
        FIGURES.write_text(f"# Instructions an item of each stage costs; made by tools/stage-costs.py --write\n# {compiler}\n{rows}")
    elif slower and known_compiler == compiler:
        sys.exit(f"slower by more than {TOLERANCE:.0%}: {', '.join(slower)}")
    elif slower:
        print(f"slower by more than {TOLERANCE:.0%}, perhaps by the other compiler's doing: {', '.join(slower)}")


main()

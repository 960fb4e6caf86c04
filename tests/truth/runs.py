# runs.py - what the scripts here share: plans of many small groups, runs, results, and the interval of a share
# SPDX-License-Identifier: BSD-3-Clause
import argparse
import contextlib
import itertools
import json
import math
import os
import random
import shlex
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DECIDED = ("faster", "slower", "equivalent")
VERDICTS = DECIDED + ("unresolved", "bistable")

# What the groups differ in: bytes, not names of caches, so that two runs have the same groups whatever they measure.
AXES = {
    "size": ["64", "256", "1024", "4096", "16384"],
    "footprint": ["64K", "256K", "1M", "4M", "16M"],
    "dirty": ["size", "16384"],
    "overwrite": ["1", "4"],
    "access": ["seq", "random", "sparse"],
    "dest": ["own", "absent", "read", "dirty"],
    "surround": ["kernel", "none"],
}


def give_up(why):
    sys.exit(f"{os.path.basename(sys.argv[0])}: {why}")


def parser(text, **defaults):
    """The options that all have."""
    p = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--build", default=os.path.join(ROOT, "build"), help="folder of the programs (default: build)")
    p.add_argument("--keep", metavar="DIR", help="a new folder for plans and results (default: they are removed)")
    p.add_argument("--smoke", action="store_true", help="as short as can be: the figures mean nothing")
    p.set_defaults(**defaults)
    return p


@contextlib.contextmanager
def folder(keep):
    if keep:
        try:
            os.makedirs(keep)
        except OSError as why:
            give_up(f"--keep {keep}: {why.strerror}")
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="pmembench-truth-") as name:
        yield name


def program(build, name):
    file = os.path.join(build, name)
    if not os.access(file, os.X_OK):
        give_up(f"{file} is not there: build it, or name its folder by --build")
    return file


def run(command, out=subprocess.DEVNULL):
    print("+", shlex.join(command), file=sys.stderr, flush=True)
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, text=True)
    if done.returncode:
        give_up(f"ended with {done.returncode}: {shlex.join(command)}")
    return done.stdout


def result(name):
    file = os.path.join(name, "result.json") if os.path.isdir(name) else name
    try:
        with open(file) as source:
            document = json.load(source)
        if document["schema"] != "pmembench-result":
            raise ValueError("is no result of pmembench")
        return document
    except (OSError, ValueError, KeyError, TypeError) as why:
        give_up(f"{file}: cannot be read: {why}")


def compared(build, a, b):
    """What the program says of two files, as JSON."""
    return json.loads(run([program(build, "pmembench"), "compare", a, b, "--format", "json"], subprocess.PIPE))


def long_enough(pick):
    """Whether a period surely takes so long that the least spin, about 8 ns, is no more than 2 % of it."""
    axes = dict(zip(AXES, pick))
    several = axes["overwrite"] == "4" or int(axes["size"]) >= 4096
    return axes["dirty"] == "16384" or (axes["surround"] == "kernel" and several)


def write_plan(file, paths, count, seed, wanted=lambda pick: True):
    """A plan of so many groups, which are different picks of the axes, with these paths."""
    picks = [pick for pick in itertools.product(*AXES.values()) if wanted(pick)]
    if count > len(picks):
        give_up(f"there are {len(picks)} different groups; ask for fewer")
    random.Random(seed).shuffle(picks)
    blocks = [dict(zip(AXES, pick), paths=paths) for pick in picks[:count]]
    with open(file, "w") as out:
        json.dump({"name": os.path.basename(file).split(".")[0], "blocks": blocks}, out)
    return file


def alias():
    """The bypass of this machine by its parts: the same code under another name."""
    with open("/proc/cpuinfo") as source:
        flags = source.read().split()
    return "movnti:none:auto" if "clwb" in flags else "movnti-clflushopt:none:auto"


def check_alias(document):
    """That both paths of each group really are the same parts at the same work."""
    same = ("copy_resolved", "track", "writeback", "domain", "stream_hash", "counts")
    cells = {c["id"]: c for c in document["cells"]}
    for comparison in document["comparisons"]:
        a, b = cells[comparison["a"]["id"]], cells[comparison["b"]["id"]]
        for member in same:
            if member not in a or a[member] != b[member]:
                give_up(f"not the same code under two names: {member} of {a['path']} is {a.get(member)}, "
                        f"of {b['path']} {b.get(member)}")


def repeats_needed(family):
    """Processes a side with which a complete separation is significant after Holm."""
    n = 1
    while 2 * family / math.comb(2 * n, n) >= 0.05:
        n += 1
    return n


@contextlib.contextmanager
def busy(wanted):
    """While a process copies memory on another CPU: the options that keep a run away from it."""
    cpus = sorted(os.sched_getaffinity(0))
    if not wanted:
        yield []
        return
    if len(cpus) < 2:
        give_up("--load needs a second CPU")
    work = (f"import os\nos.sched_setaffinity(0, {{{cpus[1]}}})\na, b = bytearray(64 << 20), bytearray(64 << 20)\n"
            f"while os.getppid() == {os.getpid()}:\n    a[:] = b\n")
    process = subprocess.Popen([sys.executable, "-c", work])
    try:
        yield ["--cpu", str(cpus[0])]
    finally:
        process.kill()
        process.wait()


def tail(k, n, p):
    """P(B >= k) of the binomial distribution."""
    return math.fsum(math.comb(n, i) * p ** i * (1 - p) ** (n - i) for i in range(k, n + 1))


def solve(f):
    """The p in 0..1 at which the rising f is 0."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if f(middle) < 0 else (low, middle)
    return low


def share_interval(k, n, confidence=0.95):
    """Clopper and Pearson's exact interval of k of n."""
    half = (1 - confidence) / 2
    low = 0.0 if k == 0 else solve(lambda p: tail(k, n, p) - half)
    high = 1.0 if k == n else solve(lambda p: half - (1 - tail(k + 1, n, p)))
    return low, high


def excludes_one(comparison):
    low, high = comparison["ci_low"], comparison["ci_high"]
    return low is not None and high is not None and (low > 1 or high < 1)


def half_width(comparison):
    """Relative to the ratio; None: not known."""
    low, high, ratio = comparison["ci_low"], comparison["ci_high"], comparison["ratio"]
    return None if None in (low, high, ratio) else (high - low) / 2 / ratio


def median(values):
    values = sorted(v for v in values if v is not None)
    n = len(values)
    return math.nan if not n else (values[(n - 1) // 2] + values[n // 2]) / 2


def percent(k, n):
    return f"{100 * k / n:.1f} %" if n else "none"


def short(key):
    """A key without the axes that all groups share."""
    return "/".join(part for part in key.split("/") if part.split("=")[0] in AXES)


def summary(comparisons):
    """Lines that all tables begin with: verdicts and widths."""
    for verdict in VERDICTS:
        print(f"{verdict:38} {sum(c['verdict'] == verdict for c in comparisons):6}")
    print(f"{'median half-width of the intervals':38} {100 * median([half_width(c) for c in comparisons]):6.2f} %")


def between(comparisons):
    """What compare gave as reasons, with how often."""
    reasons = [c["reason"] for c in comparisons if c.get("reason")]
    for reason in sorted(set(reasons), key=reasons.count, reverse=True)[:5]:
        print(f"  {reasons.count(reason):4} not judged: {reason}")

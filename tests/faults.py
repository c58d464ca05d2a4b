# SPDX-License-Identifier: Apache-2.0
"""Every call that can fail, failed: memory of the program and of its libraries, files, folders and threads, one call after the other
(tests/faults/faults.c stands between the program and the C library). Each run must end with an exit code that is documented, say what is
wrong, give all memory back, print what it prints in the order of a good run, and leave every file as it was or as it is to be.

The program runs some 10,000 times; --every N takes each N-th call, beginning with another one every day.
"""
import argparse
import datetime
import json
import os
import shutil
import sys
import tempfile

import common

QUICKSTART = os.path.join(common.FIXTURES, "quickstart")
# After a call of these kinds that gives less than it could, or is interrupted, everything goes on.
HARMLESS = [("read", "short"), ("write", "short"), ("read", "again"), ("write", "again")]
FAILING = ["memory", "open", "read", "write", "close", "sync", "rename", "mkdir", "stat", "folder", "entry", "thread"]


class Command:
    """One call of the program. writes: a folder below the run's own that it writes into."""

    def __init__(self, name, args, writes=False, before=()):
        self.name, self.args, self.writes, self.before = name, args, writes, before


COMMANDS = [
    Command("convert", ["convert", "-f", "input", "--report", "json=out/report.json", "--rejects", "out/rejects.yaml"], writes=True),
    Command("folder", ["convert", "-f", "input", "-o", "dir=out", "--layout", "by-namespace"], writes=True),
    Command("folder, again", ["convert", "-f", "input", "-o", "dir=out", "--layout", "by-namespace"], writes=True,
            before=["convert", "-f", "input", "-o", "dir=out", "--layout", "by-namespace", "--no-comments", "--target", "traefik"]),
    Command("verify", ["verify", "--before", "input", "--after", "expected.yaml"]),
    Command("trace", ["trace", "-f", "input", "http://shop.example.com/api"]),
    Command("explain", ["explain", "I2G-1001"]),
    Command("targets compare", ["targets", "compare", "-f", "input"]),
]


def contents(folder):
    found = {}
    for where, _, leaves in os.walk(folder):
        for leaf in leaves:
            with open(os.path.join(where, leaf), "rb") as file:
                found[os.path.relpath(os.path.join(where, leaf), folder)] = file.read()
    return found


class Run:
    """What one run gave: exit code, streams, the files that are there afterwards, and what faults.c counted."""

    def __init__(self, binary, command, fault=None):
        with tempfile.TemporaryDirectory() as folder:
            here = os.path.join(folder, "case")
            shutil.copytree(QUICKSTART, here)
            if command.writes:
                os.mkdir(os.path.join(here, "out"))
            if command.before:
                common.run(binary, command.before, cwd=here)
            self.old = contents(os.path.join(here, "out"))
            counts = os.path.join(folder, "counts")
            env = common.environment(FAULT_REPORT=counts, **({"FAULT": fault} if fault else {}))
            self.result = common.run(binary, command.args, cwd=here, env=env)
            self.files = contents(os.path.join(here, "out"))
            self.calls = {}
            if os.path.exists(counts):
                with open(counts, encoding="utf-8") as file:
                    self.calls = {key: int(value) for key, value in (line.split() for line in file)}

    def same(self, other):
        a, b = self.result, other.result
        return a.code == b.code and a.out == b.out and a.err == b.err and self.files == other.files


def whole(text, code):
    """Whether a file that differs from that of a good run has been written to its end: input was missing, or a report says that something
    else could not be written."""
    if text.startswith(b"{"):
        try:
            return "schema" in json.loads(text)
        except ValueError:
            return False
    return code == 3 and (not text or text.endswith(b"\n"))


def wrong(good, run, harmless):
    """Why a run is not what it has to be, or an empty text."""
    result = run.result
    if result.bug():
        return result.bug()
    if "live" not in run.calls:
        return "it did not come to its end"
    if run.calls["live"] > good.calls["live"]:
        return "%d pieces of memory were not given back, %d after a good run" % (run.calls["live"], good.calls["live"])
    for name, text in run.files.items():
        if text not in (run.old.get(name), good.files.get(name)) and not whole(text, result.code):
            return "the file %s is neither the old nor the new one" % name
    for name in run.old:
        if name in good.files and name not in run.files:
            return "the file %s is gone" % name
    if run.same(good):
        return ""
    if harmless:
        return "exit code %s, and not what a good run gives: %s" % (result.code, result.err.decode("utf-8", "replace")[-300:])
    if result.code not in (0, 1, 3, 6, good.result.code):
        return "exit code %d" % result.code
    if result.code == 6 and not good.result.out.startswith(result.out):
        return "what was printed before the end is not the beginning of what a good run prints"
    if b"error" not in result.err and result.err == good.result.err and result.code == good.result.code:
        return "exit code %d, and not a word about it" % result.code
    return ""


def planned(good, every, first):
    """(fault, whether all has to go on) of each run."""
    for kind in FAILING:
        number = good.calls[kind]
        step = every if number > every else 1
        for n in range(1 + first % step, number + 1, step):
            yield "%s:%d" % (kind, n), False
        if kind == "memory":
            for n in range(1 + (first + step // 2) % step, number + 1, step * 4):
                yield "memory:%d:on" % n, False
    for kind, how in HARMLESS:
        for n in range(1, good.calls[kind] + 1):
            yield "%s:%d:%s" % (kind, n, how), True


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True, help="the program with faults.o")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--only", default="", help="commands whose name holds this")
    options = parser.parse_args()
    tally = common.Tally()
    binary = os.path.abspath(options.binary)
    first = datetime.date.today().toordinal()
    for command in COMMANDS:
        if options.only not in command.name:
            continue
        good = Run(binary, command)
        if not tally.check(good.result.code in (0, 1, 5) and good.calls.get("memory"), command.name, good.result.err.decode("utf-8", "replace")):
            continue
        plan = list(planned(good, options.every, first))
        print("%s: %d runs" % (command.name, len(plan)))
        for (fault, harmless), text in zip(plan, common.parallel(lambda item: wrong(good, Run(binary, command, item[0]), item[1]), plan)):
            tally.check(not text, "%s, FAULT=%s" % (command.name, fault), text)
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""What the tests in Python share: running the program, finding the cases, counting.

A case is a folder under fixtures/ that holds `args`, `input/` or `input.yaml`. The program runs inside that folder, so that
places in messages are the same on every machine.
"""
import concurrent.futures
import datetime
import os
import random
import shlex
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FIXTURES = os.path.join(ROOT, "fixtures")
CORES = os.cpu_count() or 2
TIMEOUT = 60
# Not used by the program itself: 99 means that a sanitizer has found something.
SANITIZER_EXIT = 99


def environment(**more):
    """No locale, no terminal, no settings of the person who runs the tests."""
    env = {key: os.environ[key] for key in ("PATH", "HOME", "TMPDIR") if key in os.environ}
    env.update({
        "LC_ALL": "C", "TZ": "UTC",
        "ASAN_OPTIONS": "detect_leaks=1:exitcode=%d:detect_stack_use_after_return=1" % SANITIZER_EXIT,
        "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1:exitcode=%d" % SANITIZER_EXIT,
    })
    env.update(more)
    return env


class Result:
    """Exit code (negative: signal; None: out of time) and the two streams as bytes."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def bug(self):
        """Why this can only be a fault of the program, or an empty text."""
        if self.code is None:
            return "did not end in time"
        if self.code < 0:
            return "ended by signal %d" % -self.code
        if self.code == SANITIZER_EXIT or b"runtime error:" in self.err or b"Sanitizer" in self.err:
            return "sanitizer report:\n" + self.err.decode("utf-8", "replace")[:4000]
        return ""


def run(binary, args, cwd=None, stdin=None, timeout=TIMEOUT, env=None):
    try:
        done = subprocess.run([binary] + list(args), cwd=cwd, input=stdin, stdin=None if stdin is not None else subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout, env=env or environment(),
                              check=False)
    except subprocess.TimeoutExpired as late:
        return Result(None, late.stdout or b"", late.stderr or b"")
    return Result(done.returncode, done.stdout, done.stderr)


class Builds:
    """The build that is asked, and one with sanitizers that is asked in its place for a share of the items. Which these are is drawn anew
    every day, by a seed that is printed; with share 1 they are all (make test SHARE=1)."""

    def __init__(self, options):
        self.binary = os.path.abspath(options.binary)
        self.checked = os.path.abspath(options.checked) if options.checked else None
        self.share, self.seed = options.share, options.seed
        if self.checked:
            print("sanitizers: %g of all, seed %d" % (self.share, self.seed))

    @staticmethod
    def add_arguments(parser):
        parser.add_argument("--binary", required=True)
        parser.add_argument("--checked", help="a build with sanitizers")
        parser.add_argument("--share", type=float, default=0.1, help="of the items that it is asked about")
        parser.add_argument("--seed", type=int, default=datetime.date.today().toordinal())

    def there(self):
        return all(os.access(path, os.X_OK) for path in (self.binary, self.checked) if path)

    def pick(self, name):
        chosen = self.checked and random.Random("%d %s" % (self.seed, name)).random() < self.share
        return self.checked if chosen else self.binary


class Case:
    def __init__(self, folder):
        self.folder = folder
        self.name = os.path.relpath(folder, FIXTURES)

    def path(self, name):
        return os.path.join(self.folder, name)

    def has(self, name):
        return os.path.exists(self.path(name))

    def read(self, name, missing=None):
        try:
            with open(self.path(name), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return missing

    def args(self):
        text = self.read("args")
        if text is None:
            return ["convert", "-f", "input" if self.has("input") else "input.yaml"]
        return shlex.split(text.decode("utf-8"), comments=True)

    def stdin(self):
        return self.read("stdin")

    def exit(self):
        return int(self.read("exit", b"0"))

    def converts(self):
        """Cases of other commands, and those that write into folders, have no manifests to look at."""
        args = self.args()
        return "convert" in args and not any(arg.startswith("dir=") or arg.startswith("-odir=") for arg in args)


def cases(only=""):
    found = []
    for folder, folders, files in os.walk(FIXTURES):
        folders.sort()
        if "args" in files or "input.yaml" in files or "input" in folders:
            found.append(Case(folder))
            folders[:] = [name for name in folders if name not in ("input", "expected")]
    return [case for case in found if only in case.name]


class Tally:
    """Counts, prints each failure at once, and ends with the closing line."""

    def __init__(self):
        self.passed = self.failed = 0

    def ok(self, count=1):
        self.passed += count

    def fail(self, name, text=""):
        self.failed += 1
        if self.failed <= 100:
            print("FAILED %s%s" % (name, ": " + text if text else ""))
        elif self.failed == 101:
            print("(further failures are only counted)")

    def check(self, good, name, text=""):
        if good:
            self.ok()
        else:
            self.fail(name, text)
        return good

    def end(self):
        if self.passed + self.failed == 0:
            self.fail("nothing was checked")
        print("%d passed, %d failed, 0 skipped" % (self.passed, self.failed))
        sys.stdout.flush()
        return 1 if self.failed else 0


def parallel(function, items, workers=CORES):
    """Results in the order of items. Threads: the work is done by the program that they start."""
    with concurrent.futures.ThreadPoolExecutor(max_workers=workers) as pool:
        return list(pool.map(function, items))


def versions():
    """tests/versions as a dict."""
    found = {}
    with open(os.path.join(ROOT, "tests", "versions"), encoding="utf-8") as file:
        for line in file:
            key, equals, value = line.strip().partition("=")
            if equals and not key.startswith("#"):
                found[key] = value
    return found


def judges_folder():
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(cache, "ing2gw-judges")

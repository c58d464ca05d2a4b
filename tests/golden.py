# SPDX-License-Identifier: Apache-2.0
"""Golden cases: every folder under fixtures/ against what it says should come out.

    args            arguments on one line; default `convert -f input`
    stdin           what is given to standard input
    expected.yaml   stdout of convert; that of other commands is expected.out
    expected.txt    stderr, without colour
    report.json     where present: the JSON report, compared as JSON without the tool's version
    exit            exit code; default 0
    expected/       where the arguments have dir=OUT: the files of that folder, and there is no expected.yaml

An expectation that is absent is a failure. --update shows what would change and rewrites it.
"""
import argparse
import difflib
import json
import os
import sys
import tempfile

import common


def without_version(report):
    if isinstance(report, dict) and isinstance(report.get("tool"), dict):
        report["tool"].pop("version", None)
    return report


def canonical(report):
    return (json.dumps(report, indent=2, ensure_ascii=False) + "\n").encode("utf-8")


def tree(folder):
    """path below "expected" -> bytes"""
    found = {}
    for where, _, leaves in os.walk(folder):
        for leaf in leaves:
            full = os.path.join(where, leaf)
            with open(full, "rb") as file:
                found[os.path.join("expected", os.path.relpath(full, folder))] = file.read()
    return found


def outcome(binary, case):
    """(files that the case should hold as name -> bytes, fault of the program)."""
    args = case.args()
    wants_report = case.has("report.json")
    with tempfile.TemporaryDirectory() as scratch:
        out = os.path.join(scratch, "out")
        into_folder = "dir=OUT" in args
        args = ["dir=" + out if arg == "dir=OUT" else arg for arg in args]
        report = os.path.join(scratch, "report.json")
        if wants_report:
            args = args + ["--report", "json=" + report]
        result = common.run(binary, args, cwd=case.folder, stdin=case.stdin())
        files = {"expected.txt": result.err, "exit": b"%d\n" % (result.code or 0)}
        if into_folder:
            files.update(tree(out))
            # What the case still has and the program no longer writes.
            files.update({name: None for name in tree(case.path("expected")) if name not in files})
        else:
            files["expected.yaml" if "convert" in args else "expected.out"] = result.out
        if wants_report:
            try:
                with open(report, encoding="utf-8") as file:
                    files["report.json"] = canonical(without_version(json.load(file)))
            except (OSError, ValueError) as error:
                files["report.json"] = ("no report: %s\n" % error).encode("utf-8")
    return files, result.bug()


def expected(case, name):
    """What the case says, in the form of outcome(); None where it says nothing."""
    if name == "exit":
        return b"%d\n" % case.exit()
    text = case.read(name)
    if name == "report.json" and text is not None:
        try:
            return canonical(without_version(json.loads(text)))
        except ValueError as error:
            return ("not JSON: %s\n" % error).encode("utf-8")
    return text


def difference(case, name, before, after):
    def lines(data):
        return data.decode("utf-8", "backslashreplace").splitlines(keepends=True)
    title = "%s/%s" % (case.name, name)
    return "".join(line if line.endswith("\n") else line + "\n" for line in difflib.unified_diff(
        lines(before or b""), lines(after or b""), "expected " + title, "actual " + title))


def check(binary, case):
    try:
        files, bug = outcome(binary, case)
        faults = [bug] if bug else []
        for name, after in files.items():
            before = expected(case, name)
            if after is None:
                faults.append("%s is no longer written" % name)
            elif before is None:
                faults.append("%s is missing (make golden-update)" % name)
            elif before != after:
                faults.append("%s differs\n%s" % (name, difference(case, name, before, after)[:6000]))
        return faults
    except (OSError, ValueError) as error:
        return [str(error)]


def update(binary, chosen):
    changes = []
    for case, (files, bug) in zip(chosen, common.parallel(lambda case: outcome(binary, case), chosen)):
        if bug:
            print("%s: %s; left as it is" % (case.name, bug))
            continue
        for name, after in files.items():
            before = expected(case, name)
            if before != after:
                changes.append((case, name, after))
                sys.stdout.write(difference(case, name, before, after) or "%s/%s is new and empty\n" % (case.name, name))
    if not changes:
        print("nothing to update")
        return 0
    if os.environ.get("YES") != "1":
        try:
            answer = input("rewrite %d files? [y/N] " % len(changes))
        except EOFError:
            answer = ""
        if answer.lower() not in ("y", "yes"):
            print("left as it is (YES=1 rewrites without asking)")
            return 1
    for case, name, after in changes:
        if name == "exit" and after == b"0\n":
            os.unlink(case.path(name))
            continue
        if after is None:
            os.unlink(case.path(name))
            continue
        os.makedirs(os.path.dirname(case.path(name)), exist_ok=True)
        with open(case.path(name), "wb") as file:
            file.write(after)
    print("rewrote %d files" % len(changes))
    return 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--only", default=os.environ.get("CASE", ""), help="cases whose name has this text")
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    binary = os.path.abspath(options.binary)
    chosen = common.cases(options.only)
    if options.update:
        return update(binary, chosen)
    tally = common.Tally()
    if not os.access(binary, os.X_OK):
        tally.fail("golden", "%s is not there" % options.binary)
        return tally.end()
    for case, faults in zip(chosen, common.parallel(lambda case: check(binary, case), chosen)):
        tally.check(not faults, case.name, "\n".join(faults))
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())

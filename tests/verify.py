# SPDX-License-Identifier: Apache-2.0
"""`ing2gw verify` over all fixtures, with what convert printed for them.

    depends     what depends on the implementation: `trace --choice` gives the answers that are named, and they differ
    honest      each difference is one: the same request asked of both sides by `trace` is answered differently
    closed      nothing that is guarded is open after, unless the case accepts that
    mutants     the printed manifests are broken in many ways (mutants.py). A mutant of which verify says what it says of the original is
                asked, as the original is, hundreds of requests by gateway_eval.py, which is another program: an answer that differs is a
                hole in verify, unless verify names the same difference from the controller for that host: paths of one class differ alike.
                The share that verify sees is printed.

    --case TEXT     only fixtures whose name has this text
    --most N        mutants of a kind for each fixture
    --all           of all kinds; else each fixture has half of them
"""
import argparse
import collections
import functools
import json
import os
import random
import sys
import tempfile

import common
import gateway_eval as gateway
import gwagree
import kubeyaml
import mutants

# Options of convert that say what is read, and those without a value.
SHARED = ("--from", "--ingress-class", "--controller-config", "--controller-flag", "--controller-version", "--default-certificate", "--world", "--mapping",
          "--max-size", "--max-depth", "--max-document-size", "--max-alias-ratio")
INPUT = ("-f", "--filename")
# Messages of convert that say what stands open: accepted by name; an alias that no hostname says.
STATED = [b"I2G-1003", b"I2G-2005"]
# Accepted, or printed in part: what is not printed cannot keep anybody out.
EXCUSES = ("--accept", "-n", "-l", "--namespace", "--selector", "--host", "--ingress=", "--ingress")

# What gateway_eval.py takes for granted, of what the specification leaves open.
CHOSEN = {choice.partition("=")[0] for choice in gwagree.ALWAYS}

# What no Gateway can say, and an error of the report names.
OPENED = {"close/wildcard-before-catch-all": "a name of two labels goes to the wildcard's open routes, and to those for all other hosts in the controller"}


def command(case):
    """What verify needs of the arguments of convert; None where the input is no file."""
    found, args, i = [], case.args(), 0
    while i < len(args):
        arg = args[i]
        name, equals, _ = arg.partition("=")
        if arg == "-" or (name in INPUT and args[i + 1:i + 2] == ["-"]):
            return None
        if name in SHARED + INPUT:
            found += [arg] if equals else args[i:i + 2]
            i += 0 if equals else 1
        elif not arg.startswith("-") and arg != "convert" and (i == 0 or not args[i - 1].startswith("--") or "=" in args[i - 1]):
            found.append(arg)
        i += 1
    return found


def verify(binary, case, words, after):
    result = common.run(binary, ["verify"] + words + ["--after", after, "--report", "json=-"], cwd=case.folder, timeout=300)
    if result.bug() or result.code not in (0, 1, 3, 5):
        return None, result.bug() or "exit code %d: %s" % (result.code, result.err.decode("utf-8", "replace")[:300])
    return json.loads(result.out), ""


def essence(report):
    """What is said of requests in normal form, without places."""
    def outcome(item):
        return {key: value for key, value in item.items() if key != "route"}
    proof = {key: value for key, value in report["summary"]["proof"].items() if key not in ("depends", "apart")}
    return json.dumps([proof, [dict(one, before=outcome(one["before"]), after=outcome(one["after"]), span=None)
                                                     for one in report["differences"] if not one.get("apart")]], sort_keys=True)


def honest(binary, case, words, report):
    """Differences that are none, each under the choice of the implementation that it names."""
    wrong, asked = [], collections.defaultdict(list)
    for one in report["differences"]:
        asked[one.get("under")].append(one)
    for under, differences in asked.items():
        lines = "".join(json.dumps(one["request"]) + "\n" for one in differences).encode("utf-8")
        choice = ["--choice", under] if under else []
        result = common.run(binary, ["trace", "-q"] + words + ["--after", "expected.yaml", "--requests", "-", "-o", "json"] + choice, cwd=case.folder,
                            stdin=lines, timeout=300)
        answers = [json.loads(line) for line in result.out.splitlines()]
        wrong += [json.dumps(one["request"]) for one, answer in zip(differences, answers)
                  if answer.get("same") is True and not any(field.startswith("feature:") for field in one["what"])]
    return wrong


def differently(binary, case, words, after, report):
    """Of what depends on the implementation the answers that `trace` does not give under that choice, and entries whose answers are all the same."""
    wrong, asked = [], collections.defaultdict(list)
    for one in report["depends"]:
        answers = [(value["after"]["status"], value["after"]["backends"], value["after"]["location"], value["after"].get("upstream"),
                    value["after"]["response_headers"]) for value in one["values"]]
        if all(answer == answers[0] for answer in answers):
            wrong.append("all the same: %s" % json.dumps(one["request"]))
        for value in one["values"]:
            asked[one["choice"], value["value"]].append((one["request"], value["after"], one["before"]))
    for (choice, value), entries in asked.items():
        lines = "".join(json.dumps(request) + "\n" for request, _, _ in entries).encode("utf-8")
        result = common.run(binary, ["trace", "-q"] + words + ["--after", after, "--choice", "%s=%s" % (choice, value), "--requests", "-", "-o", "json"],
                            cwd=case.folder, stdin=lines, timeout=300)
        for (request, claimed, before), line in zip(entries, result.out.splitlines()):
            answer = json.loads(line)
            if answer["after"] != claimed or answer["before"] != before:
                wrong.append("%s=%s: %s" % (choice, value, json.dumps(request)))
    return wrong


class Everything:
    """All but what is in it: the hosts of the class that takes what no other one does."""

    def __init__(self, known):
        self.known = set(known)

    def __contains__(self, host):
        return host not in self.known


def unknown_hosts(report):
    """Of which verify claims nothing."""
    hosts = report["summary"]["proof"]["hosts"]
    unknown = {one["host"] for one in hosts if one.get("unknown") or one.get("unasked")}
    return Everything(one["host"] for one in hosts if one["host"] not in unknown) if "*" in unknown else unknown


def opened(case, report):
    if case.name in OPENED:
        return [] if any(one["opens"] for one in report["differences"]) else ["nothing opened, and it is known that something does"]
    excused = any(arg.startswith(EXCUSES) for arg in case.args()) or any(code in (case.read("expected.txt") or b"") for code in STATED)
    return [] if excused else [json.dumps(one["request"]) for one in report["differences"] if one["opens"] and not one.get("apart")]


def named(binary, case, words, file, report, record):
    """
    A difference of that host is named that is this request's: the same fields, from the same status to the same. Or the host depends on
    what the other program takes for granted.
    """
    if any(one["host"] == record["host"] and one["choice"] in CHOSEN for one in report["depends"]):
        return True
    line = (json.dumps(record) + "\n").encode("utf-8")
    result = common.run(binary, ["trace", "-q"] + words + ["--after", file, "--requests", "-", "-o", "json"], cwd=case.folder, stdin=line, timeout=300)
    answer = json.loads(result.out)
    return any(one["request"]["host"] == record["host"] and [field for field in one["what"] if not field.startswith("feature:")] == answer.get("what") and
               all(one[side]["status"] == answer[side]["status"] for side in ("before", "after")) for one in report["differences"])


def same_to_others(case, objects, mutant, unknown, is_named):
    """Whether another program answers hundreds of requests alike; else the first one that differs, for hosts of which verify claims something."""
    closed = "closed" in case.args()
    around = kubeyaml.load_all(case.read("input.yaml")) if closed and case.has("input.yaml") else gwagree.surroundings(objects)
    left, right, services = gateway.Manifests(objects + around), gateway.Manifests(mutant + around), gateway.Services(around)
    for record in list(gwagree.requests(objects, left)) + list(gwagree.requests(mutant, right)):
        record.pop("entry", None)
        if record["host"] in unknown:
            continue
        for variant in gateway.VARIANTS[:1]:
            one, other = (gwagree.theirs(side.answer(gateway.Request(record), services, variant)) for side in (left, right))
            if one != other and not is_named(record):
                return "%s: %s, and the mutant %s" % (json.dumps(record), one, other)
    return ""


def judged(binary, case, most, share):
    """(checks, counts)"""
    words = command(case)
    if words is None:
        return [], {}
    report, fault = verify(binary, case, words, "expected.yaml")
    checks = [("%s runs" % case.name, not fault, fault)]
    counts = collections.Counter()
    if fault:
        return checks, counts
    wrong, open_ = honest(binary, case, words, report), opened(case, report)
    checks += [("%s is honest" % case.name, not wrong, "; ".join(wrong[:3])), ("%s stays closed" % case.name, not open_, "; ".join(open_[:3]))]
    wrong = differently(binary, case, words, "expected.yaml", report)
    checks.append(("%s depends as it says" % case.name, not wrong, "; ".join(wrong[:3])))
    unknown = unknown_hosts(report)
    base, objects = essence(report), kubeyaml.load_all(case.read("expected.yaml"))
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "mutant.yaml")
        for kind, mutant in mutants.mutants(objects, random.Random(case.name), most, share):
            with open(file, "w", encoding="utf-8") as out:
                out.write(kubeyaml.dump_all(mutant))
            said, fault = verify(binary, case, words, file)
            seen = not fault and essence(said) != base
            counts[kind, "seen" if seen else "not seen"] += 1
            if kind == "a policy says more":
                checks.append(("%s, %s" % (case.name, kind), seen, "what no table has is taken for known"))
            hole = "" if seen else fault or same_to_others(case, objects, mutant, unknown, functools.partial(named, binary, case, words, file, said))
            checks.append(("%s, %s" % (case.name, kind), not hole, hole))
    return checks, counts


def hand_written(binary, case):
    """Of manifests that people or other tools wrote only that what is said is so."""
    words = ["--before", "input.yaml"] + (["--world", "closed"] if "closed" in case.args() else [])
    report, fault = verify(binary, case, words, "theirs.yaml")
    if fault:
        return [("%s runs" % case.name, False, fault)], {}
    wrong = differently(binary, case, words, "theirs.yaml", report)
    return [("%s depends as it says" % case.name, not wrong, "; ".join(wrong[:3]))], {}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--case", default="")
    parser.add_argument("--most", type=int, default=1)
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args()
    binary, tally, counts = os.path.abspath(options.binary), common.Tally(), collections.Counter()
    cases = [case for case in common.cases(options.case) if case.has("expected.yaml") and case.converts() and case.read("expected.yaml").strip()]
    written = [case for case in common.cases(options.case) if case.has("theirs.yaml") and case.has("input.yaml")]
    for checks, _ in common.parallel(lambda case: hand_written(binary, case), written):
        for name, good, text in checks:
            tally.check(good, name, text)
    for checks, more in common.parallel(lambda case: judged(binary, case, options.most, 1 if options.all else .6), cases):
        for name, good, text in checks:
            tally.check(good, name, text)
        counts.update(more)
    for kind in mutants.KINDS:
        print("%5d of %5d seen: %s" % (counts[kind, "seen"], counts[kind, "seen"] + counts[kind, "not seen"], kind))
    seen = sum(number for (_, what), number in counts.items() if what == "seen")
    print("%d of %d mutants seen" % (seen, sum(counts.values())))
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())

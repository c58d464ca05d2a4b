# SPDX-License-Identifier: Apache-2.0
"""Every file of a folder through the program that is built with sanitizers, one by one.

Fails on: a crash, a sanitizer report, more than the time allowed, an exit code that conversion does not have, output that is
no YAML or holds an object twice, a report that is no JSON or does not add up, an error of ours (I2G-9001), and an Ingress of
the input that is not in the report although nothing says that its document could not be read.
"""
import argparse
import collections
import json
import os
import sys
import tempfile
import time

import common
import kubeyaml

SECONDS = 60


class Outcome:
    def __init__(self, path):
        self.path = path
        self.seconds = 0.0
        self.crash, self.invalid, self.missing = "", "", []
        self.refused = 0
        self.report = {}

    def faults(self):
        found = [fault for fault in (self.crash, self.invalid) if fault]
        if self.missing:
            found.append("not in the report: " + ", ".join(self.missing[:10]))
        return found


def invalid_output(out, report):
    """Why manifests and report cannot be right, or an empty text."""
    try:
        objects = kubeyaml.load_all(out)
    except kubeyaml.Error as error:
        return "output is no YAML: %s" % error
    seen = set()
    for item in objects:
        if not isinstance(item, dict) or not item.get("kind") or not item.get("apiVersion"):
            return "output holds something that is no object"
        name = kubeyaml.identity(item)
        if name in seen:
            return "printed twice: %s" % (name,)
        seen.add(name)
    summary, listed = report["summary"], report["ingresses"]
    if summary["ingresses"] != len(listed):
        return "report: %d Ingresses counted, %d listed" % (summary["ingresses"], len(listed))
    states = collections.Counter(ingress["state"] for ingress in listed)
    for state in ("converted", "closed", "failed", "skipped", "inactive"):
        if summary[state] != states[state]:
            return "report: %s is %d, listed are %d" % (state, summary[state], states[state])
    facts = collections.Counter(fact["state"] for ingress in listed for fact in ingress["facts"])
    for state, count in summary["facts"].items():
        if facts[state] != count:
            return "report: facts %s are %d, listed are %d" % (state, count, facts[state])
    named = {"%s/%s/%s" % (kind, namespace or "default", name) for _, kind, namespace, name in seen}
    named |= {"%s/%s" % (kind, name) for _, kind, namespace, name in seen if not namespace}
    for ingress in listed:
        for name in ingress.get("objects", []):
            if name not in named:
                return "report: %s was not printed" % name
    for diagnostic in report["diagnostics"]:
        if diagnostic["code"] == "I2G-9001":
            return "a bug of ours: " + diagnostic["message"]
    return ""


def missing(text, report, outcome):
    """Ingresses of the text that the report does not know. A document with an error of reading is counted apart."""
    there = {(ingress["namespace"], ingress["name"]) for ingress in report["ingresses"]}
    errors = [diagnostic["line"] for diagnostic in report["diagnostics"]
              if diagnostic["level"] == "error" and diagnostic["code"].startswith("I2G-01") and diagnostic.get("line")]
    for document in kubeyaml.documents(text):
        absent = [name for name in map(kubeyaml.ingress_name, kubeyaml.ingresses(document.items)) if name not in there]
        if absent and any(document.first <= line <= document.last for line in errors):
            outcome.refused += len(absent)
        else:
            outcome.missing += ["%s/%s" % name for name in absent]


def examine(binary, path):
    outcome = Outcome(path)
    with open(path, "rb") as file:
        text = file.read()
    with tempfile.TemporaryDirectory() as scratch:
        where = os.path.join(scratch, "report.json")
        start = time.monotonic()
        result = common.run(binary, ["convert", "-f", path, "--report", "json=" + where], timeout=SECONDS)
        outcome.seconds = time.monotonic() - start
        outcome.crash = result.bug()
        if not outcome.crash and result.code not in (0, 1, 3):
            outcome.crash = "exit code %d: %s" % (result.code, result.err.decode("utf-8", "replace")[:500])
        if outcome.crash:
            return outcome
        try:
            with open(where, encoding="utf-8") as file:
                outcome.report = json.load(file)
            outcome.invalid = invalid_output(result.out, outcome.report)
            missing(text, outcome.report, outcome)
        except (OSError, ValueError, KeyError, TypeError) as error:
            outcome.invalid = "no usable report: %s: %s" % (type(error).__name__, error)
    return outcome


def counts(title, counter):
    print("%s: %d (%s)" % (title, sum(counter.values()), ", ".join("%s %d" % pair for pair in sorted(counter.items())) or "none"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("folder")
    options = parser.parse_args()
    binary = os.path.abspath(options.binary)
    tally = common.Tally()
    paths = [os.path.join(path, leaf) for path, _, leaves in os.walk(options.folder) for leaf in leaves
             if leaf.endswith((".yaml", ".yml", ".json"))]
    outcomes = common.parallel(lambda path: examine(binary, path), sorted(paths))
    states, facts = collections.Counter(), collections.Counter()
    for outcome in outcomes:
        faults = outcome.faults()
        tally.check(not faults, os.path.relpath(outcome.path, options.folder), "\n  ".join(faults))
        for ingress in outcome.report.get("ingresses", []):
            states[ingress.get("state")] += 1
            facts.update(fact.get("state") for fact in ingress.get("facts", []))
    print("files: %d" % len(outcomes))
    counts("Ingresses", states)
    counts("facts", facts)
    print("Ingresses in documents that could not be read: %d" % sum(outcome.refused for outcome in outcomes))
    print("Ingresses missing in the report: %d" % sum(len(outcome.missing) for outcome in outcomes))
    print("invalid outputs: %d" % sum(bool(outcome.invalid) for outcome in outcomes))
    print("crashes: %d" % sum(bool(outcome.crash) for outcome in outcomes))
    if outcomes:
        slowest = max(outcomes, key=lambda outcome: outcome.seconds)
        print("slowest file: %s, %.1f s" % (os.path.relpath(slowest.path, options.folder), slowest.seconds))
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())

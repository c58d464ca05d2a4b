# SPDX-License-Identifier: Apache-2.0
"""What holds for every target that is built in.

    tables       what a target lacks is in the Gateway API; a feature is lost by its row where what it rests on is lacking, and only there
    pages        `targets`, `targets NAME` and `targets NAME@VERSION` in both forms, each version of a table
    conversions  inputs of fixtures, other ones each day (--seed, --cases; --all: every one), for each target and each version: no fault of the
                 program; each fact of the report has one state, and the sums are those of the summary; what is printed are fields of that
                 target's Gateway API, and nothing that the target lacks; the proof finds no difference that nobody states; what no target says
                 in a policy stands closed for each, unless the standard serves it
    compare      the numbers of `targets compare` are those of the conversions
"""
import argparse
import collections
import datetime
import json
import os
import random
import sys
import tempfile

import common
import fields
import kubeyaml
import stability
import tables

STATES = {"translated", "different", "metadata", "ineffective", "extension", "inexpressible", "invalid", "unknown"}
LOST = {"extension", "inexpressible", "invalid", "unknown"}
# What the proof says where it has found a difference that nobody stated.
UNSTATED = {"I2G-2090", "I2G-1090"}
# Features whose row may say none although the field is there: other things decide about them.
BESIDE = {"backend.protocol", "backend.tls"}
# Options of cases that say how a target's table or version is to be read, or what is printed of the input.
APART = ("--target", "--mapping", "--existing-gateway", "--gateway-api", "--strict", "--rejects", "--report", "-q", "--quiet", "-n", "-l", "--host", "--ingress")


# ---- tables ----

def release(text):
    return [int(number) for number in text.split(".")]


def lacking(table, version):
    """(kind, field, values) that count for that version."""
    for row in table.get("lacks", []):
        since = row.get("since_target")
        if since is None or release(version) < release(since):
            yield row["kind"], row.get("field", ""), row.get("values")


def lacks(table, version, need):
    kind, path, value = need
    if table.get("kinds") and kind not in table["kinds"]:
        return True
    for other, field, values in lacking(table, version):
        below = not field or path == field or path.startswith((field + ".", field + "["))
        if other == kind and below and (values is None or (path == field and value in values)):
            return True
    return False


def rest_of(feature):
    return next(need for name, need in fields.RESTS_ON.items() if feature == name or (name.endswith(".") and feature.startswith(name)))


def of_filter(need):
    """A field of a filter is there where the filter is."""
    kind, path, value = need
    name = path.rpartition("filters[].")[2].split(".")[0]
    types = {"requestMirror": "RequestMirror", "cors": "CORS", "urlRewrite": "URLRewrite", "requestHeaderModifier": "RequestHeaderModifier",
             "responseHeaderModifier": "ResponseHeaderModifier", "requestRedirect": "RequestRedirect"}
    return (kind, "spec.rules[].filters[].type", types[name]) if name in types else None


def rows_at(table, version):
    found = {}
    for row in tables.rows(table, "features"):
        since = row.get("since_target")
        if since is None:
            found.setdefault(row["feature"], row)
    for row in tables.rows(table, "features"):
        if row.get("since_target") and release(row["since_target"]) <= release(version):
            found[row["feature"]] = row
    return found


def table_faults(schema, table, version):
    for row in table.get("lacks", []):
        kind, path = row["kind"], row.get("field", "")
        known = schema.get((kind, path or "."), [])
        if not known:
            yield "lacks %s %s, which the Gateway API does not have" % (kind, path)
        words = {word for one in known for word in one.words or ()}
        for value in row.get("values", []):
            if value not in words:
                yield "%s %s has no value %s" % (kind, path, value)
    standard = rows_at(tables.load("targets", "standard.yaml"), "0")
    own = rows_at(table, version)
    for feature, row in standard.items():
        if row["how"] == "none" or feature in BESIDE:
            continue
        need = rest_of(feature)
        lost = own.get(feature, row)["how"] == "none"
        filter_need = of_filter(need)
        missing = lacks(table, version, need) or bool(filter_need and lacks(table, version, filter_need))
        if feature.startswith("redirect.") and not missing:
            missing = lost and lacks(table, version, ("HTTPRoute", need[1] + ".path", None))
        if missing and not lost and not own.get(feature, row).get("said"):
            yield "%s is lacking, and its row does not say so" % feature
        # Redirects rest on more than one field.
        if lost and not missing:
            yield "%s is lost by its row, and nothing that it rests on is lacking" % feature


# ---- conversions ----

class Target:
    def __init__(self, name, version):
        self.name, self.version = name, version
        self.table = tables.load("targets", name + ".yaml")
        releases = self.table.get("releases")
        self.newest = max(releases, key=release) if releases else "0"
        self.word = name + "@" + version if version else name

    def lacks(self, need):
        return lacks(self.table, self.version or self.newest, need)


def targets(only=""):
    for name in (name for name in tables.names("targets") if only in name):
        yield Target(name, None)
        for version in sorted(tables.load("targets", name + ".yaml").get("releases") or [], key=release)[:-1]:
            yield Target(name, version)


class Run:
    """One conversion: what is wrong with it, and each Ingress's name, state and the states of its facts."""

    def __init__(self, binary, target, case, args):
        self.faults, self.ingresses = [], []
        with tempfile.TemporaryDirectory() as scratch:
            where = os.path.join(scratch, "report.json")
            given = ["-f", "input" if case.has("input") else "input.yaml"]
            result = common.run(binary, ["convert", "--target", target.word] + given + args + ["--report", "json=" + where], cwd=case.folder)
            fault = result.bug()
            if fault or result.code not in (0, 1, 3):
                self.faults.append(fault or "exit code %d: %s" % (result.code, result.err.decode("utf-8", "replace")[-300:]))
                return
            with open(where, encoding="utf-8") as file:
                report = json.load(file)
        self.faults += list(self.account(report)) + list(self.objects(target, report, kubeyaml.load_all(result.out)))
        self.faults += ["the proof: " + item["message"] for item in report["diagnostics"] if item["code"] in UNSTATED]
        self.ingresses = [((item["namespace"], item["name"]), item["state"], {fact["state"] for fact in item["facts"]}) for item in report["ingresses"]]

    @staticmethod
    def account(report):
        sums = collections.Counter()
        for ingress in report["ingresses"]:
            for fact in ingress["facts"]:
                sums[fact["state"]] += 1
                if fact["state"] not in STATES:
                    yield "%s has the state %s" % (fact["key"], fact["state"])
        counted = {key: number for key, number in report["summary"]["facts"].items() if number}
        if counted != dict(sums):
            yield "the summary counts %s, and there are %s" % (counted, dict(sums))

    @staticmethod
    def objects(target, report, printed):
        minor = int(report["gateway_api"].split(".")[1])
        for item in printed:
            for fault in fields.Walk(SCHEMA, item, minor, report["channel"]).faults:
                yield "%s %s: %s" % (item["kind"], item["metadata"]["name"], fault)
        for need in fields.needs_of(SCHEMA, printed):
            if target.lacks(need):
                yield "prints %s, which the target lacks" % " ".join(part for part in need if part)

    def states(self):
        return {name: state for name, state, _ in self.ingresses}


SCHEMA = fields.load()


def usable(case):
    args = stability.arguments(case) if case.converts() and (case.has("input") or case.has("input.yaml")) else None
    if args is None or case.stdin() is not None or any(arg.split("=")[0] in APART or arg.startswith("-f") for arg in args):
        return None
    return args


def check_cases(tally, binary, chosen, only):
    cases = [(case, usable(case)) for case in common.cases()]
    cases = [(case, args) for case, args in cases if args is not None]
    work = [(target, case, args) for target in targets(only) for case, args in chosen(cases, target)]
    standard = Target("standard", None)
    plain = {}
    for case, args in {id(case): (case, args) for _, case, args in work}.values():
        plain[case.name] = (case, args)
    names = sorted(plain)
    before = dict(zip(names, common.parallel(lambda name: Run(binary, standard, *plain[name]), names)))

    def one(item):
        run = Run(binary, *item)
        name = "%s, %s" % (item[0].word, item[1].name)
        first = before[item[1].name]
        if not tally.check(not run.faults, name, "; ".join(run.faults[:5])) or first.faults or item[0].table.get("policies"):
            return
        states = run.states()
        opened = [key for key, state in first.states().items() if state == "closed" and states.get(key) == "converted"]
        tally.check(not opened, name, "%s stand open, closed for the standard" % opened)

    common.parallel(one, work)
    print("%d conversions of %d inputs" % (len(work) + len(names), len(names)))


# ---- pages and compare ----

def answer(tally, binary, args, code=0, cwd=None):
    result = common.run(binary, args, cwd=cwd)
    name = " ".join(args)
    tally.check(not result.bug() and result.code == code and (result.out or code), name, "exit code %s: %s" % (result.code, result.err[:300]))
    return result.out.decode("utf-8")


def check_pages(tally, binary):
    listed = json.loads(answer(tally, binary, ["targets", "-o", "json"]))["targets"]
    tally.check([item["name"] for item in listed] == tables.names("targets"), "targets -o json", "other targets than there are tables")
    text = answer(tally, binary, ["targets"])
    for target in targets():
        page = json.loads(answer(tally, binary, ["targets", target.word, "-o", "json"]))["targets"][0]
        rows = rows_at(target.table, target.version or target.newest)
        hows = {item["feature"]: item["how"] for item in page["features"]}
        tally.check(all(hows[feature] == row["how"] for feature, row in rows.items()), target.word, "features other than those of the table")
        tally.check(page["fields"] + page["policies"] + page["lost"] == len(hows), target.word, "not all features are counted")
        tally.check(answer(tally, binary, ["targets", target.word]).startswith("%s: %s\n" % (target.name, page["title"])), target.word, "another title")
        tally.check(target.version is not None or "\n%s " % target.name in text, target.word, "is not in the list")
    for word in ("nobody", "standard@1", "traefik@1.0", "traefik@", "traefik@x"):
        answer(tally, binary, ["targets", word], 2)


def check_compare(tally, binary):
    folder = os.path.join(common.FIXTURES, "targets", "kgateway")
    case = common.Case(folder)
    found = json.loads(answer(tally, binary, ["targets", "compare", "input.yaml", "-o", "json"], cwd=folder))
    tally.check(sorted(item["target"] for item in found["targets"]) == tables.names("targets"), "compare", "other targets than there are tables")
    for item in found["targets"]:
        run = Run(binary, Target(item["target"], None), case, [])
        counts = collections.Counter()
        for _, state, states in run.ingresses:
            counts[state if state != "converted" else "lost" if states & LOST else "differ" if "different" in states else "fully"] += 1
        numbers = {key: item[key] for key in ("fully", "differ", "lost", "closed", "failed") if item[key]}
        tally.check(numbers == dict(counts), "compare, %s" % item["target"], "%s, converted are %s" % (numbers, dict(counts)))
    turned = [item["closed"] + item["failed"] for item in found["targets"]]
    tally.check(turned == sorted(turned), "compare", "not the best first: %s" % turned)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--cases", type=int, default=12, help="for each target")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--only", default="", help="targets whose name has this in it")
    parser.add_argument("--seed", type=int, default=datetime.date.today().toordinal())
    options = parser.parse_args()
    binary = os.path.abspath(options.binary)
    tally = common.Tally()
    if not os.access(binary, os.X_OK):
        tally.fail(binary, "is not there; run make first")
        return tally.end()

    def chosen(cases, target):
        if options.all:
            return cases
        return random.Random("%d %s" % (options.seed, target.word)).sample(cases, min(options.cases, len(cases)))

    for target in targets():
        faults = list(table_faults(SCHEMA, target.table, target.version or target.newest)) if target.name != "standard" else []
        tally.check(not faults, "table of " + target.word, "; ".join(faults))
    check_pages(tally, binary)
    check_compare(tally, binary)
    print("seed %d" % options.seed)
    check_cases(tally, binary, chosen, options.only)
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""No fixture's output uses a kind, field or value that the chosen version and channel of the Gateway API does not have.

Read from the table mappings/gateway-api/fields.tsv, but not by the program's own check: for each version and channel every
fixture is converted and each printed object is walked along the table.
"""
import argparse
import json
import os
import re
import sys

import common
import kubeyaml

TABLE = os.path.join(common.ROOT, "mappings", "gateway-api", "fields.tsv")
GROUP = "gateway.networking.k8s.io/"
MINORS = range(8)
CHANNELS = ("standard", "experimental")
# Of metadata the table says nothing; it is the same for every kind.
METADATA = {"name", "namespace", "labels", "annotations"}


def span(cell):
    if cell == "-":
        return range(0)
    first, _, last = cell.partition("-")
    return range(int(first.split(".")[1]), int((last or first).split(".")[1]) + 1)


class Row:
    def __init__(self, cells):
        self.kind, self.apis, self.path = cells[0], cells[1].split(","), cells[2]
        self.spans = {"standard": span(cells[3]), "experimental": span(cells[4])}
        self.type = cells[5]
        self.words = None
        for cell in cells[6:]:
            if cell.startswith("enum="):
                self.words = cell[len("enum="):].split("|")

    def holds(self, api, minor, channel):
        return minor in self.spans[channel] and ("*" in self.apis or api in self.apis)


def load():
    """(kind, path) -> rows"""
    table = {}
    with open(TABLE, encoding="utf-8") as file:
        for line in file:
            cells = line.rstrip("\n").split("\t")
            if not line.startswith("#") and cells[0] != "pattern" and len(cells) >= 6:
                row = Row(cells)
                table.setdefault((row.kind, row.path), []).append(row)
    return table


class Walk:
    """Faults of one object at one version and channel."""

    def __init__(self, table, item, minor, channel):
        self.table, self.minor, self.channel = table, minor, channel
        self.kind = item.get("kind")
        self.api = str(item.get("apiVersion"))[len(GROUP):]
        self.faults = []
        if not str(item.get("apiVersion")).startswith(GROUP):
            return
        if not self.rows("."):
            self.faults.append("there is no %s %s" % (self.kind, item.get("apiVersion")))
            return
        for key, value in item.items():
            if key == "metadata":
                self.faults += ["metadata.%s" % name for name in value if name not in METADATA]
            elif key not in ("apiVersion", "kind"):
                self.value(key, value)

    def rows(self, path):
        return [row for row in self.table.get((self.kind, path), []) if row.holds(self.api, self.minor, self.channel)]

    def value(self, path, value):
        rows = self.rows(path)
        if not rows:
            self.faults.append("no field " + path)
            return
        if rows[0].type == "any":
            return
        if isinstance(value, dict):
            for key, below in value.items():
                self.value("%s.%s" % (path, key) if rows[0].type != "map" else path + "{}", below)
        elif isinstance(value, list):
            for below in value:
                self.value(path + "[]", below)
        elif rows[0].words is not None and str(value).lower() not in (word.lower() for word in rows[0].words):
            self.faults.append("%s cannot be %s" % (path, json.dumps(value)))


def objects_of(binary, case, minor, channel):
    """(fault, objects)"""
    args = strip(case.args()) + ["--gateway-api", "1.%d" % minor, "--channel", channel, "-o", "json"]
    result = common.run(binary, args, cwd=case.folder, stdin=case.stdin())
    fault = result.bug() or ("" if result.code in (0, 1, 3) else "exit code %s" % result.code)
    if fault or not result.out.strip():
        return fault, []
    return "", kubeyaml.unfold(json.loads(result.out))


def strip(args):
    """Without the options that this test gives itself."""
    kept, skip = [], False
    for arg in args:
        if skip:
            skip = False
        elif arg in ("--gateway-api", "--channel", "-o", "--output"):
            skip = True
        elif not re.match(r"--(gateway-api|channel|output)=|-o.", arg):
            kept.append(arg)
    return kept


def check(binary, table, case, tally):
    for minor in MINORS:
        for channel in CHANNELS:
            fault, items = objects_of(binary, case, minor, channel)
            faults = [fault] if fault else []
            for item in items:
                name = "%s %s: " % (item.get("kind"), item.get("metadata", {}).get("name"))
                faults += [name + text for text in Walk(table, item, minor, channel).faults]
            tally.append((not faults, "%s for 1.%d %s" % (case.name, minor, channel), "; ".join(faults[:5])))


def self_check(table, tally):
    """The test sees what is not there."""
    route = {"apiVersion": GROUP + "v1", "kind": "HTTPRoute", "metadata": {"name": "a"}, "spec": {"rules": [
        {"name": "x", "retry": {"attempts": 1}, "filters": [{"type": "CORS", "cors": {"allowOrigins": ["*"]}}]},
        {"filters": [{"type": "RequestRedirect", "requestRedirect": {"statusCode": 308}}]}]}}
    expected = {(0, "standard"): 5, (2, "experimental"): 3, (5, "standard"): 1, (7, "standard"): 0}
    for (minor, channel), count in expected.items():
        found = Walk(table, route, minor, channel).faults
        tally.check(len(found) == count, "the test itself, 1.%d %s" % (minor, channel), "; ".join(found))
    wrong = {"apiVersion": GROUP + "v1", "kind": "ListenerSet", "metadata": {"name": "a"}, "spec": {}}
    tally.check(len(Walk(table, wrong, 4, "experimental").faults) == 1, "the test itself, a kind")
    tally.check(not Walk(table, wrong, 5, "standard").faults, "the test itself, a kind that is there")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--only", default="", help="fixtures whose name has this text")
    options = parser.parse_args()
    binary = os.path.abspath(options.binary)
    table, tally = load(), common.Tally()
    self_check(table, tally)
    cases = [case for case in common.cases(options.only) if case.converts() and case.exit() in (0, 1, 3)]

    def one(case):
        found = []
        check(binary, table, case, found)
        return found
    for found in common.parallel(one, cases):
        for good, name, text in found:
            tally.check(good, name, text)
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())

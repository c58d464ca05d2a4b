# SPDX-License-Identifier: Apache-2.0
"""What each version and channel of the Gateway API has, read from the table mappings/gateway-api/fields.tsv, but not by the
program's own check.

    fields     no fixture's output uses a kind, field or value that the chosen version and channel does not have
    prices     what the newest version would print in the experimental channel and the chosen one cannot is named in the report,
               with a version or channel that has it
    since      the table of the target says the first versions of each feature as the fields do
"""
import argparse
import json
import os
import re
import sys
import tempfile

import common
import kubeyaml

TABLE = os.path.join(common.ROOT, "mappings", "gateway-api", "fields.tsv")
GROUP = "gateway.networking.k8s.io/"
MINORS = range(8)
CHANNELS = ("standard", "experimental")
# Of metadata the table says nothing; it is the same for every kind.
METADATA = {"name", "namespace", "labels", "annotations"}
# What older versions call otherwise: its absence costs nothing.
RENAMED = {("HTTPRoute", "spec.rules[].sessionPersistence.cookie"), ("GRPCRoute", "spec.rules[].sessionPersistence.cookie")}
# What is said otherwise where it is missing: rules that no policy can name are routes of their own; a target lifts its limit in a policy.
OTHERWISE = {("HTTPRoute", "spec.rules[].name"): "", ("GRPCRoute", "spec.rules[].name"): "", ("HTTPRoute", "spec.rules[].timeouts"): "envoy-gateway"}
# How messages name what is missing, where that is not the kind, the value, or the last part of the path.
NAMES = {("Gateway", "spec.allowedListeners"): "ListenerSet", ("Gateway", "spec.tls"): "spec.tls.frontend",
         ("HTTPRoute", "spec.rules[].filters[].cors"): "CORS"}
RULE = "spec.rules[]."
# What features of the target "standard" rest on: kind, path, value.
RESTS_ON = {
    "route.match": ("HTTPRoute", RULE + "matches[].path", None), "route.rewrite": ("HTTPRoute", RULE + "filters[].urlRewrite.path", None),
    "route.strip": ("HTTPRoute", RULE + "filters[].urlRewrite.path", None), "backend.path": ("HTTPRoute", RULE + "filters[].urlRewrite.path", None),
    "route.methods": ("HTTPRoute", RULE + "matches[].method", None), "route.headers": ("HTTPRoute", RULE + "matches[].headers", None),
    "route.alias": ("HTTPRoute", "spec.hostnames", None), "route.canary": ("HTTPRoute", RULE + "backendRefs[].weight", None),
    "route.none": ("HTTPRoute", "spec.rules", None), "route.status": ("HTTPRoute", "spec.rules", None),
    "redirect.": ("HTTPRoute", RULE + "filters[].requestRedirect", None), "tls.passthrough": ("TLSRoute", "spec.hostnames", None),
    "stream.tcp": ("TCPRoute", "spec.rules", None), "stream.udp": ("UDPRoute", "spec.rules", None),
    "auth.client-certificate": ("Gateway", "spec.tls.frontend.default.validation", None), "cors": ("HTTPRoute", RULE + "filters[].type", "CORS"),
    "headers.response": ("HTTPRoute", RULE + "filters[].responseHeaderModifier", None),
    "headers.request": ("HTTPRoute", RULE + "filters[].requestHeaderModifier", None),
    "headers.prefix": ("HTTPRoute", RULE + "filters[].requestHeaderModifier", None),
    "backend.host": ("HTTPRoute", RULE + "filters[].urlRewrite.hostname", None),
    "backend.protocol": ("BackendTLSPolicy", "spec.validation", None), "backend.tls": ("BackendTLSPolicy", "spec.validation", None),
    "backend.default": ("HTTPRoute", RULE + "backendRefs", None), "affinity.cookie": ("HTTPRoute", RULE + "sessionPersistence", None),
    "mirror": ("HTTPRoute", RULE + "filters[].requestMirror", None), "timeout.read": ("HTTPRoute", RULE + "timeouts", None),
    "timeout.send": ("HTTPRoute", RULE + "timeouts", None), "retry": ("HTTPRoute", RULE + "retry", None),
}


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


def has(table, need, minor, channel):
    """A kind in any apiVersion, a field, a value."""
    kind, path, value = need
    spans = [row for row in table.get((kind, path or "."), []) if minor in row.spans[channel]]
    return any(value is None or row.words is None or value in row.words for row in spans)


def needs_of(table, items):
    """Kinds, fields and values that the objects use, wider ones first."""
    found = {}

    def walk(kind, path, value):
        rows = table.get((kind, path))
        found[kind, path, None] = True
        if isinstance(value, dict):
            for key, below in value.items():
                walk(kind, path + ("{}" if rows and rows[0].type == "map" else "." + key), below)
        elif isinstance(value, list):
            for below in value:
                walk(kind, path + "[]", below)
        elif any(row.words is not None for row in rows or []):
            found[kind, path, json.dumps(value).strip('"')] = True
    for item in items:
        if str(item.get("apiVersion")).startswith(GROUP):
            found[item["kind"], "", None] = True
            walk(item["kind"], "spec", item.get("spec", {}))
    return list(found)


def missing(table, needs, minor, channel):
    """Those that are not there, without what lies below another one."""
    found, above = [], list(RENAMED)
    for need in needs:
        inside = any(need[0] == kind and (need[1] + ".").startswith(path and path + ".") for kind, path in above)
        if not inside and not has(table, need, minor, channel):
            found.append(need)
            if need[2] is None:
                above.append(need[:2])
    return found


def price(table, need, minor, channel, diagnostics):
    """Empty when a diagnostic names it, and an option that keeps it."""
    kind, path, value = need
    name = NAMES.get((kind, path)) or value or path.split(".")[-1].rstrip("[]") or kind
    for item in diagnostics:
        help_text = item.get("help") or ""
        # what stands closed for the want of one thing has none of the others
        if name not in item["message"] + help_text and "stands closed" not in item["message"]:
            continue
        minors = [other for first, last in re.findall(r"--gateway-api 1\.(\d)(?: (?:to|or) 1\.(\d))?", help_text)
                  for other in range(int(first), int(last or first) + 1)]
        if any(has(table, need, other, channel) for other in minors):
            return ""
        if "--channel experimental" in help_text and any(has(table, need, other, "experimental") for other in minors + [minor]):
            return ""
    return "nothing tells what keeps %s" % " ".join(part for part in need if part)


def convert(binary, case, minor, channel):
    """(fault, objects, diagnostics)"""
    with tempfile.TemporaryDirectory() as scratch:
        where = os.path.join(scratch, "report.json")
        args = strip(case.args()) + ["--gateway-api", "1.%d" % minor, "--channel", channel, "-o", "json", "--report", "json=" + where]
        result = common.run(binary, args, cwd=case.folder, stdin=case.stdin())
        fault = result.bug() or ("" if result.code in (0, 1, 3) else "exit code %s" % result.code)
        if fault:
            return fault, [], []
        with open(where, encoding="utf-8") as file:
            diagnostics = json.load(file)["diagnostics"]
    return "", kubeyaml.unfold(json.loads(result.out)) if result.out.strip() else [], diagnostics


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


def has_listeners(items):
    """For which a ListenerSet could have been printed."""
    return any(listener.get("protocol") != "HTTP" for item in items if item.get("kind") == "Gateway" for listener in item["spec"]["listeners"])


def check(binary, table, case, tally):
    needs = []
    for minor in reversed(MINORS):
        for channel in reversed(CHANNELS):
            fault, items, diagnostics = convert(binary, case, minor, channel)
            faults = [fault] if fault else []
            needs = needs or needs_of(table, items)
            for item in items:
                name = "%s %s: " % (item.get("kind"), item.get("metadata", {}).get("name"))
                faults += [name + text for text in Walk(table, item, minor, channel).faults]
            if not fault:
                lost = [need for need in missing(table, needs, minor, channel)
                        if (has_listeners(items) or need[:2] not in (("ListenerSet", ""), ("Gateway", "spec.allowedListeners")))
                        and OTHERWISE.get(need[:2], "-") not in case.args() + [""]]
                faults += [text for text in (price(table, need, minor, channel, diagnostics) for need in lost) if text]
            tally.append((not faults, "%s for 1.%d %s" % (case.name, minor, channel), "; ".join(faults[:5])))


def check_since(table, tally):
    """The first versions that the table of the target names are those of the fields."""
    with open(os.path.join(common.ROOT, "mappings", "targets", "standard.yaml"), "rb") as file:
        rows = kubeyaml.load_all(file.read())[0]["features"]
    for row in rows:
        need = RESTS_ON.get(row["feature"]) or RESTS_ON.get(row["feature"].split(".")[0] + ".") if row["how"] != "none" else None
        first = {channel: next(("1.%d" % minor for minor in MINORS if need and has(table, need, minor, channel)), None)
                 for channel in CHANNELS}
        if first["experimental"] == first["standard"]:
            first["experimental"] = None
        said = {"standard": row.get("since"), "experimental": row.get("experimental")}
        tally.check((row["how"] == "none") == (need is None) and said == first, "since of " + row["feature"], "says %s, the fields %s" % (said, first))


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
    needs = needs_of(table, [route])
    for minor, channel, count in ((0, "standard", 5), (2, "experimental", 3), (7, "standard", 0)):
        found = missing(table, needs, minor, channel)
        tally.check(len(found) == count, "the test itself, what is missing in 1.%d %s" % (minor, channel), str(found))
    retry = ("HTTPRoute", RULE + "retry", None)
    for text, good in (("", False), ("--gateway-api 1.6 has it", False), ("--gateway-api 1.7 has it", True), ("--channel experimental has it", True)):
        said = price(table, retry, 5, "standard", [{"message": "retry is lost", "help": text}])
        tally.check((said == "") == good, "the test itself, a price", text)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--only", default="", help="fixtures whose name has this text")
    options = parser.parse_args()
    binary = os.path.abspath(options.binary)
    table, tally = load(), common.Tally()
    self_check(table, tally)
    check_since(table, tally)
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

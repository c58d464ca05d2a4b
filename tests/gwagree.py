# SPDX-License-Identifier: Apache-2.0
"""`ing2gw trace --after` against tests/gateway_eval.py, which is another program for the same rules: do both say the same of all printed manifests?

For each fixture's expected manifests Services are made up (some are missing, some have no endpoints), and requests from what the manifests
speak of: every hostname and names beside it, every path and paths beside it, with and without headers that are asked for. One check a fixture and
variant of a Gateway.

    --all           every variant for each fixture, else two of them in turn
    --case TEXT     only fixtures whose name has this text
"""
import argparse
import itertools
import json
import os
import re
import sys
import tempfile

import common
import gateway_eval as gateway
import kubeyaml

MOST = 600
# What the other program does in all its variants.
ALWAYS = ["hostname=shared"]
RANKS = {gateway.BEFORE_PREFIX: "before-prefix", gateway.AFTER_PREFIX: "after-prefix", gateway.SAME_AS_PREFIX: "by-length"}
PREFLIGHT = [["Origin", "https://app.example.com"], ["Access-Control-Request-Method", "GET"]]


def choices(variant):
    found = ALWAYS + ["regex-rank=" + RANKS[variant.regex], "hosts=" + ("then-wider" if variant.falls_through else "alone"),
                      "ties=" + ("newest" if variant.ties_reversed else "oldest")]
    return [word for choice in found for word in ("--choice", choice)]


# ---- what the manifests stand in ----

def surroundings(objects):
    """Services for all backends, two of seven of them not able to answer, and all Secrets and ConfigMaps."""
    found, ports, seen = [], {}, set()
    for item in objects:
        for rule in item.get("spec", {}).get("rules") or []:
            for backend in rule.get("backendRefs") or []:
                ports.setdefault((backend.get("namespace") or gateway.namespace(item), backend["name"]), set()).add(backend["port"])
        tls = item.get("spec", {}).get("tls") or {}
        seen |= {("ConfigMap", reference.get("namespace") or gateway.namespace(item), reference["name"]) for reference in
                 ((tls.get("frontend") or {}).get("default") or {}).get("validation", {}).get("caCertificateRefs") or []}
        if item["kind"] == "BackendTLSPolicy":
            seen |= {("ConfigMap", gateway.namespace(item), reference["name"]) for reference in item["spec"]["validation"].get("caCertificateRefs") or []}
        for listener in item.get("spec", {}).get("listeners") or []:
            seen |= {("Secret", reference.get("namespace") or gateway.namespace(item), reference["name"]) for reference in
                     (listener.get("tls") or {}).get("certificateRefs") or []}
    for number, ((namespace, name), numbers) in enumerate(sorted(ports.items())):
        if number % 7 == 5:
            continue
        metadata = {"name": name, "namespace": namespace}
        found.append({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"ports": [{"name": "p%d" % port, "port": port} for port in sorted(numbers)]}})
        found.append({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
                      "metadata": dict(metadata, labels={"kubernetes.io/service-name": name}),
                      "endpoints": [] if number % 7 == 3 else [{"addresses": ["10.0.0.1"]}]})
    return found + [{"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": namespace}} for kind, namespace, name in sorted(seen)]


def hosts(objects):
    found = {"nowhere.example.com": None, "10.1.2.3": None}
    for item in objects:
        spec = item.get("spec", {})
        for name in (spec.get("hostnames") or []) + [listener.get("hostname") for listener in spec.get("listeners") or []]:
            if name and name.startswith("*."):
                found.update(dict.fromkeys(["a" + name[1:], "a.b" + name[1:], name[2:]]))
            elif name:
                found.update(dict.fromkeys([name, "a." + name]))
    return list(found)


def matches(objects):
    for item in objects:
        for rule in item.get("spec", {}).get("rules") or []:
            yield from rule.get("matches") or []


def paths(objects):
    found = {"/": None, "/nowhere/x?a=b&c": None}
    for match in matches(objects):
        path = match.get("path") or {}
        value = path.get("value", "/")
        if path.get("type") == "RegularExpression":
            value = re.sub(r"\[(.)[^]]*\]", r"\1", value)
            value = re.sub(r"\(\?[:i]?|[()^$*+?]|\|.*|\{.*?\}|\\|\.", "", value) or "/"
        # only targets in normal form
        value = re.sub("//+", "/", value)
        if not value.startswith("/") or re.search(r"[%#\s]|/\.", value):
            continue
        bare = value.rstrip("/")
        found.update(dict.fromkeys([value, bare + "/", bare + "/a?x=1", bare + "a", (bare or "/").upper(), bare.rpartition("/")[0] or "/"]))
    return [path for path in found if path.startswith("/")]


def header_sets(objects):
    found = [[]]
    for match in matches(objects):
        for header in match.get("headers") or []:
            value = re.sub(r"[\\^$.*+?()]|\[.*?\]|\|.*", "", header["value"]) if header.get("type") == "RegularExpression" else header["value"]
            found += [[[header["name"], value]], [[header["name"].upper(), value + "x"]]]
    unique = list({json.dumps(item): item for item in found}.values())
    return unique[:6]


def requests(objects, manifests):
    several = len(manifests.gateways) > 1
    schemes = [scheme for scheme in ("http", "https") if any(listener.protocol == scheme.upper() for listener in manifests.listeners)] or ["http"]
    spread = [(scheme, host, path, headers, "GET") for path in paths(objects) for host in hosts(objects) for scheme in schemes
              for headers in header_sets(objects)]
    step = max(1, len(spread) // MOST)
    spread = spread[::step] + [(scheme, host, path, PREFLIGHT, "OPTIONS") for path in paths(objects)[:5] for host in hosts(objects)[:5] for scheme in schemes]
    for scheme, host, path, headers, method in spread:
        record = {"scheme": scheme, "method": method, "host": host, "target": path, "headers": headers}
        yield dict(record, entry=entry_of(manifests, record)) if several else record


def entry_of(manifests, record):
    """The Gateway whose listener the other program takes."""
    host = gateway.Request(record).host
    fitting = [listener for listener in manifests.listeners if listener.port == gateway.WELL_KNOWN[record["scheme"]] and
               listener.protocol == record["scheme"].upper() and gateway.host_fits(listener.hostname, host)]
    chosen = max(fitting, key=lambda item: gateway.specific(item.hostname)).gateway if fitting else next(iter(manifests.gateways))
    return "/".join(chosen)


# ---- answers ----

def theirs(answer):
    """As one text."""
    if answer.kind == "nothing":
        return str(answer.status)
    if answer.kind == "redirect":
        return "%s %s" % (answer.status, answer.location)
    if answer.kind == "preflight":
        return "preflight"
    shares = {}
    for name, share in answer.backends.items():
        name = name[:4] if name.startswith("!") else name
        shares[name] = shares.get(name, 0) + share
    return "%s as %s to %s" % (shown(shares), answer.target, answer.host)


def shown(shares):
    return " ".join("%s %.3f" % item for item in sorted(shares.items()))


def ours(answer, asked):
    if answer["status"] is None:
        return "handshake" if answer["gates"] else "no listener"
    if answer["location"] is not None:
        return "%s %s" % (answer["status"], answer["location"])
    if asked["method"] == "OPTIONS" and not answer["backends"] and answer["status"] == 200:
        return "preflight"
    if not answer["backends"]:
        return str(answer["status"])
    parts = [("%(namespace)s/%(name)s" % one, one["weight"]) for one in answer["backends"]] + \
        [("!%d" % one["status"], one["weight"]) for one in answer.get("failing", [])]
    total, shares = sum(weight for _, weight in parts), {}
    for name, weight in parts:
        shares[name] = shares.get(name, 0) + 100 * weight / total
    return "%s as %s to %s" % (shown(shares), answer["upstream"]["target"], answer["upstream"]["host"])


def equal(asked, answer, other):
    mine, other = ours(answer, asked), theirs(other)
    # a name that no listener has: found out in the handshake, or by the Host
    return mine == other or (other == "no listener" and mine == "404") or "tls.passthrough" in answer["features"]


def compare(binary, file, objects, variant):
    """Differences as texts."""
    manifests, services = gateway.Manifests(objects), gateway.Services(objects)
    asked = list(requests(objects, manifests))
    lines = "".join(json.dumps(request) + "\n" for request in asked).encode("utf-8")
    result = common.run(binary, ["trace", "-q", "--after", file, "--world", "closed", "--requests", "-", "-o", "json"] + choices(variant), stdin=lines, timeout=300)
    if result.bug() or result.code:
        return [result.bug() or "exit code %d: %s" % (result.code, result.err.decode("utf-8", "replace")[:500])], len(asked)
    found = []
    for request, line in zip(asked, result.out.splitlines()):
        answer, other = json.loads(line), manifests.answer(gateway.Request(request), services, variant)
        if not equal(request, answer, other):
            found.append("%s: %s, and the other says %s" % (json.dumps(request), ours(answer, request), theirs(other)))
    return found, len(asked)


def judged(binary, number, case, every):
    with tempfile.TemporaryDirectory() as folder:
        objects = kubeyaml.load_all(case.read("expected.yaml"))
        objects += surroundings(objects)
        file = os.path.join(folder, "after.yaml")
        with open(file, "w", encoding="utf-8") as out:
            out.write(kubeyaml.dump_all(objects))
        chosen = gateway.VARIANTS if every else [gateway.VARIANTS[0], gateway.VARIANTS[1 + number % (len(gateway.VARIANTS) - 1)]]
        return [(case.name, variant.name) + compare(binary, file, objects, variant) for variant in chosen]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=os.path.join(common.ROOT, "build", "ing2gw"))
    parser.add_argument("--case", default="")
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args()
    binary, tally, asked = os.path.abspath(options.binary), common.Tally(), 0
    cases = [case for case in common.cases() if options.case in case.name and case.has("expected.yaml") and case.converts()]
    found = common.parallel(lambda item: judged(binary, item[0], item[1], options.all), list(enumerate(cases)))
    for name, variant, faults, number in itertools.chain.from_iterable(found):
        asked += number
        tally.check(not faults, "%s, %s" % (name, variant), "%d of %d requests\n    %s" % (len(faults), number, "\n    ".join(faults[:3])))
    print("%d requests" % asked)
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())

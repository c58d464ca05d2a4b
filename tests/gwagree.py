# SPDX-License-Identifier: Apache-2.0
"""`ing2gw trace --after` against tests/gateway_eval.py, which is another program for the same rules: do both say the same of all printed manifests?

For each fixture's expected manifests Services are made up (some are missing, some have no endpoints), and requests from what the manifests
speak of: every hostname and names beside it, every path and paths beside it, with and without headers that are asked for. One check a fixture and
variant of a Gateway.

    --random N      as many sets of objects made at random, from --seed
    --all           every variant for each fixture, else two of them in turn
    --case TEXT     only fixtures whose name has this text
"""
import argparse
import itertools
import json
import os
import random
import re
import sys
import tempfile

import common
import gateway_eval as gateway
import kubeyaml
import tables

MOST = 600
API = "gateway.networking.k8s.io/v1"
# What the other program does in all its variants.
ALWAYS = ["hostname=shared"]
RANKS = {gateway.BEFORE_PREFIX: "before-prefix", gateway.AFTER_PREFIX: "after-prefix", gateway.SAME_AS_PREFIX: "by-length"}
PREFLIGHT = [["Origin", "https://app.example.com"], ["Access-Control-Request-Method", "GET"]]


def choices(variant):
    found = ALWAYS + ["regex-rank=" + RANKS[variant.regex], "hosts=" + ("then-wider" if variant.falls_through else "alone"),
                      "ties=" + ("newest" if variant.ties_reversed else "oldest")]
    return [word for choice in found for word in ("--choice", choice)]


# ---- what the manifests stand in ----

def surroundings(objects, whole=False):
    """Services for all backends, two of seven of them not able to answer unless the world is whole, and all Secrets and ConfigMaps."""
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
        if number % 7 == 5 and not whole:
            continue
        metadata = {"name": name, "namespace": namespace}
        found.append({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"ports": [{"name": "p%d" % port, "port": port} for port in sorted(numbers)]}})
        found.append({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
                      "metadata": dict(metadata, labels={"kubernetes.io/service-name": name}),
                      "endpoints": [] if number % 7 == 3 and not whole else [{"addresses": ["10.0.0.1"]}]})
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


# ---- objects made at random ----

HOSTS = ["x.com", "a.x.com", "b.x.com", "a.b.x.com", "*.x.com", "*.b.x.com", "*.a.x.com", "y.com"]
NAMES = ["x.com", "a.x.com", "b.x.com", "a.b.x.com", "c.b.x.com", "c.a.x.com", "z.x.com", "y.com", "q.com", "A.X.com", "a.x.com:80", "10.0.0.1"]
PATHS = [("Exact", "/"), ("Exact", "/a"), ("Exact", "/a/b"), ("Exact", "/a/"), ("PathPrefix", "/"), ("PathPrefix", "/a"), ("PathPrefix", "/a/"),
         ("PathPrefix", "/a/b"), ("PathPrefix", "/ab"), ("RegularExpression", "/a.*"), ("RegularExpression", "/[ab]/.*"), ("RegularExpression", "/a|/ab/c"),
         ("RegularExpression", "/(a|b)/?")]
TARGETS = ["/", "/a", "/a/", "/a/b", "/a/b/c?q=1", "/ab", "/ab/c", "/b/", "/A", "/a?q=1&q=2", "/a?q=2", "/c?p=x&q=1"]
HEADERS = [[], [["h", "1"]], [["H", "2"]], [["h", "1"], ["i", "1"]], [["i", "12"]], [["h", "1"], ["h", "2"]]]


def some(dice, items, least, most):
    return [dice.choice(items) for _ in range(dice.randint(least, most))]


def random_match(dice):
    found = {}
    if dice.random() < .9:
        found["path"] = dict(zip(("type", "value"), dice.choice(PATHS)))
    if dice.random() < .25:
        found["method"] = dice.choice(["GET", "POST"])
    if dice.random() < .3:
        found["headers"] = some(dice, [{"name": "h", "value": "1"}, {"name": "H", "value": "2"}, {"name": "i", "value": "1"},
                                       {"name": "i", "type": "RegularExpression", "value": "1.*"}], 1, 2)
    if dice.random() < .2:
        found["queryParams"] = some(dice, [{"name": "q", "value": "1"}, {"name": "q", "value": "2"}, {"name": "p", "value": "[a-z]", "type": "RegularExpression"}], 1, 2)
    return found


def random_rule(dice):
    matches = [random_match(dice) for _ in range(dice.randint(0, 3))]
    only = len(matches) == 1 and matches[0].get("path", {}).get("type", "PathPrefix") == "PathPrefix"
    change = {"type": "ReplacePrefixMatch", "replacePrefixMatch": dice.choice(["/", "", "/x", "/x/"])} if only else {"type": "ReplaceFullPath", "replaceFullPath": "/full"}
    found = {"matches": matches} if matches else {}
    kind = dice.random()
    if kind < .15:
        redirect = {key: value for key, value in (("scheme", dice.choice([None, "http", "https"])), ("hostname", dice.choice([None, "r.com"])),
                                                  ("port", dice.choice([None, 80, 8443])), ("statusCode", dice.choice([None, 301])),
                                                  ("path", dice.choice([None, change]))) if value}
        return dict(found, filters=[{"type": "RequestRedirect", "requestRedirect": redirect}])
    if kind < .35:
        rewrite = {key: value for key, value in (("hostname", dice.choice([None, "w.com"])), ("path", change)) if value}
        found["filters"] = [{"type": "URLRewrite", "urlRewrite": rewrite}]
    elif kind < .42:
        found["filters"] = [{"type": "CORS", "cors": {"allowOrigins": [dice.choice(["https://app.example.com", "https://*.example.com", "https://other.com"])]}}]
    found["backendRefs"] = [dict({"name": dice.choice(["s1", "s2", "s3", "s4", "gone"]), "port": dice.choice([80, 80, 81])},
                                 **{key: value for key, value in (("weight", dice.choice([None, None, 0, 3])), ("namespace", dice.choice([None, None, "n1", "n2"])))
                                    if value is not None}) for _ in range(dice.randint(0, 3))]
    return found


def random_listeners(dice):
    found, seen = [], set()
    for number in range(dice.randint(1, 5)):
        protocol = dice.choice(["HTTP", "HTTP", "HTTPS"])
        one = {"name": "l%d" % number, "protocol": protocol, "port": gateway.WELL_KNOWN[protocol.lower()], "allowedRoutes": {"namespaces": dice.choice([
            {"from": "All"}, {"from": "All"}, {"from": "Same"}, {"from": "Selector", "selector": {"matchLabels": {gateway.NAMESPACE_LABEL: "n2"}}}])}}
        if protocol == "HTTPS":
            one["tls"] = {"certificateRefs": [{"name": "pair"}]}
        host = dice.choice(HOSTS + [None] * 4)
        if host:
            one["hostname"] = host
        if (protocol, host) not in seen:
            found.append(one)
        seen.add((protocol, host))
    return found


def random_objects(seed):
    """A Gateway, routes that overlap in every way, grants, and Services that are not all there."""
    dice = random.Random(seed)
    found = [{"apiVersion": API, "kind": "Gateway", "metadata": {"name": "gw", "namespace": "n1"},
              "spec": {"gatewayClassName": "any", "listeners": random_listeners(dice)}}]
    for number in range(dice.randint(1, 5)):
        parents = [{key: value for key, value in (("name", "gw"), ("namespace", "n1"), ("sectionName", dice.choice([None, None, "l0", "l1", "l9"])),
                                                  ("port", dice.choice([None, None, None, 80]))) if value} for _ in range(dice.randint(1, 2))]
        spec = {"parentRefs": parents, "rules": [random_rule(dice) for _ in range(dice.randint(1, 4))]}
        hosts_of = list(dict.fromkeys(some(dice, HOSTS, 0, 3)))
        if hosts_of:
            spec["hostnames"] = hosts_of
        found.append({"apiVersion": API, "kind": "HTTPRoute", "metadata": {"name": "r%d" % number, "namespace": dice.choice(["n1", "n2"])}, "spec": spec})
    for number in range(dice.randint(0, 2)):
        found.append({"apiVersion": API, "kind": "ReferenceGrant", "metadata": {"name": "g%d" % number, "namespace": dice.choice(["n1", "n2"])}, "spec": {
            "from": [{"group": "gateway.networking.k8s.io", "kind": dice.choice(["HTTPRoute", "HTTPRoute", "TCPRoute"]), "namespace": dice.choice(["n1", "n2"])}],
            "to": [dict({"group": "", "kind": "Service"}, **({"name": "s1"} if dice.random() < .3 else {}))]}})
    return found


def random_requests(seed):
    dice = random.Random(seed)
    for _ in range(120):
        scheme, method = dice.choice(["http", "http", "https"]), dice.choice(["GET", "GET", "POST", "OPTIONS"])
        yield {"scheme": scheme, "method": method, "host": dice.choice(NAMES), "target": dice.choice(TARGETS),
               "headers": PREFLIGHT if method == "OPTIONS" else dice.choice(HEADERS)}


def judged_random(binary, seed):
    with tempfile.TemporaryDirectory() as folder:
        objects = random_objects(seed)
        objects += surroundings(objects) + [{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "pair", "namespace": "n1"}}]
        file = os.path.join(folder, "after.yaml")
        with open(file, "w", encoding="utf-8") as out:
            out.write(kubeyaml.dump_all(objects))
        variant = gateway.VARIANTS[seed % len(gateway.VARIANTS)]
        asked = list(random_requests(seed))
        return [("random set %d" % seed, variant.name) + compare(binary, file, objects, variant, asked)]


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


def compare(binary, file, objects, variant, asked=None):
    """Differences as texts."""
    manifests, services = gateway.Manifests(objects), gateway.Services(objects)
    asked = asked or list(requests(objects, manifests))
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


def any_of(groups):
    return re.compile(r"\b(%s)\b" % "|".join(re.escape(group) for group in sorted(groups, key=lambda group: (-len(group), group))))


POLICY_GROUPS = any_of(set().union(*tables.policy_groups().values()))


def judged(binary, number, case, every):
    with tempfile.TemporaryDirectory() as folder:
        objects = kubeyaml.load_all(case.read("expected.yaml"))
        objects += surroundings(objects)
        file = os.path.join(folder, "after.yaml")
        with open(file, "w", encoding="utf-8") as out:
            # the other program knows no policies: here they are of a group that nobody knows
            out.write(POLICY_GROUPS.sub("policies.example.com", kubeyaml.dump_all(objects)))
        chosen = gateway.VARIANTS if every else [gateway.VARIANTS[0], gateway.VARIANTS[1 + number % (len(gateway.VARIANTS) - 1)]]
        return [(case.name, variant.name) + compare(binary, file, objects, variant) for variant in chosen]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=os.path.join(common.ROOT, "build", "ing2gw"))
    parser.add_argument("--case", default="")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--random", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    binary, tally, asked = os.path.abspath(options.binary), common.Tally(), 0
    cases = [case for case in common.cases() if options.case in case.name and case.has("expected.yaml") and case.converts()]
    found = common.parallel(lambda item: judged(binary, item[0], item[1], options.all), list(enumerate(cases)))
    if not options.case:
        print("seeds %d to %d" % (options.seed, options.seed + options.random - 1))
        found += common.parallel(lambda seed: judged_random(binary, seed), list(range(options.seed, options.seed + options.random)))
    for name, variant, faults, number in itertools.chain.from_iterable(found):
        asked += number
        tally.check(not faults, "%s, %s" % (name, variant), "%d of %d requests\n    %s" % (len(faults), number, "\n    ".join(faults[:3])))
    print("%d requests" % asked)
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""A real Envoy Gateway and a real Envoy judge `ing2gw trace --after`: do they answer requests as it says?

Sets of Gateways, routes, grants and Services are made at random (by tests/gwagree.py), Envoy Gateway's translator makes configurations of
them, Envoy serves them, and each request of a set is asked of both. Status, Location, the backend that answered, and path and Host that
it has got are compared. All runs in a network namespace of its own.

    --sets N        how many, from --seed; --batch of them are served at once
    --recorded N    then every N-th recorded set of ingress-nginx, converted for each of --targets (tests/judge_recorded.py); 0: none
    --mutants N     then of each fixture's manifests broken so many times in each way those that verify calls alike, with --requests made at
                    random (tests/judge_mutants.py); 0: none. --share of the kinds for each fixture
    --choice N=V    another choice of the evaluator than the target's table has
    --keep DIR      write each set with a disagreement there
"""
import argparse
import asyncio
import json
import os
import re
import sys
import tempfile

import common
import envoy_stack
import envoy_static
import gwagree
import judge_mutants
import judge_recorded
import judge_status
import kubeyaml

CLASS = {"apiVersion": gwagree.API, "kind": "GatewayClass", "metadata": {"name": "any"},
         "spec": {"controllerName": "gateway.envoyproxy.io/gatewayclass-controller"}}
SHOWN = 3


# ---- sets ----

def renamed(value, names):
    if isinstance(value, dict):
        return {key: renamed(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [renamed(item, names) for item in value]
    return names.get(value, value) if isinstance(value, str) else value


def unique(items, key):
    found = {}
    for item in items:
        found.setdefault(key(item), item)
    return list(found.values())


def unique_conditions(route):
    """One for each name, as the API server wants them."""
    for rule in route["spec"]["rules"]:
        for match in rule.get("matches") or []:
            for key in ("headers", "queryParams"):
                if key in match:
                    match[key] = unique(match[key], lambda one: one["name"].lower())


def admitted(objects):
    """Without what the API server refuses, and what the translator's reader of files cannot know: labels of namespaces."""
    for item in objects:
        for listener in item.get("spec", {}).get("listeners") or []:
            if listener["allowedRoutes"]["namespaces"]["from"] == "Selector":
                listener["allowedRoutes"]["namespaces"] = {"from": "Same"}
        if item["kind"] == "HTTPRoute":
            parents = unique(item["spec"]["parentRefs"], lambda parent: parent.get("sectionName"))
            parents = parents if all("sectionName" in parent for parent in parents) else parents[:1]
            item["spec"]["parentRefs"] = [{key: value for key, value in parent.items() if key != "port" or len(parents) == 1} for parent in parents]
            unique_conditions(item)
    return objects


def joined(request):
    """Lines of one name as one line, which is the same by HTTP and not for everybody."""
    found = {}
    for name, value in request["headers"]:
        found.setdefault(name, []).append(value)
    return dict(request, headers=[[name, ",".join(values)] for name, values in found.items()])


def respelled(target, place):
    """Another spelling of a path: dot segments, doubled slashes, escapes of letters, of slashes, and of what stays escaped."""
    path, mark, query = target.partition("?")
    ways = ["/x/.." + path, "/." + path, path.rstrip("/") + "/.", path + "/..", "/../.." + path, "/" + path, path.rstrip("/") + "//b", "//" + path + "//",
            path.replace("a", "%61"), path.replace("b", "%62"), path.replace("/b", "/%2e%2e/b"), path[0] + path[1:].replace("/", "%2F"), path + "%2fb", path + "%5cb",
            path + "%20", path + "%7e%7E", path + "%C3%A4", path + "%25b", path + ";v=1", path + "/b%3Fq=1", path + "/a%zz", path + "|^{}"]
    return ways[place % len(ways)] + mark + query


def varied(request, place):
    request = joined(request) if place % 2 else request
    if place % 5 == 2:
        return dict(request, target=respelled(request["target"], place // 5 + len(request["host"])))
    if place % 19 == 5 and request["scheme"] == "https":
        return dict(request, sni=gwagree.NAMES[place % len(gwagree.NAMES)].split(":")[0].lower())
    return dict(request, host=request["host"] + ".") if place % 17 == 3 and not request["host"][-1].isdigit() else request


class Set:
    """Objects with namespaces and addresses of their own, and the requests for them."""

    def __init__(self, seed, number, pair):
        objects = admitted(gwagree.random_objects(seed))
        objects += gwagree.surroundings(objects)
        names = {name: "s%d%s" % (seed, name) for name in ("n1", "n2")}
        self.seed, self.address = seed, "127.2.%d.%d" % divmod(number + 1, 250)
        self.objects, self.services = renamed(objects, names), {}
        self.gateway = names["n1"] + "/gw"
        self.objects = [item for item in self.objects if item["kind"] not in ("EndpointSlice", "Secret")]
        place = 0
        for item in list(self.objects):
            if item["kind"] == "Service":
                place += 1
                self.place(item, "127.1.%d.%d" % (number, place))
        self.objects.append({"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls",
                             "metadata": {"name": "pair", "namespace": names["n1"]}, "data": pair})
        self.requests = [varied(request, place) for place, request in enumerate(gwagree.random_requests(seed))]
        self.namespaces = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in names.values()]

    def place(self, service, address):
        """Each has endpoints: the translator takes what it is told as a Service's address, and knows nothing of them."""
        name = "%(namespace)s/%(name)s" % service["metadata"]
        ports = service["spec"]["ports"]
        service["spec"]["clusterIP"] = address
        self.objects.append({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
                             "endpoints": [{"addresses": [address], "conditions": {"ready": True}}],
                             "metadata": dict(service["metadata"], labels={"kubernetes.io/service-name": service["metadata"]["name"]}),
                             "ports": [{"name": port["name"], "port": port["port"], "protocol": "TCP"} for port in ports]})
        self.services.update({(address, port["port"]): "%s:%d" % (name, port["port"]) for port in ports})

    def all(self):
        return [CLASS] + self.namespaces + self.objects

    def text(self):
        return kubeyaml.dump_all(self.all())

    def ours(self, binary, choices):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
            file.write(self.text())
            file.flush()
            return traced(binary, file.name, "envoy-gateway", self.requests, choices, "set %d" % self.seed)


def traced(binary, file, target, requests, choices, name):
    """What the program answers to requests for the Gateways of a file."""
    lines = "".join(json.dumps(request) + "\n" for request in requests).encode("utf-8")
    done = common.run(binary, ["trace", "-q", "--target", target, "--after", file, "--world", "closed", "--requests", "-", "-o", "json"] + choices, stdin=lines)
    if done.bug() or done.code:
        raise RuntimeError("%s: %s" % (name, done.bug() or done.err.decode("utf-8", "replace")))
    return [json.loads(line) for line in done.out.splitlines()]


# ---- answers ----

def shown(answer):
    if answer["status"] is None:
        return answer.get("state") or "no answer"
    backends = ["%(namespace)s/%(name)s:%(port)s" % one for one in answer["backends"]] + ["!%d" % one["status"] for one in answer.get("failing", [])]
    where = " from %s as %s to %s" % (" or ".join(backends), answer["upstream"]["target"], answer["upstream"]["host"]) if answer["backends"] else ""
    return "%s%s%s" % (answer["status"], " " + answer["location"] if answer["location"] else "", where)


def agree(request, ours, theirs):
    if ours["status"] is None or theirs.status is None:
        return ours["status"] == theirs.status
    if theirs.seen:
        backends = ["%(namespace)s/%(name)s:%(port)s" % one for one in ours["backends"]]
        return theirs.seen["backend"] in backends and all(theirs.seen[key] == ours["upstream"][key] for key in ("target", "host"))
    failing = [one["status"] for one in ours.get("failing", [])]
    if ours["backends"] or failing:
        return theirs.status in failing
    return ours["status"] == theirs.status and lowered(ours["location"]) == lowered(whole(theirs.header("location"), request))


def whole(location, request):
    """Where a client goes: a Location without a scheme keeps that of the request."""
    return "%s:%s" % (request["scheme"], location) if location and location.startswith("//") else location


def lowered(location):
    """Letter case makes no other host."""
    return location and re.sub(r"^[a-z]+://[^/]*", lambda found: found[0].lower(), location)


class Verdict:
    def __init__(self, options):
        self.options, self.tally, self.asked, self.differ, self.cases, self.unserved, self.compared = options, common.Tally(), 0, 0, 0, 0, 0

    def add(self, one, ours, theirs):
        self.asked += len(ours)
        faults = [(request, mine, other) for request, mine, other in zip(one.requests, ours, theirs) if foreseen([mine]) or not agree(request, mine, other)]
        self.differ += len(faults)
        lines = ["%s: %s, and the real one says %s" % (json.dumps(request), shown(mine), other) for request, mine, other in faults[:SHOWN]]
        if faults and self.cases < SHOWN:
            self.cases += 1
            lines.append(one.text())
        if faults and self.options.keep:
            with open(os.path.join(self.options.keep, "set%d.yaml" % one.seed), "w", encoding="utf-8") as file:
                file.write("".join("# %s: %s, and the real one says %s\n" % (json.dumps(request), shown(mine), other) for request, mine, other in faults) + one.text())
        self.tally.check(not faults, "set %d" % one.seed, "%d of %d requests\n    %s" % (len(faults), len(ours), "\n    ".join(lines)))


# ---- running ----

def foreseen(answers):
    """The program says that the data plane takes no such configuration."""
    return any("refuses hostname" in text for answer in answers for text in answer.get("unknown", []))


def served(sets, dump, binary, verdict):
    """Those with a configuration that Envoy takes: where plain listeners of a port overlap Envoy Gateway makes one that it does not, as the program has to say."""
    found = []
    for one in sets:
        why = envoy_static.repeated(dump[one.gateway]) if one.gateway in dump else ""
        if why:
            verdict.unserved += 1
            verdict.tally.check(foreseen(one.ours(binary, [])), "refused, set %d" % one.seed, why)
            dump.pop(one.gateway)
        else:
            found.append(one)
    return found


async def judge(sets, objects, dump, binary, choices, verdict):
    addresses = {one.gateway: one.address for one in sets}
    services = {place: name for one in sets for place, name in one.services.items()}
    ours = common.parallel(lambda one: one.ours(binary, choices), sets)
    async with envoy_stack.Stack(dump, objects, addresses, services) as stack:
        theirs = await asyncio.gather(*[stack.ask_all(one.address, one.requests) for one in sets])
    for one, mine, other in zip(sets, ours, theirs):
        verdict.add(one, mine, other)


def check_status(binary, sets, conditions, verdict):
    for one, (faults, compared) in zip(sets, common.parallel(lambda one: judge_status.faults(binary, one, conditions), sets)):
        verdict.compared += compared
        verdict.tally.check(not faults, "status, set %d" % one.seed, "\n    ".join(faults[:SHOWN]))


def run_sets(options, binary, pair, verdict):
    choices = [word for choice in options.choice for word in ("--choice", choice)]
    seeds = list(range(options.seed, options.seed + options.sets))
    print("seeds %d to %d" % (seeds[0], seeds[-1]))
    for first in range(0, len(seeds), options.batch):
        sets = [Set(seed, number, pair) for number, seed in enumerate(seeds[first:first + options.batch])]
        objects = [CLASS] + [item for one in sets for item in one.namespaces + one.objects]
        translated = envoy_stack.translate(objects)
        check_status(binary, sets, judge_status.refused(translated), verdict)
        sets = served(sets, translated["xds"], binary, verdict)
        asyncio.run(judge(sets, objects, translated["xds"], binary, choices, verdict))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=os.path.join(common.ROOT, "build", "ing2gw"))
    parser.add_argument("--sets", type=int, default=100)
    parser.add_argument("--batch", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--choice", action="append", default=[])
    parser.add_argument("--keep")
    parser.add_argument("--recorded", type=int, default=12)
    parser.add_argument("--targets", default="envoy-gateway,standard")
    parser.add_argument("--mutants", type=int, default=0)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--share", type=float, default=.25)
    options = parser.parse_args()
    why = envoy_stack.missing() or ("" if envoy_stack.isolated() else "no network namespace can be made here")
    if why:
        print("skipped: %s\n0 passed, 0 failed, 1 skipped" % why)
        return 0
    verdict = Verdict(options)
    with tempfile.TemporaryDirectory() as folder:
        binary, pair = os.path.abspath(options.binary), envoy_stack.certificate(folder)
        if options.sets:
            run_sets(options, binary, pair, verdict)
        for target in options.targets.split(",") if options.recorded else ():
            judge_recorded.run(binary, target, options.recorded, options.seed, options.batch, pair, verdict.tally)
        if options.mutants:
            judge_mutants.run(binary, options, pair, verdict.tally)
    print("%d requests, %d disagreements; %d sets whose configuration Envoy refuses; %d conditions of routes that are not taken" % (
        verdict.asked, verdict.differ, verdict.unserved, verdict.compared))
    return verdict.tally.end()


if __name__ == "__main__":
    sys.exit(main())

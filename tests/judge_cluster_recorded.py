# SPDX-License-Identifier: Apache-2.0
"""Recorded sets of ingress-nginx, converted for an implementation and served by it on a real API server (tests/judge_cluster.py).

As tests/judge_recorded.py asks Envoy Gateway's translator, with what only a controller can know: ListenerSets, labels of namespaces, endpoints. What
ingress-nginx refused must reach no backend, unless the report says so; every other difference must have been named.
"""
import collections
import re

import asking
import common
import judge_recorded
import routing

# Pods have other ports than their Services: a data plane may listen on those of every address.
PODS = 20000
KIND = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "GatewayClass"}


class Set(judge_recorded.Set):
    options = ()

    def __init__(self, binary, record, target):
        super().__init__(binary, record, target)
        self.asked = judge_recorded.asked(record, bodies=True)

    def adapted(self, item):
        """There is no DNS here: a Service that a Middleware names by its address has that of its endpoint."""
        address = ((item.get("spec") or {}).get("forwardAuth") or {}).get("address", "")
        named = re.match(r"http://([a-z0-9-]+)\.([a-z0-9-]+)\.svc[^/:]*(?::\d+)?(/.*)?$", address)
        place = [place for place, name in self.served.items() if named and name == "%s/%s" % (named.group(2), named.group(1))]
        if not place:
            return item
        there = "http://%s:%d%s" % (*place[0], named.group(3) or "")
        return dict(item, spec={"forwardAuth": dict(item["spec"]["forwardAuth"], address=there)})

    def put_services(self, objects, number):
        """With endpoints at addresses of this machine; the authentication service of the records is none of their objects."""
        place = 0
        self.served["198.18.%d.250" % (number % 250), PODS + 80] = asking.AUTH
        for item in [item for item in objects if item["kind"] == "Service"]:
            name, spec = "%(namespace)s/%(name)s" % item["metadata"], {key: value for key, value in item["spec"].items() if key != "clusterIP"}
            objects[objects.index(item)] = dict(item, spec=spec)
            if spec.get("type") == "ExternalName":
                continue
            place += 1
            address, ports = "198.18.%d.%d" % (number % 250, place), spec.get("ports") or []
            objects.append({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
                            "metadata": {"name": item["metadata"]["name"], "namespace": item["metadata"]["namespace"],
                                         "labels": {"kubernetes.io/service-name": item["metadata"]["name"]}},
                            "endpoints": [] if name in self.services.empty else [{"addresses": [address], "conditions": {"ready": True}}],
                            "ports": [dict({"port": PODS + port["port"] % PODS, "protocol": "TCP"}, **({"name": port["name"]} if port.get("name") else {})) for port in ports]})
            if name not in self.services.empty:
                self.served.update({(address, PODS + port["port"] % PODS): name for port in ports})

    def place(self, number, pair):
        """.made is what has to be created, in that order."""
        objects, self.classes = self.serve(number, pair)
        first = [item for item in objects if item["kind"] == "Namespace"]
        self.made = first + [item for item in objects if item["kind"] != "Namespace"]
        self.gateway = tuple(self.names[0].split("/")) if len(self.names) == 1 else None

    def spaces(self):
        return [item["metadata"]["name"] for item in self.made if item["kind"] == "Namespace"]


def create(cluster, one):
    """An empty text, or what the API server refuses of what was printed; what it refuses of the input no cluster can have."""
    for item in one.made:
        why = cluster.create(item)
        if why and item["kind"] not in judge_recorded.BESIDE:
            return "%s %s: %s" % (item["kind"], item["metadata"]["name"], why)
    return ""


def judge(implementation, sets, counts, tally, verdict):
    for one in sets:
        with implementation.serve(one) as why:
            if why:
                counts["sets that the data plane refuses"] += 1
                continue
            answers = implementation.ask(one.served, [line["request"] for line in one.asked])
        faults = verdict(one, answers, counts)
        tally.check(not faults, "recorded set %s, %s" % (one.name, implementation.name), "".join(faults))


def served(implementation, sets, first, pair, counts, tally):
    """Those that are there. Namespaces are never made twice: without a controller of their own they do not go away."""
    cluster, kept = implementation.cluster, []
    for number, one in enumerate(sets, first):
        one.place(number, pair)
        if not one.gateway:
            counts["sets with several load balancers, or none"] += 1
            continue
        for name in sorted(one.classes):
            cluster.create(dict(KIND, metadata={"name": name}, spec={"controllerName": implementation.controller}))
        why = create(cluster, one)
        if why:
            tally.fail("recorded set %s, %s" % (one.name, implementation.name), "the API server refuses what was printed: " + why)
        else:
            kept.append(one)
    implementation.look_at(kept)
    return kept


def judge_all(implementation, sets, batch, pair, counts, tally, verdict=judge_recorded.judge):
    """As many at once as a batch has."""
    for first in range(0, len(sets), batch):
        some = sets[first:first + batch]
        judge(implementation, served(implementation, some, first, pair, counts, tally), counts, tally, verdict)
        for one in some:
            for item in reversed(one.made):
                implementation.cluster.delete(item)


def run(implementation, binary, step, start, batch, pair, tally):
    """Every step-th set, from the start-th on."""
    counts = collections.Counter()
    chosen = [record for record in routing.records(None) if record["config"] == "ok"][start % step::step]
    sets = judge_recorded.converted(common.parallel(lambda record: Set(binary, record, implementation.target), chosen), implementation.name, tally)
    judge_all(implementation, sets, batch, pair, counts, tally)
    judge_recorded.print_counts(implementation.name + ", its controller", counts)

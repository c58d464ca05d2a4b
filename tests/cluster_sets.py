# SPDX-License-Identifier: Apache-2.0
"""Sets of Gateway API objects made at random, for a real API server: tests/gwagree.py's with what only a controller can know.

ListenerSets of both namespaces, which Gateways take or not, listeners that take routes by labels of namespaces, routes on
ListenerSets, and ages: objects come in waves, so that some are older than others. Every set has namespaces of its own, and its hosts as well
where one data plane serves many sets.
"""
import random

import gwagree
import judge_envoy

API = gwagree.API
WAVES = 3
# The version since which grants are served as v1.
GRANTS = (1, 5)
LABELS = [{"team": "a"}, {"team": "b", "stage": "test"}]
SELECTORS = [{"matchLabels": {"team": "a"}}, {"matchLabels": {"team": "b"}}, {"matchExpressions": [{"key": "stage", "operator": "Exists"}]},
             {"matchExpressions": [{"key": "stage", "operator": "DoesNotExist"}]}, {"matchExpressions": [{"key": "team", "operator": "In", "values": ["a", "c"]}]},
             {"matchExpressions": [{"key": "team", "operator": "NotIn", "values": ["a"]}]}]


def whose(dice, *more):
    kind = dice.choice(["All", "Same", "Selector"] + list(more))
    return {"from": kind, "selector": dice.choice(SELECTORS)} if kind == "Selector" else {"from": kind}


def random_set(dice, number):
    listeners = gwagree.random_listeners(dice)[:3]
    for listener in listeners:
        listener["allowedRoutes"] = {"namespaces": whose(dice, "All", "All")}
    return {"apiVersion": API, "kind": "ListenerSet", "metadata": {"name": "ls%d" % number, "namespace": dice.choice(["n1", "n2"])},
            "spec": {"parentRef": {"name": "gw", "namespace": "n1"}, "listeners": listeners}}


def with_sets(dice, objects):
    """Routes that name the Gateway may name a ListenerSet instead."""
    found = [random_set(dice, number) for number in range(dice.randint(0, 3))]
    for item in objects:
        if item["kind"] == "Gateway" and dice.random() < .85:
            item["spec"]["allowedListeners"] = {"namespaces": whose(dice, "All", "None")}
        for listener in item["spec"]["listeners"] if item["kind"] == "Gateway" else ():
            if dice.random() < .3:
                listener["allowedRoutes"] = {"namespaces": whose(dice, "All", "All")}
        for parent in item["spec"]["parentRefs"] if item["kind"] == "HTTPRoute" else ():
            if found and dice.random() < .4:
                chosen = dice.choice(found)["metadata"]
                parent.update(chosen, group=API.split("/", maxsplit=1)[0], kind="ListenerSet")
    return objects + found


def of_parent(parent):
    return parent.get("kind"), parent.get("namespace"), parent["name"]


def admitted(objects):
    """Without what the API server refuses: references to one parent are told apart by sectionName, all or none of them."""
    for item in objects:
        if item["kind"] != "HTTPRoute":
            continue
        parents, kept = item["spec"]["parentRefs"], []
        for place, parent in enumerate(parents):
            same = [one for one in parents if of_parent(one) == of_parent(parent)]
            if all("sectionName" in one for one in same):
                if not any(of_parent(one) == of_parent(parent) and one["sectionName"] == parent["sectionName"] for one in kept):
                    kept.append({key: value for key, value in parent.items() if key != "port" or len(same) == 1})
            elif same[0] is parents[place]:
                kept.append(parent)
        item["spec"]["parentRefs"] = kept
        judge_envoy.unique_conditions(item)
    return objects


class Set:
    """objects: (wave, object) in the order in which they are made. services: (address, port) to who answers there."""

    def __init__(self, seed, number, pair, implementation):
        dice = random.Random("cluster %d" % seed)
        objects = gwagree.random_objects(seed)
        objects = admitted(with_sets(dice, objects) if implementation.own_listener_sets else objects)
        objects += gwagree.surroundings(objects)
        for item in objects:
            for rule in item["spec"].get("rules") or () if item["kind"] == "HTTPRoute" else ():
                rule["filters"] = [one for one in rule.get("filters") or () if one["type"] not in implementation.without]
        names = {name: "s%d%s" % (seed, name) for name in ("n1", "n2")}
        self.seed, self.gateway, self.services = seed, (names["n1"], "gw"), {}
        self.kind = {"apiVersion": API, "kind": "GatewayClass", "metadata": {"name": "any"}, "spec": {"controllerName": implementation.controller}}
        self.namespaces = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}} for name, labels in zip(names.values(), LABELS)]
        objects = [item for item in judge_envoy.renamed(objects, names) if item["kind"] != "Secret"]
        place = 0
        for item in objects:
            if item["kind"] == "ReferenceGrant" and tuple(map(int, implementation.version.split("."))) < GRANTS:
                item["apiVersion"] = "gateway.networking.k8s.io/v1beta1"
            if item["kind"] == "EndpointSlice":
                place += 1
                self.put(item, objects, "198.18.%d.%d" % (number, place))
        for name in [names["n1"]] + [names["n2"]] * (seed % 2):
            objects.append({"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls", "metadata": {"name": "pair", "namespace": name}, "data": pair})
        self.objects = [(dice.randrange(WAVES) if item["kind"] in ("HTTPRoute", "ListenerSet") else 0, item) for item in objects]
        self.requests = [judge_envoy.varied(request, place) for place, request in enumerate(gwagree.random_requests(seed))]

    def spaces(self):
        return [item["metadata"]["name"] for item in self.namespaces]

    def put(self, item, objects, address):
        """The endpoints of a Service at an address where somebody answers."""
        metadata = item["metadata"]
        service = next(one for one in objects if one["kind"] == "Service" and one["metadata"]["name"] == metadata["name"] and
                       one["metadata"]["namespace"] == metadata["namespace"])
        item["ports"] = [{"name": port["name"], "port": port["port"], "protocol": "TCP"} for port in service["spec"]["ports"]]
        if item["endpoints"]:
            item["endpoints"] = [{"addresses": [address], "conditions": {"ready": True}}]
            self.services.update({(address, port["port"]): "%s/%s:%d" % (metadata["namespace"], metadata["name"], port["port"]) for port in item["ports"]})

# SPDX-License-Identifier: Apache-2.0
"""Recorded sets of ingress-nginx, converted for a target and served by a real Envoy (tests/judge_envoy.py): does anything stand open?

Each set is converted, its Services are put behind addresses of this machine, and each recorded request is asked again. What the
controller refused must reach no backend, unless the report says so of an Ingress of the host (tests/routing.py decides both). Every other
difference must have been named: host, location and field of one of the report's `differences` (tests/named.py).
"""
import asyncio
import base64
import collections
import hashlib
import json

import common
import envoy_stack
import envoy_static
import gateway_eval as gateway
import kubeyaml
import oracle
import routing

CLIENT = oracle.CLIENT
CONTROLLER = "gateway.envoyproxy.io/gatewayclass-controller"
CLUSTER_WIDE = ("GatewayClass", "Namespace", "IngressClass")
LABEL = "kubernetes.io/metadata.name"
# Kinds of the input that stand beside what is printed.
BESIDE = ("Service", "Secret", "ConfigMap", "Namespace")
# Settings of the proxy, which a Gateway or its class names.
PARAMETERS = "EnvoyProxy"
# Envoy's own answer where it gets no connection; 500 is what a route without backends or with a broken policy says.
UNREACHED = 503
HTPASSWD = "user:{SHA}%s\n" % base64.b64encode(hashlib.sha1(b"pass").digest()).decode("ascii")


def spaced(value, prefix):
    """With another name of each namespace."""
    if isinstance(value, dict) and value.get("key") == LABEL:
        return dict(value, values=[prefix + item for item in value.get("values") or []])
    if isinstance(value, dict):
        return {key: prefix + item if key in ("namespace", LABEL) and isinstance(item, str) else spaced(item, prefix)
                for key, item in value.items()}
    return [spaced(item, prefix) for item in value] if isinstance(value, list) else value


def placed(item):
    """With the namespace that it has when it says none."""
    if item["kind"] in CLUSTER_WIDE:
        return item
    return dict(item, metadata=dict(item["metadata"], namespace=item["metadata"].get("namespace") or "default"))


def without_selectors(item):
    """The translator's reader of files knows no labels of namespaces: listeners take routes of all."""
    if item["kind"] != "Gateway":
        return item
    listeners = [dict(listener, allowedRoutes=dict(listener.get("allowedRoutes") or {}, namespaces={"from": "All"})) for listener in item["spec"]["listeners"]]
    return dict(item, spec=dict(item["spec"], listeners=listeners))


class Set(routing.Set):
    # the translator's reader of files knows no ListenerSets
    options = ("--listeners", "gateway")

    def __init__(self, binary, record, target):
        self.target, self.refusal = target, ""
        super().__init__(binary, record, "exact", ["--target", target, *self.options])

    @staticmethod
    def adapted(item):
        return without_selectors(item)

    def serve(self, number, pair):
        """Objects for the translator; .services is who answers where."""
        self.prefix, self.address, self.served = "q%d-" % number, "127.2.0.%d" % (number + 1), {}
        found = {}
        for item in self.objects + self.printed:
            if item["kind"] in BESIDE or item in self.printed:
                found[item["kind"], item["metadata"].get("namespace") or "default", item["metadata"]["name"]] = placed(item)
        classes = {item["spec"]["gatewayClassName"] for item in self.printed if item["kind"] == "Gateway"}
        objects = [item for item in found.values() if item["kind"] != "GatewayClass"]
        spaces = {item["metadata"]["namespace"] for item in objects if item["kind"] not in CLUSTER_WIDE}
        objects = [item for item in objects if item["kind"] != "Namespace"]
        self.put_services(objects, number)
        self.put_secrets(objects, pair)
        objects = [spaced(self.adapted(item), self.prefix) for item in objects]
        self.names = ["%(namespace)s/%(name)s" % item["metadata"] for item in objects if item["kind"] == "Gateway"]
        return [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.prefix + name}} for name in sorted(spaces)] + objects, classes

    def put_services(self, objects, number):
        place, empty = 0, self.services.empty
        for item in [item for item in objects if item["kind"] == "Service"]:
            name, spec = "%(namespace)s/%(name)s" % item["metadata"], dict(item["spec"])
            place += 1
            address = "127.1.%d.%d" % (number, place)
            if spec.get("type") == "ExternalName":
                spec["externalName"] = "localhost"
            else:
                spec["clusterIP"] = address
                for port in spec.get("ports") or []:
                    if name not in empty:
                        self.served[address, port["port"]] = name
            objects[objects.index(item)] = dict(item, spec=spec)

    def put_secrets(self, objects, pair):
        for place, item in enumerate(objects):
            if item["kind"] != "Secret":
                continue
            data = dict(item.get("data") or {})
            if "tls.crt" in data:
                item = dict(item, type="kubernetes.io/tls", data=dict(data, **pair))
            elif "auth" in data or "auth" in (item.get("stringData") or {}):
                item = dict(item, data={".htpasswd": base64.b64encode(HTPASSWD.encode()).decode("ascii")})
                item.pop("stringData", None)
            objects[place] = item
        # what the report asks people to make
        for gateway_object in [item for item in objects if item["kind"] == "Gateway"]:
            own = gateway_object["metadata"]["namespace"]
            for listener in gateway_object["spec"]["listeners"]:
                for reference in (listener.get("tls") or {}).get("certificateRefs") or []:
                    there = (reference.get("namespace") or own, reference["name"])
                    if there not in [(item["metadata"]["namespace"], item["metadata"]["name"]) for item in objects if item["kind"] == "Secret"]:
                        objects.append({"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls", "data": pair,
                                        "metadata": {"namespace": there[0], "name": there[1]}})

    def taken(self, request, theirs):
        """Envoy's answer as one of the other program, which says what Envoy does not: the route, and Services that do not answer."""
        model = self.manifests.answer(request, self.services)
        about = {"route": model.route, "by_regex": model.by_regex}
        if theirs.seen:
            return gateway.Answer("forward", theirs.status, "Envoy", backends={theirs.seen["backend"]: 100}, target=theirs.seen["target"],
                                  host=theirs.seen["host"], **about)
        if theirs.status is None:
            return gateway.Answer("nothing", "no listener", "Envoy", **about)
        if theirs.header("location") and 300 <= theirs.status < 400:
            return gateway.Answer("redirect", theirs.status, "Envoy", location=theirs.header("location"), **about)
        if theirs.status == 200 and request.method == "OPTIONS":
            return gateway.Answer("preflight", 200, "Envoy", **about)
        dead = {name: share for name, share in model.backends.items() if theirs.status == UNREACHED}
        return gateway.Answer("nothing", theirs.status, "Envoy", backends=dead, **about)


def judge(one, answers, counts):
    """What stands open, and what nobody has named, as texts."""
    found = []
    for line, theirs in zip(one.asked, answers):
        record, answer = line["request"], line["answer"]
        path = routing.normal(record["target"])
        request = gateway.Request(record, path)
        ours = one.taken(request, theirs)
        if routing.refused(one, request, answer):
            counts["guarded"] += 1
            if ours.reached() and not one.opening_stated(request.host, gateway.ENVOY):
                found.append(routing.text(request, answer, ours, "opens"))
                continue
        what = routing.deviation(request, answer, ours)
        silent = one.named.silent(request, answer, ours) if what else ()
        kind = "equal" if not what else "silent" if silent else "named"
        counts[kind if path is None else "not in normal form: " + kind] += 1
        if silent:
            counts[what if path is None else ("not in normal form", *what)] += 1
            found.append(routing.text(request, answer, ours, "%s here, %s there, not named: %s" % (*what, " ".join(sorted(silent)))))
    return found


def converted(sets, target, tally):
    """Those with manifests."""
    for one in sets:
        if one.fault:
            tally.fail("recorded set %s, %s" % (one.name, target), one.fault)
    return [one for one in sets if not one.fault]


async def ask_all(stack, sets):
    async with stack:
        return await asyncio.gather(*[stack.ask_all(one.address, [line["request"] for line in one.asked]) for one in sets])


def translated(sets, objects, classes):
    """(sets that the translator takes, its dump): what it refuses costs its own set alone."""
    kinds = [{"apiVersion": "gateway.networking.k8s.io/v1", "kind": "GatewayClass", "metadata": {"name": name}, "spec": {"controllerName": CONTROLLER}}
             for name in sorted(classes)]
    try:
        return sets, envoy_stack.translate(kinds + of_class([item for one in sets for item in objects[one.name]]))["xds"]
    except envoy_stack.Refused as why:
        if len(sets) == 1:
            sets[0].refusal = str(why)
            return [], {}
    half = len(sets) // 2
    (first, some), (second, more) = translated(sets[:half], objects, classes), translated(sets[half:], objects, classes)
    return first + second, dict(some, **more)


def parameters(objects):
    """The settings of the proxy that a Gateway of these names, as a text; or an empty one."""
    found = [item["spec"] for item in objects if item["kind"] == PARAMETERS]
    return json.dumps(found[0], sort_keys=True) if found else ""


def of_class(objects):
    """The translator takes such settings from the class alone, of which it knows one: all of these have the same."""
    kept = []
    for item in objects:
        if item["kind"] == "Gateway" and "parametersRef" in (item["spec"].get("infrastructure") or {}):
            item = dict(item, spec={key: value for key, value in item["spec"].items() if key != "infrastructure"})
        if item["kind"] != PARAMETERS or not any(other["kind"] == PARAMETERS for other in kept):
            kept.append(item)
    return kept


def translated_alike(sets, objects, classes):
    """(sets that the translator takes, its dump), of all that there are; those with the same settings of the proxy at once."""
    kept, dump = [], {}
    for spec in sorted({parameters(objects[one.name]) for one in sets}):
        some, more = translated([one for one in sets if parameters(objects[one.name]) == spec], objects, classes)
        kept += some
        dump.update(more)
    return [one for one in sets if one in kept], dump


def serve(sets, pair, counts, tally, verdict=judge):
    objects, classes = {}, set()
    for number, one in enumerate(sets):
        objects[one.name], more = one.serve(number, pair)
        classes |= more
    sets, dump = translated_alike(sets, objects, classes)
    kept = []
    for one in sets:
        if any(envoy_static.repeated(dump[name]) for name in one.names if name in dump):
            counts["sets that Envoy refuses"] += 1
            for name in one.names:
                dump.pop(name, None)
        else:
            kept.append(one)
    addresses = {name: one.address for one in kept for name in one.names}
    services = {place: name for one in kept for place, name in one.served.items()}
    every = [item for one in kept for item in objects[one.name]]
    stack = envoy_stack.Stack({name: item for name, item in dump.items() if name in addresses}, every, addresses, services, CLIENT)
    for one, answers in zip(kept, asyncio.run(ask_all(stack, kept))):
        faults = verdict(one, answers, counts)
        tally.check(not faults, "recorded set %s, %s" % (one.name, one.target), "".join(faults))
    return kept


def asked(record, bodies=False):
    """Requests that a plain HTTP/1.1 client with a name can send, and whose Service here can be asked; those with bodies where they are wanted."""
    return [line for line in record["answers"] if line["request"]["host"] and routing.judged(line["request"], line["answer"]) and
            not line["answer"].get("backend_tls") and line["request"].get("http", "1.1") == "1.1" and (bodies or not line["request"].get("body_len"))]


def run(binary, target, step, start, batch, pair, tally):
    """Every step-th set, from the start-th on."""
    counts = collections.Counter()
    chosen = [record for record in routing.records(None) if record["config"] == "ok"][start % step::step]
    sets = converted(common.parallel(lambda record: Set(binary, record, target), chosen), target, tally)
    for one in sets:
        one.asked = asked(one.record)
    for first in range(0, len(sets), batch):
        serve(sets[first:first + batch], pair, counts, tally)
    refused = [one for one in sets if one.refusal]
    for one in refused:
        tally.fail("recorded set %s, %s" % (one.name, target), "Envoy Gateway does not take what was printed: " + one.refusal)
    print_counts(target, counts)


def print_counts(name, counts):
    kinds = ", ".join("%s: %d" % (" -> ".join(key), number) for key, number in sorted(counts.items(), key=str) if isinstance(key, tuple))
    print("recorded, %s: %s%s" % (name, ", ".join("%s: %d" % item for item in sorted(counts.items(), key=str) if isinstance(item[0], str)),
                                  "; silent: " + kinds if kinds else ""))

# SPDX-License-Identifier: Apache-2.0
"""What Gateways do with requests: the tables of the Gateway API's specification and its conformance tests against `ing2gw trace --after`.

tests/gwcases/README says how a case is written. Each expectation is taken from the specification, none from the program.

    --case TEXT         only cases whose name has this text
    --write FOLDER      writes each case's manifests and requests there
"""
import argparse
import json
import os
import re
import sys
import tempfile

import common
import kubeyaml

FOLDER = os.path.join(common.ROOT, "tests", "gwcases")
API = "gateway.networking.k8s.io/v1"
KEYS = {
    "case": {"case", "about", "choices", "world", "listeners", "sets", "routes", "objects", "asks"},
    "route": {"name", "kind", "namespace", "created", "parents", "hosts", "rules"},
    "rule": {"when", "filters", "to", "more"},
    "ask": {"ask", "headers", "given", "sni", "entry", "http", "get", "host", "sent", "received", "weights", "failing", "certificate", "gates", "unknown",
            "features", "own"},
}
CONDITION = re.compile(r"(exact|prefix|regex|method|header|query|call)(~?) (.+)")


def known(kind, item):
    if not set(item) <= KEYS[kind]:
        raise ValueError("a %s has %s" % (kind, ", ".join(sorted(set(item) - KEYS[kind]))))


# ---- objects ----

def metadata(name, namespace="default", **more):
    return dict({"name": name, "namespace": namespace}, **{key: value for key, value in more.items() if value})


def listener(text):
    """NAME PROTOCOL PORT [HOST] [from NAMESPACES] [secret NAME] [passthrough]"""
    words = text.split()
    found = {"name": words[0], "protocol": words[1], "port": int(words[2]), "allowedRoutes": {"namespaces": {"from": "All"}}}
    rest = words[3:]
    if rest and "." in rest[0]:
        found["hostname"] = rest.pop(0)
    if found["protocol"] in ("HTTPS", "TLS"):
        found["tls"] = {"mode": "Terminate", "certificateRefs": [{"name": "pair"}]}
    while rest:
        word = rest.pop(0)
        if word == "passthrough":
            found["tls"] = {"mode": "Passthrough"}
        elif word == "from":
            found["allowedRoutes"] = {"namespaces": {"from": rest.pop(0)}}
        elif word == "kinds":
            found["allowedRoutes"]["kinds"] = [{"kind": kind} for kind in rest.pop(0).split(",")]
        elif word == "secret":
            namespace, _, name = rest.pop(0).rpartition("/")
            found["tls"]["certificateRefs"] = [dict({"name": name}, **({"namespace": namespace} if namespace else {}))]
        else:
            raise ValueError("no word of a listener: " + word)
    return found


def match(text):
    """Conditions with "; " between them: prefix /x; method GET; header version=one; query~ animal=.*; call pkg.Service/Method"""
    found = {}
    for part in text.split("; "):
        one = CONDITION.fullmatch(part)
        if not one:
            raise ValueError("no condition: " + part)
        what, regex, value = one.groups()
        kind = {"type": "RegularExpression"} if regex else {}
        if what in ("exact", "prefix", "regex"):
            found["path"] = {"type": {"exact": "Exact", "prefix": "PathPrefix", "regex": "RegularExpression"}[what], "value": value}
        elif what == "method":
            found["method"] = value
        elif what == "call":
            service, _, method = value.partition("/")
            found["method"] = dict(kind, **{key: word for key, word in (("service", service), ("method", method)) if word})
        else:
            name, _, wanted = value.partition("=")
            found.setdefault({"header": "headers", "query": "queryParams"}[what], []).append(dict(kind, name=name, value=wanted))
    return found


def backend(text):
    """[NAMESPACE/]NAME[:PORT][*WEIGHT]"""
    text, _, weight = text.partition("*")
    text, _, port = text.partition(":")
    namespace, _, name = text.rpartition("/")
    found = {"name": name, "port": int(port or 80)}
    if namespace:
        found["namespace"] = namespace
    if weight:
        found["weight"] = int(weight)
    return found


def rule(item):
    if isinstance(item, str):
        when, arrow, to = item.rpartition("-> ")
        if not arrow:
            raise ValueError("no rule: " + item)
        when = when.strip()
        item = {"when": [when] if when else [], "to": to}
    known("rule", item)
    when = item.get("when", [])
    found = dict(item.get("more", {}))
    if when:
        found["matches"] = [match(text) if text else {} for text in ([when] if isinstance(when, str) else when)]
    if "filters" in item:
        found["filters"] = item["filters"]
    if item.get("to"):
        found["backendRefs"] = [backend(text) for text in item["to"].split()]
    return found


def parent(text):
    """gateway, SECTION or :PORT of the Gateway, or KIND/NAME[/SECTION]"""
    if text.startswith(":"):
        return {"name": "gw", "port": int(text[1:])}
    if "/" in text:
        kind, name, *section = text.split("/")
        return dict({"kind": kind, "name": name, "namespace": "default"}, **({"sectionName": section[0]} if section else {}))
    return dict({"name": "gw", "namespace": "default"}, **({} if text == "gateway" else {"sectionName": text}))


def route(item):
    known("route", item)
    kind = item.get("kind", "HTTPRoute")
    spec = {"parentRefs": [parent(text) for text in item.get("parents", ["gateway"])]}
    if "hosts" in item:
        spec["hostnames"] = item["hosts"]
    if "rules" in item:
        spec["rules"] = [rule(one) for one in item["rules"]]
    created = "2024-01-01T00:00:%02dZ" % item["created"] if "created" in item else None
    return {"apiVersion": API, "kind": kind, "spec": spec,
            "metadata": metadata(item["name"], item.get("namespace", "default"), creationTimestamp=created)}


def service(name, namespace="default", pods=1, **more):
    ports = [dict({"name": "http", "port": 80, "protocol": "TCP", "targetPort": 8080}, **more), {"name": "more", "port": 8080, "protocol": "TCP"}]
    slices = {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
              "metadata": metadata(name + "-1", namespace, labels={"kubernetes.io/service-name": name}), "ports": [],
              "endpoints": [{"addresses": ["10.0.0.1"]}] if pods else []}
    return [{"apiVersion": "v1", "kind": "Service", "metadata": metadata(name, namespace), "spec": {"ports": ports}}, slices]


def world(case):
    found = [{"apiVersion": API, "kind": "Gateway", "metadata": metadata("gw"), "spec": {
        "gatewayClassName": "any", "allowedListeners": {"namespaces": {"from": "All"}},
        "listeners": [listener(text) for text in case.get("listeners", ["web HTTP 80"])]}}]
    for name, listeners in case.get("sets", {}).items():
        name, _, second = name.partition("@")
        found.append({"apiVersion": API, "kind": "ListenerSet", "spec": {"parentRef": {"name": "gw"}, "listeners": [listener(text) for text in listeners]},
                      "metadata": metadata(name, creationTimestamp="2024-01-01T00:00:%02dZ" % int(second or 0))})
    for name in ("s1", "s2", "s3", "s4", "s5", "s6"):
        found += service(name)
    found += service("s1", "other") + service("empty", pods=0)
    found.append({"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls", "metadata": metadata("pair"), "data": {}})
    found.append({"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls", "metadata": metadata("pair", "other"), "data": {}})
    found.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata("ca"), "data": {"ca.crt": "x"}})
    return found + [route(item) for item in case.get("routes", [])] + case.get("objects", [])


# ---- requests and answers ----

def question(item):
    """[METHOD ]SCHEME://HOST[:PORT]/TARGET as trace reads it; HOST "-" is none."""
    found = re.fullmatch(r"(?:([A-Za-z]+) )?(https?)://([^/]+?)(?::(\d+))?(/.*)", item["ask"])
    if not found:
        raise ValueError("no request: " + item["ask"])
    method, scheme, host, port, target = found.groups()
    asked = {"method": method or "GET", "scheme": scheme, "host": None if host == "-" else item.get("host", host), "target": target,
             "headers": [[name, value] for name, values in item.get("headers", {}).items() for value in (values if isinstance(values, list) else [values])],
             "given": item.get("given", {})}
    if port:
        asked["port"] = int(port)
    asked.update({key: item[key] for key in ("sni", "entry", "http") if key in item})
    return asked


def faults(item, answer):
    """What is wrong with an answer: get is STATUS or REFUSED or CLOSED, then [LOCATION] [SERVICE ...] [TARGET] [host=NAME]."""
    if "error" in answer:
        return [answer["error"]]
    status, *words = str(item["get"]).split(" ")
    location = next((word for word in words if "://" in word or (word.startswith("/") and status.startswith("3"))), None)
    upstream = answer.get("upstream") or {}
    backends = ["%(namespace)s/%(name)s" % one for one in answer["backends"]]
    pairs = [("status", status, answer.get("state") if answer["status"] is None else str(answer["status"])),
             ("location", location, answer["location"]),
             ("backends", sorted(word if "/" in word else "default/" + word for word in words if re.fullmatch(r"\w[\w/-]*", word)), sorted(set(backends)))]
    for word in words:
        if word.startswith("/") and word != location:
            pairs.append(("target", word, upstream.get("target")))
        if word.startswith("host="):
            pairs.append(("host", word[5:], upstream.get("host")))
    shares = [("weights", "backends"), ("failing", "failing")]
    pairs += [(key, item.get(key, {}), {one["name"]: one["weight"] for one in answer.get(field, [])}) for key, field in shares if key in item or key == "failing"]
    pairs += [(key, item[key], answer.get(key)) for key in ("certificate", "unknown", "gates", "features") if key in item]
    pairs += [(key, sorted(map(tuple, item[key].items()), key=str), sorted((tuple(pair) for pair in headers or []), key=str))
              for key, headers in (("sent", upstream.get("headers")), ("received", answer.get("response_headers"))) if key in item]
    if "own" in item:
        pairs.append(("own", item["own"], {one["name"]: dict(one["upstream"]["headers"], host=one["upstream"]["host"], target=one["upstream"]["target"])
                                           for one in answer["backends"] if "upstream" in one}))
    return ["%s want %s got %s%s" % (field, json.dumps(want), json.dumps(got), " (%s)" % answer["problem"] if answer.get("problem") else "")
            for field, want, got in pairs if want != got]


def judged(binary, case, folder):
    """(request, what is wrong) for each request of a case."""
    file = os.path.join(folder, re.sub(r"\W+", "-", case["case"]) + ".yaml")
    lines = "".join(json.dumps(question(item)) + "\n" for item in case["asks"] if known("ask", item) is None).encode("utf-8")
    with open(file, "w", encoding="utf-8") as out:
        out.write(kubeyaml.dump_all(world(case)))
    with open(file[:-len(".yaml")] + ".jsonl", "wb") as out:
        out.write(lines)
    choices = [word for choice in case.get("choices", []) for word in ("--choice", choice)]
    result = common.run(binary, ["trace", "--after", file, "--world", case.get("world", "closed"), "--requests", "-", "-o", "json"] + choices, stdin=lines)
    if result.code or result.bug():
        return [("", [result.bug() or "exit code %d: %s" % (result.code, result.err.decode("utf-8", "replace")[:500])])]
    answers = [json.loads(line) for line in result.out.splitlines()]
    return [(item["ask"], faults(item, answer)) for item, answer in zip(case["asks"], answers)] + [("other order", reordered(binary, case, file, lines, choices, answers))]


def reordered(binary, case, file, lines, choices, answers):
    """The order in which the objects stand changes nothing but the places."""
    with open(file, "w", encoding="utf-8") as out:
        out.write(kubeyaml.dump_all(list(reversed(world(case)))))
    result = common.run(binary, ["trace", "--after", file, "--world", case.get("world", "closed"), "--requests", "-", "-o", "json"] + choices, stdin=lines)
    others = [json.loads(line) for line in result.out.splitlines()]
    return [json.dumps(other) for answer, other in zip(answers, others) if dict(answer, route=None) != dict(other, route=None)]


def variants(case):
    """A case for each set of choices that it names."""
    for choices in case.get("choices") or [""]:
        yield dict(case, choices=choices.split())


def load():
    found = []
    for name in sorted(os.listdir(FOLDER)):
        if name.endswith(".yaml"):
            with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
                found += kubeyaml.load_all(file.read())[0]
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=os.path.join(common.ROOT, "build", "ing2gw"))
    parser.add_argument("--case", default="")
    parser.add_argument("--write", metavar="FOLDER")
    options = parser.parse_args()
    binary, tally, seen = os.path.abspath(options.binary), common.Tally(), set()
    for case in load():
        known("case", case)
        tally.check(case["case"] not in seen and case["asks"] and case["about"], case["case"], "comes twice or says nothing")
        seen.add(case["case"])
    cases = [one for case in load() if options.case in case["case"] for one in variants(case)]
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.write or scratch
        os.makedirs(folder, exist_ok=True)

        def judge(number):
            own = os.path.join(folder, str(number))
            os.makedirs(own, exist_ok=True)
            return judged(binary, cases[number], own)
        for case, found in zip(cases, common.parallel(judge, range(len(cases)))):
            for what, wrong in found:
                tally.check(not wrong, " ".join((case["case"] + " " + " ".join(case["choices"]) + ": " + what).split()), "; ".join(wrong))
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())

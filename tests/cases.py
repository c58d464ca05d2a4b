# SPDX-License-Identifier: Apache-2.0
"""The golden cases of ingress-nginx (tests/cases/README) against `ing2gw trace`.

    --case D9,D101      these cases alone (repeatable)
    --write FOLDER      writes each set's objects and requests there, as DNUMBER-SET.yaml and .jsonl, for `ing2gw trace --requests`
"""
import argparse
import base64
import copy
import json
import os
import re
import sys
import tempfile

import common
import kubeyaml
import oracle

FOLDER = os.path.join(common.ROOT, "tests", "cases")
CASES = 160
PREFIX = "nginx.ingress.kubernetes.io/"
HSTS = {"strict-transport-security": ["max-age=31536000; includeSubDomains"]}
REJECTED = "I2G-0210"
ANY = "*"
TYPES = {"P": "Prefix", "E": "Exact", "I": "ImplementationSpecific"}
KEYS = {
    "case": {"case", "about", "recorded", "sets", "left"},
    "set": {"what", "ingresses", "config", "flags", "secrets", "objects", "requests", "rejected", "crashed", "facts"},
    "ingress": {"name", "rules", "default", "annotations", "tls"},
    "request": {"ask", "headers", "body", "http", "sni", "client", "given", "get", "host", "sent", "received", "hsts", "certificate", "weights",
                "gates", "asked", "port"},
}


def known(kind, item):
    if not set(item) <= KEYS[kind]:
        raise ValueError("a %s has %s" % (kind, ", ".join(sorted(set(item) - KEYS[kind]))))


# ---- objects ----

def full_host(name):
    return name if "." in name else name + ".example.com"


def metadata(name, namespace="default", **more):
    return dict({"name": name, "namespace": namespace}, **more)


def backend(text):
    name, _, port = text.partition(":")
    return {"service": {"name": name, "port": {"name": port} if port and not port.isdigit() else {"number": int(port or 80)}}}


def rule(text):
    host, _, paths = text.partition(":")
    found = {} if host == "any" else {"host": full_host(host)}
    if paths.strip():
        found["http"] = {"paths": [path(item) for item in paths.split(",")]}
    return found


def path(text):
    match = re.fullmatch(r"\s*(\S+)(?: ([PEI]))?->(\S+)", text)
    if not match:
        raise ValueError("no path: " + text)
    return {"path": match.group(1), "pathType": TYPES[match.group(2) or "P"], "backend": backend(match.group(3))}


def ingress(item):
    known("ingress", item)
    name, _, second = item["name"].partition("@")
    spec = {"ingressClassName": "nginx"}
    if "default" in item:
        spec["defaultBackend"] = backend(item["default"])
    if "tls" in item:
        spec["tls"] = [dict([("hosts", [full_host(host) for host in one["hosts"]])] if "hosts" in one else [],
                            **({"secretName": one["secret"]} if "secret" in one else {})) for one in item["tls"]]
    if "rules" in item:
        spec["rules"] = [rule(text) for text in item["rules"]]
    return {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "spec": spec, "metadata": metadata(
        name, creationTimestamp="2024-01-01T00:00:%02dZ" % int(second or 0),
        annotations={PREFIX + key: value for key, value in item.get("annotations", {}).items()})}


def service(name, namespace="default", pods=1):
    port = {"name": "http", "port": 80, "protocol": "TCP"}
    return [
        {"apiVersion": "v1", "kind": "Service", "metadata": metadata(name, namespace), "spec": {"ports": [dict(port, targetPort=8080)]}},
        {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
         "metadata": metadata(name + "-1", namespace, labels={"kubernetes.io/service-name": name}),
         "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}] if pods else [],
         "endpoints": [{"addresses": ["10.0.0.1"], "conditions": {"ready": True}}] if pods else []}]


def encoded(text):
    if text.endswith(".pem"):
        with open(os.path.join(FOLDER, "certificates", text), encoding="ascii") as file:
            text = file.read()
    return base64.b64encode(text.encode("utf-8")).decode("ascii")


def secret(name, content):
    namespace, _, name = name.rpartition("/")
    pair = isinstance(content, str)
    data = {"tls.crt": encoded(content), "tls.key": encoded("NONE")} if pair else {key: encoded(text) for key, text in content.items()}
    return {"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls" if pair else "Opaque",
            "metadata": metadata(name, namespace or "default"), "data": data}


def world(one):
    """All objects of a set."""
    found = [{"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": {"name": "nginx"},
              "spec": {"controller": "k8s.io/ingress-nginx"}}]
    for name in ("s1", "s2", "s3", "s4", "errs"):
        found += service(name)
    found += service("empty", pods=0) + service("auth", "auth-system")
    if "config" in one:
        found.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata("ingress-nginx-controller", "ingress-nginx"),
                      "data": one["config"]})
    found += [secret(name, content) for name, content in one.get("secrets", {}).items()]
    return found + one.get("objects", []) + [ingress(item) for item in one["ingresses"]]


# ---- requests and answers ----

def question(item):
    """The request as trace reads it."""
    match = re.fullmatch(r"(?:([A-Z]+) )?(?:(https?)://)?(\S+) (/\S*)", item["ask"])
    if not match:
        raise ValueError("no request: " + item["ask"])
    method, scheme, host, target = match.groups()
    found = {"method": method or "GET", "scheme": scheme or "http", "host": None if host == "-" else full_host(host), "target": target,
             "client": oracle.CLIENT}
    found.update({key: item[key] for key in ("body", "http", "sni", "client") if key in item})
    found["headers"] = [[name, value] for name, value in item.get("headers", {}).items()]
    found["given"] = copy.deepcopy(item.get("given", {}))
    return found


def small(headers):
    """Names in small letters; values of the client's headers as lists."""
    return {name.lower(): value for name, value in headers.items()}


def received(item, https):
    wanted = {name: value if isinstance(value, list) else [value] for name, value in small(item.get("received", {})).items()}
    return dict(HSTS if https and item.get("hsts", True) else {}, **{name: sorted(values) for name, values in wanted.items()})


def expected(item, asked):
    """The answer as field -> value, as ours() has it."""
    status, *words = str(item["get"]).split(" ")
    location = next((word for word in words if "://" in word), None)
    services = [word for word in words if "://" not in word and word[0] != "/"] or sorted(item.get("weights", {}))
    https = asked["scheme"] == "https"
    found = {
        "status": int(status), "location": location, "backend": ["default/" + name for name in services],
        "target": next((word for word in words if word[0] == "/"), asked["target"]) if services else None,
        "host": item.get("host", asked["host"]) if services else None, "sent": small(item.get("sent", {})), "received": received(item, https),
        "certificate": item.get("certificate", "default") if https else None}
    if "weights" in item:
        found["weights"] = {"default/" + name: weight for name, weight in item["weights"].items()}
    if "port" in item:
        found["port"] = [item["port"]]
    if "gates" in item:
        found["gates"] = sorted(item["gates"])
    if "asked" in item:
        found["asked"] = None if item["asked"] == "nobody" else item["asked"]
    return found


def ours(asked, answer):
    weights = {"%(namespace)s/%(name)s" % one: one["weight"] for one in answer.get("backends", [])}
    upstream = answer.get("upstream") or {}
    return {
        "status": answer.get("status"), "location": answer.get("location"), "backend": sorted(weights), "target": upstream.get("target"),
        "host": upstream.get("host"), "sent": oracle.sent(upstream.get("headers", [])), "received": oracle.received(asked, answer),
        "certificate": answer.get("certificate"), "weights": weights, "port": [one.get("port") for one in answer.get("backends", [])],
        "gates": sorted(answer.get("gates", [])), "asked": answer.get("auth_url")}


def equal(want, got):
    """With ANY in place of a value."""
    if isinstance(want, dict) and isinstance(got, dict):
        return set(want) == set(got) and all(equal(want[key], got[key]) for key in want)
    return want == got or (want == ANY and got is not None)


def faults(item, asked, answer):
    """What is wrong with an answer, as texts."""
    if "error" in answer:
        return [answer["error"]]
    want, got = expected(item, asked), ours(asked, answer)
    return ["%s want %s got %s%s" % (field, json.dumps(want[field]), json.dumps(got[field]),
                                     " (%s)" % answer["problem"] if answer.get("problem") else "")
            for field in want if not equal(want[field], got[field])]


def stopped(one):
    """What the controller comes to, and a text about it; None where it works."""
    return next(((state, one[key]) for key, state in (("rejected", "CONFIG_REJECTED"), ("crashed", "CRASH")) if key in one), None)


def silent(state, text, answer):
    """What is wrong with the answer of a controller that does not work."""
    if answer.get("status") is not None or answer.get("backends"):
        return ["want no status got %s %s" % (answer.get("status"), answer.get("backends"))]
    return ["%s want %s got %s" % (key, want, answer.get(key)) for key, want, good in (
        ("state", state, answer.get("state") == state), ("problem", text, text in answer.get("problem", ""))) if not good]


# ---- one set ----

class Asked:
    """A set's objects in a file, and what the program says of them."""

    def __init__(self, binary, name, one, folder):
        known("set", one)
        self.binary, self.one, self.file = binary, one, os.path.join(folder, name + ".yaml")
        self.requests = [question(item) for item in one["requests"] if known("request", item) is None]
        self.args = ["-q", "--world", "closed", "-f", self.file] + [word for flag in one.get("flags", []) for word in ("--controller-flag", flag)]
        self.lines = "".join(json.dumps(request) + "\n" for request in self.requests).encode("utf-8")
        with open(self.file, "w", encoding="utf-8") as file:
            file.write(kubeyaml.dump_all(world(one)))
        with open(self.file[:-len(".yaml")] + ".jsonl", "wb") as file:
            file.write(self.lines)

    def run(self, args, stdin=None):
        result = common.run(self.binary, args + self.args, stdin=stdin)
        if result.bug() or result.code in (2, 3, 5, 6):
            raise ValueError(result.bug() or "exit code %d: %s" % (result.code, result.err.decode("utf-8", "replace")[:500]))
        return result.out

    def traced(self):
        """(request, what is wrong) for each request."""
        lines = self.run(["trace", "--requests", "-", "-o", "json"], self.lines).splitlines()
        if len(lines) != len(self.requests):
            raise ValueError("%d answers to %d requests" % (len(lines), len(self.requests)))
        for item, asked, line in zip(self.one["requests"], self.requests, lines):
            answer = json.loads(line)
            yield item["ask"], silent(*stopped(self.one), answer) if stopped(self.one) else faults(item, asked, answer)

    def converted(self):
        """(what was looked for in the report of convert, what is wrong)."""
        if not stopped(self.one) and "facts" not in self.one:
            return
        report = self.file[:-len(".yaml")] + ".json"
        self.run(["convert", "--report", "json=" + report])
        with open(report, encoding="utf-8") as file:
            report = json.load(file)
        if stopped(self.one):
            codes = {item["code"] for item in report["diagnostics"] if item["level"] == "error"}
            yield "diagnostics of convert", [] if REJECTED in codes else ["want %s got %s" % (REJECTED, " ".join(sorted(codes)) or "none")]
        states = {"%s %s" % (item["name"], fact["key"]): fact["state"] for item in report["ingresses"] for fact in item["facts"]}
        for key, want in self.one.get("facts", {}).items():
            name, annotation = key.split(" ")
            got = states.get("%s %s%s" % (name, PREFIX, annotation))
            yield "fact " + key, [] if got == want else ["want %s got %s" % (want, got)]


# ---- the whole ----

def records_fault(binary, name, records):
    """Why a recorded set does not hold, or an empty text."""
    if name not in records:
        return "is not among the recorded sets with answers"
    one = oracle.Set(binary, records[name], None)
    if one.fault:
        return one.fault
    wrong = sum(bool(oracle.differences(oracle.recorded(line["answer"]), oracle.ours(one, one.asked[number], one.answers[number]), oracle.FIELDS))
                for number, line in enumerate(records[name]["answers"]))
    return "%d requests are answered differently (tests/oracle.py --set %s -v)" % (wrong, name) if wrong else ""


def judged(binary, case, records, folder):
    """(what was looked at, what is wrong) for all parts of a case."""
    found = []
    for name in case.get("recorded", []):
        fault = records_fault(binary, name, records)
        found.append(("recorded set " + name, [fault] if fault else []))
    for number, one in enumerate(case.get("sets", []), 1):
        where = "set %d" % number if len(case["sets"]) > 1 else ""
        try:
            asked = Asked(binary, "%s-%d" % (case["case"], number), one, folder)
            found += [(where + " " + what, wrong) for answers in (asked.traced(), asked.converted()) for what, wrong in answers]
        except (ValueError, KeyError, OSError) as error:
            found.append((where, [repr(error)]))
    return found


def load():
    found = []
    for name in sorted(os.listdir(FOLDER)):
        if name.endswith(".yaml"):
            with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
                found += kubeyaml.load_all(file.read())[0]
    return sorted(found, key=lambda case: int(case["case"][1:]))


def check_list(tally, cases):
    names = [case["case"] for case in cases]
    tally.check(names == ["D%d" % number for number in range(1, CASES + 1)], "list of cases", " ".join(names))
    for case in cases:
        try:
            known("case", case)
            fault = "" if case["about"] and any(case.get(key) for key in ("recorded", "sets", "left")) else "says nothing"
        except ValueError as error:
            fault = str(error)
        if fault:
            tally.fail(case["case"], fault)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=os.path.join(common.ROOT, "build", "ing2gw"))
    parser.add_argument("--case", action="append", default=[])
    parser.add_argument("--write", metavar="FOLDER")
    options = parser.parse_args()
    chosen = {name for names in options.case for name in names.split(",")}
    binary, tally, held = os.path.abspath(options.binary), common.Tally(), 0
    cases = load()
    check_list(tally, cases)
    cases = [case for case in cases if not chosen or case["case"] in chosen]
    records = {record["set"]: record for record in oracle.records({name for case in cases for name in case.get("recorded", [])} or {""})}
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.write or scratch
        os.makedirs(folder, exist_ok=True)
        for case, found in zip(cases, common.parallel(lambda case: judged(binary, case, records, folder), cases)):
            for what, wrong in found:
                tally.check(not wrong, " ".join((case["case"] + " " + what).split()), "; ".join(wrong))
            held += bool(found) and not any(wrong for _, wrong in found)
    for case in cases:
        for reason in case.get("left", []):
            print("not expressible: %s: %s" % (case["case"], reason))
    code = tally.end()
    print("golden cases: %d of %d" % (held, len(cases)))
    return code


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""The golden cases of Kong (tests/kong/cases.yaml) against `ing2gw trace`, and each converted and held against its own output.

    --case 9,order      these cases alone
"""
import argparse
import json
import os
import re
import sys
import tempfile
import urllib.parse

import yaml

import common

FILE = os.path.join(common.ROOT, "tests", "kong", "cases.yaml")
GOLDEN = 30
TYPES = {"P": "Prefix", "E": "Exact", "I": "ImplementationSpecific"}
RULE = re.compile(r"(\S+) (\S*) \(([PEI])\) -> (\S+)$")
ASK = re.compile(r"([A-Z]+) (\S+) => (\S+)(?: (\S+))?$")


def backend(name):
    return {"service": {"name": name, "port": {"number": 80}}}


def rule(text):
    host, path, kind, service = RULE.match(text).groups()
    item = {"pathType": TYPES[kind], "backend": backend(service)}
    if path:
        item["path"] = path
    found = {"http": {"paths": [item]}}
    if host != "any":
        found["host"] = host
    return found, service


def objects(case):
    services = set()
    for number, item in enumerate(case["ingresses"]):
        namespace = item.get("namespace", "default")
        meta = {"name": item.get("name", "i%d" % number), "namespace": namespace, "annotations": item.get("annotations", {})}
        if "created" in item:
            meta["creationTimestamp"] = item["created"]
        spec = {"ingressClassName": "kong"}
        rules = [rule(text) for text in item.get("rules", [])]
        if rules:
            spec["rules"] = [found for found, _ in rules]
        services |= {(namespace, service) for _, service in rules}
        if "default" in item:
            spec["defaultBackend"] = backend(item["default"])
            services.add((namespace, item["default"]))
        if "tls" in item:
            spec["tls"] = [{"hosts": item["tls"], "secretName": "certificate"}]
        yield {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": meta, "spec": spec}
    for namespace, name in sorted(services):
        meta = {"name": name, "namespace": namespace, "annotations": case.get("services", {}).get(name, {})}
        yield {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": {"ports": [{"port": 80}]}}


def request(ask):
    method, url, _, _ = ASK.match(ask["ask"]).groups()
    parts = urllib.parse.urlsplit(url)
    target = parts.path + ("?" + parts.query if parts.query else "")
    headers = [[name, value] for name, value in ask.get("headers", {}).items()]
    return {"method": method, "scheme": parts.scheme, "host": parts.netloc, "target": target, "headers": headers}


def wrong(ask, answer):
    """What of the answer is not as expected, or None."""
    _, _, first, second = ASK.match(ask["ask"]).groups()
    if first.isdigit():
        found = (answer["status"], answer["location"], len(answer["backends"]))
        wanted = (int(first), second, 0)
    else:
        found = ([one["name"] for one in answer["backends"]], answer.get("upstream", {}).get("target"))
        wanted = ([first], second)
    if found != wanted:
        return "%s: %s" % (ask["ask"], json.dumps(answer))
    if "host" in ask and answer["upstream"]["host"] != ask["host"]:
        return "%s: Host %s" % (ask["ask"], answer["upstream"]["host"])
    return None


def check(binary, case, tally):
    name = "case %s, %s" % (case["case"], case["about"][:50])
    asks = [ask if isinstance(ask, dict) else {"ask": ask} for ask in case["asks"]]
    flags = [word for flag in case.get("flags", []) for word in ("--controller-flag", flag)]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "input.yaml")
        with open(path, "w", encoding="utf-8") as file:
            yaml.safe_dump_all(objects(case), file)
        lines = "".join(json.dumps(request(ask)) + "\n" for ask in asks).encode("utf-8")
        result = common.run(binary, ["trace", "--requests", "-", "-o", "json", "-f", path] + flags, stdin=lines)
        answers = [json.loads(line) for line in result.out.splitlines()]
        if result.bug() or len(answers) != len(asks):
            tally.fail(name, result.bug() or result.err.decode("utf-8"))
            return
        faults = [fault for fault in map(wrong, asks, answers) if fault]
        tally.check(not faults, name, "\n  ".join(faults))
        converted = common.run(binary, ["convert", "-f", path] + flags)
        tally.check(not converted.bug() and converted.code in (0, 1), name + ": converted", "exit %d\n%s" % (converted.code, converted.err.decode("utf-8")))
        if "says" in case:
            tally.check(case["says"] in converted.err.decode("utf-8"), name + ": " + case["says"], converted.err.decode("utf-8"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--case", default="")
    args = parser.parse_args()
    tally = common.Tally()
    with open(FILE, encoding="utf-8") as file:
        cases = yaml.safe_load(file)["cases"]
    chosen = args.case.split(",") if args.case else None
    for case in cases:
        if not chosen or str(case["case"]) in chosen:
            check(args.binary, case, tally)
    if not chosen:
        missing = set(range(1, GOLDEN + 1)) - {case["case"] for case in cases}
        tally.check(not missing, "all golden cases are there", str(sorted(missing)))
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())

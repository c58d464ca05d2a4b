# SPDX-License-Identifier: Apache-2.0
"""How many requests a second `ing2gw trace --requests` answers on one core, over 1,000 Ingresses; reading them is timed apart. Seconds
are those of the processor, so that what else runs on the machine counts little; the best of three runs counts.

The Ingresses are as people write them: most hosts have a few plain paths, some are in regex mode with rewrites, some redirect,
are guarded, allow CORS, have canaries or wildcards; half have TLS. The requests go to all of them, and some to nobody. Everything is drawn
by a fixed rule. With --least N it fails below N requests a second.

Besides, what the proof costs: of 10,000 Ingresses over 5,000 hosts (plain ones, and of all kinds), of one host with 2,000 paths and of one with
200 expressions. For each the seconds and the memory of convert on all processors, and what depends less on the machine: the time of processors
as a multiple of that without the proof, and the time that passes on all processors as a part of that on one. --limits fails where a case takes longer
than it may on two processors that have nothing else to do.
"""
import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time

import common

INGRESSES = 1000
PREFIX = "nginx.ingress.kubernetes.io/"
KINDS = [
    (50, {}),
    (15, {"rewrite-target": "/$2"}),
    (8, {"auth-url": "http://auth.auth.svc.cluster.local/check"}),
    (7, {"enable-cors": "true", "cors-allow-origin": "https://*.example.com, https://example.org"}),
    (6, {"whitelist-source-range": "10.0.0.0/8, 192.0.2.0/24"}),
    (5, {"permanent-redirect": "https://www.example.org"}),
    (5, {"auth-type": "basic", "auth-secret": "users"}),
    (4, {"app-root": "/start"}),
]
PATHS = ["/", "/api", "/api/v2", "/static", "/admin", "/cart", "/search"]


def document(kind, api, name, spec, annotations=None):
    metadata = {"name": name, "namespace": "bench"}
    if annotations:
        metadata["annotations"] = {PREFIX + key: value for key, value in annotations.items()}
    return dict({"apiVersion": api, "kind": kind, "metadata": metadata}, **spec)


def ingress(draw, number):
    """(host, paths, objects) of one Ingress."""
    annotations = draw.choices([one for _, one in KINDS], [weight for weight, _ in KINDS])[0]
    host = "%sh%d.example.com" % ("*." if draw.random() < 0.03 else "", number)
    paths = sorted(draw.sample(PATHS, draw.randint(1, 5)))
    regex = "rewrite-target" in annotations
    rules = [{"path": (path.rstrip("/") + "(/|$)(.*)") if regex else path, "pathType": "ImplementationSpecific" if regex else "Prefix",
              "backend": {"service": {"name": "s%d" % number, "port": {"number": 80}}}} for path in paths]
    spec = {"ingressClassName": "nginx", "rules": [{"host": host, "http": {"paths": rules}}]}
    if draw.random() < 0.5:
        spec["tls"] = [{"hosts": [host], "secretName": "t%d" % number}]
    service = {"spec": {"ports": [{"port": 80, "targetPort": 8080}]}}
    return host, paths, [document("Ingress", "networking.k8s.io/v1", "i%d" % number, {"spec": spec}, annotations),
                         document("Service", "v1", "s%d" % number, service)]


def request(draw, hosts):
    host, paths = draw.choice(hosts)
    target = draw.choice(paths).rstrip("/") + draw.choice(["", "/", "/x", "/items/17?page=2&sort=name", "/a%20b"])
    found = {"scheme": draw.choice(["http", "https"]), "method": draw.choice(["GET", "GET", "GET", "POST", "OPTIONS"]),
             "host": "unknown.test" if draw.random() < 0.02 else host.replace("*", "sub"), "target": target or "/",
             "client": "10.%d.%d.%d" % tuple(draw.randint(0, 255) for _ in range(3)),
             "headers": [["User-Agent", "Mozilla/5.0 (X11; Linux x86_64)"], ["Accept", "*/*"]]}
    if draw.random() < 0.2:
        found["headers"].append(["Origin", "https://a.example.com"])
    return json.dumps(found) + "\n"


def processor():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def seconds(binary, manifests, requests):
    start = processor()
    result = common.run(binary, ["trace", "--requests", requests, "-o", "json", "-q", "-f", manifests], timeout=600)
    spent = processor() - start
    if result.code != 0:
        sys.exit("trace ended with %s: %s" % (result.code, result.err.decode("utf-8", "replace")[:500]))
    return spent, result.out


# ---- the proof ----

def plain(name, host, paths, regex=False):
    kind = "ImplementationSpecific" if regex else "Prefix"
    return document("Ingress", "networking.k8s.io/v1", name, {"spec": {"ingressClassName": "nginx", "rules": [{"host": host, "http": {"paths": [
        {"path": path, "pathType": kind, "backend": {"service": {"name": "s%d" % (number % 50), "port": {"number": 80}}}}
        for number, path in enumerate(paths)]}}]}}, {"use-regex": "true"} if regex else None)


def mixed():
    """Two of all kinds of Ingresses a host."""
    draw, items = random.Random(1), []
    for number in range(10000):
        _, _, objects = ingress(draw, number)
        host = "h%d.example.com" % (number // 2)
        objects[0]["spec"]["rules"][0]["host"] = host
        for tls in objects[0]["spec"].get("tls", []):
            tls["hosts"] = [host]
        items += objects
    return items


# Name, most seconds, input.
SHAPES = [
    ("10,000 Ingresses over 5,000 hosts", 5, lambda: [plain("i%d" % n, "h%d.example.com" % (n // 2), ["/a%d" % n, "/b%d" % n]) for n in range(10000)]),
    ("10,000 Ingresses of all kinds over 5,000 hosts", 10, mixed),
    ("one host with 2,000 paths", 2, lambda: [plain("one", "a.example.com", ["/p%d/x" % n for n in range(2000)])]),
    ("one host with 200 expressions", 2, lambda: [plain("one", "a.example.com", ["/p%d(/|$)(.*)" % n for n in range(200)], True)]),
]


class Spent:
    """Of one run: seconds that pass, of processors, and bytes."""

    def __init__(self, binary, args, folder):
        errors = os.path.join(folder, "errors.txt")
        with open(errors, "wb") as err, open(os.devnull, "wb") as out:
            start = time.monotonic()
            with subprocess.Popen([binary] + args, stdout=out, stderr=err, env=common.environment()) as child:
                _, status, usage = os.wait4(child.pid, 0)
                child.returncode = os.waitstatus_to_exitcode(status)
            self.seconds = time.monotonic() - start
        with open(errors, encoding="utf-8", errors="replace") as file:
            self.said = file.read()
        if child.returncode not in (0, 1, 5):
            sys.exit("%s ended with %s: %s" % (args[0], child.returncode, self.said[:500]))
        self.processors = usage.ru_utime + usage.ru_stime
        self.megabytes = usage.ru_maxrss / 1000


def proof_bench(binary, folder, limits):
    """Whether all stay within their limits, where these count."""
    good = True
    for name, most, shape in SHAPES:
        before = os.path.join(folder, "before.json")
        with open(before, "w", encoding="utf-8") as file:
            json.dump({"apiVersion": "v1", "kind": "List", "items": shape()}, file)
        without, one, both = (Spent(binary, ["convert", "-f", before] + more, folder) for more in (["--no-proof"], ["--jobs", "1"], []))
        verdict = next((line.strip() for line in both.said.splitlines() if line.strip().startswith("routing:")), "no verdict")
        print("convert, %s: %.2f s and %.0f MB; %.1f times that without the proof, %.2f of that on one processor; %s" % (
            name, both.seconds, both.megabytes, one.processors / max(without.processors, 1e-3), both.seconds / max(one.seconds, 1e-3), verdict))
        if limits and both.seconds > most:
            print("  it may take %d s" % most)
            good = False
    return good


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=os.path.join(common.ROOT, "build", "ing2gw"))
    parser.add_argument("--requests", type=int, default=300000)
    parser.add_argument("--least", type=int, default=0)
    parser.add_argument("--limits", action="store_true", help="fail where the proof takes longer than it may")
    parser.add_argument("--write", metavar="FOLDER", help="keep the input there")
    options = parser.parse_args()
    binary, draw = os.path.abspath(options.binary), random.Random(1)
    made = [ingress(draw, number) for number in range(INGRESSES)]
    hosts = [(host, paths) for host, paths, _ in made]
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.write or scratch
        manifests, requests, none = (os.path.join(folder, name) for name in ("manifests.json", "requests.jsonl", "none.jsonl"))
        with open(manifests, "w", encoding="utf-8") as file:
            json.dump({"apiVersion": "v1", "kind": "List", "items": [item for _, _, objects in made for item in objects]}, file, indent=1)
        with open(requests, "w", encoding="utf-8") as file:
            file.writelines(request(draw, hosts) for _ in range(options.requests))
        with open(none, "w", encoding="utf-8"):
            pass
        start, _ = min(seconds(binary, manifests, none) for _ in range(3))
        spent, answers = min(seconds(binary, manifests, requests) for _ in range(3))
        good = proof_bench(binary, scratch, options.limits)
    number = answers.count(b"\n")
    if number != options.requests:
        sys.exit("%d answers to %d requests" % (number, options.requests))
    rate = number / max(spent - start, 1e-9)
    print("%d Ingresses read in %.3f s; %d requests in %.3f s: %d a second" % (INGRESSES, start, number, spent - start, rate))
    return 1 if rate < options.least or not good else 0


if __name__ == "__main__":
    sys.exit(main())

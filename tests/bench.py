# SPDX-License-Identifier: Apache-2.0
"""How many requests a second `ing2gw trace --requests` answers on one core, over 1,000 Ingresses; reading them is timed apart. Seconds
are those of the processor, so that what else runs on the machine counts little; the best of three runs counts.

The Ingresses are as people write them: most hosts have a few plain paths, some are in regex mode with rewrites, some redirect,
are guarded, allow CORS, have canaries or wildcards; half have TLS. The requests go to all of them, and some to nobody. Everything is drawn
by a fixed rule. With --least N it fails below N requests a second.

Besides, what `ing2gw verify` takes for what convert makes of 10,000 Ingresses over 5,000 hosts, of one host with 2,000 paths and of one with 200
expressions, with the time that convert took as the measure.
"""
import argparse
import json
import os
import random
import resource
import sys
import tempfile

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


# ---- verify ----

def plain(name, host, paths, regex=False):
    kind = "ImplementationSpecific" if regex else "Prefix"
    return document("Ingress", "networking.k8s.io/v1", name, {"spec": {"ingressClassName": "nginx", "rules": [{"host": host, "http": {"paths": [
        {"path": path, "pathType": kind, "backend": {"service": {"name": "s%d" % (number % 50), "port": {"number": 80}}}}
        for number, path in enumerate(paths)]}}]}}, {"use-regex": "true"} if regex else None)


SHAPES = {
    "10,000 Ingresses over 5,000 hosts": lambda: [plain("i%d" % n, "h%d.example.com" % (n // 2), ["/a%d" % n, "/b%d" % n]) for n in range(10000)],
    "one host with 2,000 paths": lambda: [plain("one", "a.example.com", ["/p%d/x" % n for n in range(2000)])],
    "one host with 200 expressions": lambda: [plain("one", "a.example.com", ["/p%d(/|$)(.*)" % n for n in range(200)], True)],
}


def timed(binary, args):
    start = processor()
    result = common.run(binary, args, timeout=600)
    if result.code not in (0, 1, 5):
        sys.exit("%s ended with %s: %s" % (args[0], result.code, result.err.decode("utf-8", "replace")[:500]))
    return processor() - start, result.out


def verify_bench(binary, folder):
    for name, shape in SHAPES.items():
        before, after = os.path.join(folder, "before.json"), os.path.join(folder, "after.yaml")
        with open(before, "w", encoding="utf-8") as file:
            json.dump({"apiVersion": "v1", "kind": "List", "items": shape()}, file)
        converted, manifests = timed(binary, ["convert", "-q", "-f", before])
        with open(after, "wb") as file:
            file.write(manifests)
        spent, said = timed(binary, ["verify", "-f", before, "--after", after])
        print("verify, %s: %.2f s, %.1f times convert; %s" % (name, spent, spent / max(converted, 1e-9), said.decode("utf-8").splitlines()[-1]))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=os.path.join(common.ROOT, "build", "ing2gw"))
    parser.add_argument("--requests", type=int, default=300000)
    parser.add_argument("--least", type=int, default=0)
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
        verify_bench(binary, scratch)
    number = answers.count(b"\n")
    if number != options.requests:
        sys.exit("%d answers to %d requests" % (number, options.requests))
    rate = number / max(spent - start, 1e-9)
    print("%d Ingresses read in %.3f s; %d requests in %.3f s: %d a second" % (INGRESSES, start, number, spent - start, rate))
    return 1 if rate < options.least else 0


if __name__ == "__main__":
    sys.exit(main())

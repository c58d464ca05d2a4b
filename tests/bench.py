# SPDX-License-Identifier: Apache-2.0
"""What ing2gw costs: time, memory, and the time as a multiple of that of a program that only reads the same bytes with libyaml's event parser
and forgets them (tests/bench/scan.c).

Input is made by a fixed rule (bench_made.py): 1, 1,000, 10,000 and 100,000 annotated Ingresses over 50 namespaces, with --million also 1,000,000;
10,000 plain ones; 10,000 whose www name redirects; one host with 20,000 paths; 2,000 expressions; 10,000 Ingresses in one List, as YAML and as JSON.
Each is converted without the proof, with it, with it on two threads, and without it to JSON. Seconds are those of processors, so that what else
runs on the machine counts little, but for runs on two threads, where it is time that passes; the best of some runs counts. The last column of MiB
is the memory above the size of the input, for each Ingress in KiB. A run of which the limit of time is reached says so, and the others go on.

Then how many requests a second `ing2gw trace --requests` answers on one core, over 1,000 Ingresses as people write them: most hosts have a few plain
paths, some are in regex mode with rewrites, some redirect, are guarded, allow CORS, have canaries or wildcards; half have TLS. With --least N it
fails below N requests a second.
"""
import argparse
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time

import bench_made
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


# ---- converting ----

# Name, Ingresses, how they are written, input, options of the runs that are passed over.
SHAPES = [
    ("1 annotated", 1, bench_made.as_documents, lambda: bench_made.annotated(1)),
    ("1k annotated", 1000, bench_made.as_documents, lambda: bench_made.annotated(1000)),
    ("10k annotated", 10000, bench_made.as_documents, lambda: bench_made.annotated(10000)),
    ("100k annotated", 100000, bench_made.as_documents, lambda: bench_made.annotated(100000)),
    ("1M annotated", 1000000, bench_made.as_documents, lambda: bench_made.annotated(1000000)),
    ("10k plain", 10000, bench_made.as_documents, lambda: bench_made.plain(10000)),
    ("10k www", 10000, bench_made.as_documents, lambda: bench_made.www(10000)),
    ("one host, 20k paths", 200, bench_made.as_documents, lambda: bench_made.one_host(20000)),
    ("2,000 expressions", 20, bench_made.as_documents, lambda: bench_made.regexes(2000)),
    ("10k in a List", 10000, bench_made.as_list, lambda: bench_made.annotated(10000)),
    ("10k in a List, JSON", 10000, bench_made.as_json, lambda: bench_made.annotated(10000)),
]
RUNS = [
    ("no proof", ["--no-proof", "--jobs", "1"], False),
    ("no proof, 2 threads", ["--no-proof", "--jobs", "2"], True),
    ("no proof, json", ["--no-proof", "--jobs", "1", "-o", "json"], False),
    ("proof", ["--jobs", "1"], False),
    ("proof, 2 threads", ["--jobs", "2"], True),
]
# Seconds that one run may take; the proof of the largest inputs takes longer.
LONGEST = 300


class Spent:
    """Of the best of some runs: seconds that pass, of processors, and MiB; seconds is None where a run did not end in time."""

    def __init__(self, command, runs, longest):
        self.seconds = self.processors = None
        for _ in range(runs):
            self.run(command, longest)
            if self.seconds is None or self.processors > 10:
                break

    def run(self, command, longest):
        with open(os.devnull, "wb") as out:
            start = time.monotonic()
            with subprocess.Popen(command, stdout=out, stderr=out, env=common.environment(),
                                  preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (longest, longest))) as child:
                _, status, usage = os.wait4(child.pid, 0)
                child.returncode = os.waitstatus_to_exitcode(status)
            passed = time.monotonic() - start
        if child.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
            return
        if child.returncode not in (0, 1, 5):
            sys.exit("%s ended with %s" % (" ".join(command), child.returncode))
        spent = usage.ru_utime + usage.ru_stime
        self.seconds = passed if self.seconds is None else min(self.seconds, passed)
        self.processors = spent if self.processors is None else min(self.processors, spent)
        self.mebibytes = usage.ru_maxrss / 1024


def convert_bench(options, folder):
    row = "%-20s %-20s %9s %8s %7s %9s"
    print(row % ("input", "run", "seconds", "of scan", "MiB", "KiB each"))
    for name, count, write, items in SHAPES:
        if options.only not in name or (count == 1000000 and not options.million):
            continue
        path = os.path.join(folder, "input")
        with open(path, "w", encoding="utf-8") as file:
            write(file, items())
        size = os.path.getsize(path) / 1024
        runs = 7 if count < 10000 else 3
        scan = Spent([options.scan, path], runs, LONGEST)
        print(row % (name, "scan", "%.3f" % scan.processors, "", "%.1f" % (size / 1024), "(input)"))
        for run, args, passing in RUNS:
            spent = Spent([options.binary, "convert", "-q", "-f", path] + args, runs, LONGEST if count < 1000000 else 20 * LONGEST)
            if spent.seconds is None:
                print(row % ("", run, "> %d" % LONGEST, "", "", ""))
                continue
            seconds, unit = (spent.seconds, scan.seconds) if passing else (spent.processors, scan.processors)
            print(row % ("", run, "%.3f" % seconds, "%.1f" % (seconds / max(unit, 1e-4)), "%.0f" % spent.mebibytes,
                         "%.1f" % ((spent.mebibytes * 1024 - size) / count)))
        sys.stdout.flush()
        os.unlink(path)


def start_bench(binary, folder):
    path = os.path.join(folder, "start.yaml")
    with open(path, "w", encoding="utf-8") as file:
        bench_made.as_documents(file, bench_made.annotated(1))
    for args in (["--version"], ["convert", "--no-proof", "-q", "-f", path]):
        spent = Spent([binary] + args, 50, LONGEST)
        print("start, %s: %.1f ms" % (args[0], spent.processors * 1000))


# ---- requests ----

def trace_bench(binary, folder, options):
    draw = random.Random(1)
    made = [ingress(draw, number) for number in range(INGRESSES)]
    hosts = [(host, paths) for host, paths, _ in made]
    manifests, requests, none = (os.path.join(folder, name) for name in ("manifests.json", "requests.jsonl", "none.jsonl"))
    with open(manifests, "w", encoding="utf-8") as file:
        json.dump({"apiVersion": "v1", "kind": "List", "items": [item for _, _, objects in made for item in objects]}, file, indent=1)
    with open(requests, "w", encoding="utf-8") as file:
        file.writelines(request(draw, hosts) for _ in range(options.requests))
    with open(none, "w", encoding="utf-8"):
        pass
    start, _ = min(seconds(binary, manifests, none) for _ in range(3))
    spent, answers = min(seconds(binary, manifests, requests) for _ in range(3))
    number = answers.count(b"\n")
    if number != options.requests:
        sys.exit("%d answers to %d requests" % (number, options.requests))
    rate = number / max(spent - start, 1e-9)
    print("trace: %d Ingresses read in %.3f s; %d requests in %.3f s: %d a second" % (INGRESSES, start, number, spent - start, rate))
    return rate


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=os.path.join(common.ROOT, "build", "ing2gw"))
    parser.add_argument("--scan", default=os.path.join(common.ROOT, "build", "scan"))
    parser.add_argument("--requests", type=int, default=300000)
    parser.add_argument("--least", type=int, default=0)
    parser.add_argument("--million", action="store_true", help="also 1,000,000 Ingresses, which takes minutes and gigabytes")
    parser.add_argument("--only", default="", help="inputs whose name has this, and nothing else")
    options = parser.parse_args()
    options.binary, rate = os.path.abspath(options.binary), options.least
    with tempfile.TemporaryDirectory() as folder:
        convert_bench(options, folder)
        if not options.only:
            start_bench(options.binary, folder)
            rate = trace_bench(options.binary, folder, options)
    return 1 if rate < options.least else 0


if __name__ == "__main__":
    sys.exit(main())

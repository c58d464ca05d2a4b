# SPDX-License-Identifier: Apache-2.0
"""The real thing before, the real thing after: recorded sets of ingress-nginx are converted for Envoy Gateway, a real Envoy serves what came of it, and each
recorded request is asked again. All runs in a network namespace of its own; the requests come from the address that they came from then.

Compared are status, Location (default ports and an empty path are no difference), the Service that answered, the path and Host that it has got, the headers that
the controller sets for it, and those of the answer. What the controller let nobody pass must reach no backend. Each request is

    equal       in all of that
    stated      beforehand, by `differences` of the report: host, location and field of each thing that differs
    silent      otherwise: there must be none
    opened      401 or 403 before, and a backend after: there must be none

    --sets N        of all recorded sets; 0: all. --seed S: from the S-th on, evenly spread
    --least P       at least that share of the requests in normal form (no escapes, doubled slashes, dot segments) has to be equal
    --causes        how many requests differ in what, with an example
"""
import argparse
import collections
import os
import re
import sys
import tempfile

import common
import envoy_stack
import gateway_eval as gateway
import judge_recorded
import routing

CERTIFICATE = ("ingress-nginx", "standard-certificate")
SECRET = """
---
apiVersion: v1
kind: Secret
metadata: {namespace: %s, name: %s}
type: kubernetes.io/tls
data: {tls.crt: %s, tls.key: %s}
"""
# What ingress-nginx sends to every backend, and what Envoy does.
USUAL = re.compile(r"^(host|connection|content-length|accept-encoding|user-agent|accept|x-real-ip|x-scheme|x-request-id|x-forwarded-.*|x-envoy-.*|x-echo-.*|cookie)$")
# Of answers: what every proxy writes for itself, and what backends here say.
OF_ANSWER = re.compile(r"^(date|server|content-length|content-type|connection|keep-alive|location|transfer-encoding|x-judge|x-envoy-.*|x-ratelimit-.*)$")


def certified(record, pair):
    """With a Secret that stands in for the certificate that the controller makes for itself."""
    return dict(record, manifests=record["manifests"].rstrip() + SECRET % (CERTIFICATE + (pair["tls.crt"], pair["tls.key"])))


class Set(judge_recorded.Set):
    pair = None

    def __init__(self, binary, record, target):
        self.target = target
        more = ["--target", target, "--listeners", "gateway", "--default-certificate", "/".join(CERTIFICATE)]
        routing.Set.__init__(self, binary, certified(record, self.pair), "exact", more)     # pylint: disable=non-parent-init-called


# ---- what is compared ----

def address(location):
    """Without a port that goes without saying, and with a path."""
    plain = re.sub(r"^(http://[^/:?#]*):80(?=[/?#]|$)|^(https://[^/:?#]*):443(?=[/?#]|$)", lambda found: found[1] or found[2], location or "")
    return re.sub(r"^(https?://[^/?#]*)(?=$|[?#])", r"\1/", plain)


def lowered(headers):
    """By name; records have a map, requests a list."""
    found = collections.defaultdict(list)
    for name, value in headers.items() if isinstance(headers, dict) else headers or []:
        found[name.lower()] += value if isinstance(value, list) else [value]
    return {name: values[0] if len(values) == 1 else ", ".join(values) for name, values in found.items()}


def of_request(record, answer, seen):
    """Names of the headers that the backend should have got otherwise."""
    sent, got, wanted, wrong = lowered(record.get("headers")), lowered(seen["headers"]), lowered(answer.get("upstream_headers")), set()
    for name, value in wanted.items():
        if name == "connection" or name.startswith("x-forwarded-"):
            continue      # of the connection between proxy and backend; written by every proxy in its own way
        if (got.get(name) or None) != value and not (name == "x_under" and name not in got):
            wrong.add(name)
    for name in got:
        if name not in wanted and name not in sent and not USUAL.match(name):
            wrong.add("+" + name)
    return wrong


def of_answer(answer, theirs):
    """The same of the client. The value of a cookie is a load balancer's own affair."""
    wanted, got = [{name: value for name, value in lowered(headers).items() if not OF_ANSWER.match(name)} for headers in (answer.get("resp_headers"), theirs.headers)]
    wrong = {"-" + name for name in set(wanted) - set(got)} | {"+" + name for name in set(got) - set(wanted)}
    return wrong | {name for name in set(wanted) & set(got) if name not in ("set-cookie", "www-authenticate") and wanted[name] != got[name]}


def difference(request, record, answer, ours, theirs):
    """{field: what} of everything that differs."""
    found, backend = {}, answer["backend"]
    after = next(iter(ours.backends), None) if theirs.seen else None
    if backend != after:
        found["backends"] = "%s -> %s" % ("a backend" if backend else "none", "another" if backend and after else "a backend" if after else "none")
    elif backend:
        if answer.get("upstream_target", ours.target) != ours.target:
            found["upstream.target"] = "path"
        if answer.get("upstream_host", ours.host) != ours.host:
            found["upstream.host"] = "Host"
        wrong = of_request(record, answer, theirs.seen)
        if wrong:
            found["upstream.headers"] = "to the backend: " + " ".join(sorted(wrong))
    if answer["status"] != theirs.status:
        found["status"] = "%s -> %s" % (answer["status"], theirs.status)
    if address(gateway.rooted(answer.get("location") or "")) != address(gateway.rooted(theirs.header("location") or "")):
        found["location"] = "Location"
    wrong = of_answer(answer, theirs) if theirs.status else set()
    if wrong:
        found["response_headers"] = "answer: " + " ".join(sorted(wrong))
    return found


# ---- the verdict ----

class Causes:
    def __init__(self):
        self.number, self.example = collections.Counter(), {}

    def add(self, found, text):
        key = "; ".join(found[name] for name in sorted(found))
        self.number[key] += 1
        self.example.setdefault(key, text)

    def show(self):
        for key, number in self.number.most_common():
            print("%6d  %s%s" % (number, key, self.example[key].replace("\n    ", "\n          ")))


def judge(one, answers, counts, causes):
    """What is silent, and what stands open, as texts."""
    faults = []
    for line, theirs in zip(one.asked, answers):
        record, answer = line["request"], line["answer"]
        path = routing.normal(record["target"])
        request, form = gateway.Request(record, path), "normal form" if path is None else "other forms"
        ours = one.taken(request, theirs)
        found = difference(request, record, answer, ours, theirs)
        opened = routing.refused(one, request, answer) and theirs.seen and not one.opening_stated(request.host, gateway.ENVOY)
        silent = one.named.unnamed(request, set(found)) if found else set()
        kind = "opened" if opened else "silent" if silent else "stated" if found else "equal"
        counts[form, kind] += 1
        if found:
            text = routing.text(request, answer, ours, one.name)
            if path is None:
                causes.add(found, text)
            if opened or silent:
                faults.append("%s\n        %s: %s" % (text, kind, ", ".join(sorted(silent or found))))
    return faults


def serve(sets, pair, counts, causes, tally):
    def verdict(one, answers, _):
        return judge(one, answers, counts, causes)
    judge_recorded.serve(sets, pair, counts, tally, verdict)


def run(options, pair, tally):
    counts, causes = collections.Counter(), Causes()
    records = [record for record in routing.records(None) if record["config"] == "ok"]
    step = max(len(records) // options.sets, 1) if options.sets else 1
    chosen = records[options.seed % step::step]
    Set.pair = pair
    sets = judge_recorded.converted(common.parallel(lambda record: Set(options.binary, record, options.target), chosen), options.target, tally)
    # a controller that serves no Ingress answers 404 to everybody; nothing is printed in its place
    sets = [one for one in sets if any(item["kind"] == "Gateway" for item in one.printed)]
    for one in sets:
        one.asked, one.refusal = judge_recorded.asked(one.record), ""
    for first in range(0, len(sets), options.batch):
        serve(sets[first:first + options.batch], pair, counts, causes, tally)
    for one in [one for one in sets if one.refusal]:
        tally.fail("recorded set %s" % one.name, "Envoy Gateway does not take what was printed: " + one.refusal)
    return len(sets), counts, causes


def show(target, sets, counts):
    total = sum(number for key, number in counts.items() if isinstance(key, tuple))
    print("%s: %d sets, %d requests" % (target, sets, total))
    for form in ("normal form", "other forms"):
        of = {kind: counts[form, kind] for kind in ("equal", "stated", "silent", "opened")}
        print("  %-12s %s (%.1f %% equal)" % (form, ", ".join("%d %s" % (number, kind) for kind, number in of.items()),
                                              100.0 * of["equal"] / max(sum(of.values()), 1)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=os.path.join(common.ROOT, "build", "ing2gw"))
    parser.add_argument("--target", default="envoy-gateway")
    parser.add_argument("--sets", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--batch", type=int, default=40)
    parser.add_argument("--least", type=float, default=88.0)
    parser.add_argument("--causes", action="store_true")
    options = parser.parse_args()
    options.binary = os.path.abspath(options.binary)
    why = envoy_stack.missing() or ("" if envoy_stack.isolated() else "no network namespace can be made here")
    if why:
        print("skipped: %s\n0 passed, 0 failed, 1 skipped" % why)
        return 0
    tally = common.Tally()
    with tempfile.TemporaryDirectory() as folder:
        sets, counts, causes = run(options, envoy_stack.certificate(folder), tally)
    if options.causes:
        causes.show()
    show(options.target, sets, counts)
    normal = sum(counts["normal form", kind] for kind in ("equal", "stated", "silent", "opened"))
    share = 100.0 * counts["normal form", "equal"] / max(normal, 1)
    tally.check(share >= options.least, "equal requests in normal form", "%.1f %%, and at least %.1f %% have to be" % (share, options.least))
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())

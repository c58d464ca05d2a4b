# SPDX-License-Identifier: Apache-2.0
"""Traffic before and after: what the real ingress-nginx answered to recorded requests, and what whatever serves a conversion of its sets answers now.

Compared are status, Location (default ports and an empty path are no difference), the Service that answered, the path and Host that it has got, the headers that
the controller sets for it, and those of the answer. What the controller let nobody pass must reach no backend. Each request is

    equal       in all of that
    stated      beforehand, by `differences` of the report: host, location and field of each thing that differs
    silent      otherwise: there must be none
    opened      401 or 403 before, and a backend after: there must be none

    Judged          mixed into a Set: with a Secret for the certificate that the controller makes for itself
    Score           .judge(set, answers, counts) is a verdict for judge_recorded and judge_cluster_recorded; .show() prints what it has seen
"""
import collections
import re

import gateway_eval as gateway
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
# What ingress-nginx sends to every backend, and what the others do.
USUAL = re.compile(r"^(host|connection|content-length|accept-encoding|user-agent|accept|x-real-ip|x-scheme|x-request-id|x-request-start|x-forwarded-.*|x-envoy-.*|x-echo-.*|cookie)$")
# Of answers: what every proxy writes for itself, and what backends here say.
OF_ANSWER = re.compile(r"^(date|server|content-length|content-type|connection|keep-alive|location|transfer-encoding|x-judge|x-envoy-.*|x-ratelimit-.*)$")


class Judged:
    """pair: the certificate's, as the Secret has it."""
    pair = None

    def __init__(self, binary, record, target):
        self.options = (*self.options, "--default-certificate", "/".join(CERTIFICATE))
        filled = SECRET % (CERTIFICATE + (self.pair["tls.crt"], self.pair["tls.key"]))
        super().__init__(binary, dict(record, manifests=record["manifests"].rstrip() + filled), target)

    def is_served(self):
        """A controller that serves no Ingress answers 404 to everybody; nothing is printed in its place."""
        return any(item["kind"] == "Gateway" for item in self.printed)


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
    # as Traefik writes errors of its own
    if got.get("x-content-type-options") == "nosniff" and not theirs.seen:
        wanted.setdefault("x-content-type-options", "nosniff")
    # that an answer would be compressed for who asks for it is no other answer
    if got.get("vary") == "Accept-Encoding":
        wanted.setdefault("vary", got["vary"])
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


FORMS = ("normal form", "other forms")


class Score:
    KINDS = ("equal", "stated", "silent", "opened")

    def __init__(self):
        self.counts, self.causes = collections.Counter(), Causes()

    def judge(self, one, answers, _):
        """What is silent, and what stands open, as texts."""
        faults = []
        for line, theirs in zip(one.asked, answers):
            record, answer = line["request"], line["answer"]
            path = routing.normal(record["target"])
            request, form = gateway.Request(record, path), FORMS[path is not None]
            ours = one.taken(request, theirs)
            found = difference(request, record, answer, ours, theirs)
            opened = routing.refused(one, request, answer) and theirs.seen and not one.opening_stated(request.host, gateway.ENVOY)
            silent = one.named.unnamed(request, set(found)) if found else set()
            kind = "opened" if opened else "silent" if silent else "stated" if found else "equal"
            self.counts[form, kind] += 1
            if found:
                text = routing.text(request, answer, ours, one.name)
                if path is None:
                    self.causes.add(found, text)
                if opened or silent:
                    faults.append("%s\n        %s: %s" % (text, kind, ", ".join("%s (%s)" % (name, found[name]) for name in sorted(silent or found))))
        return faults

    def share(self):
        """How many of the requests in normal form are equal, in percent."""
        normal = sum(self.counts[FORMS[0], kind] for kind in self.KINDS)
        return 100.0 * self.counts[FORMS[0], "equal"] / max(normal, 1)

    def show(self, name, sets):
        print("%s: %d sets, %d requests" % (name, sets, sum(self.counts[form, kind] for form in FORMS for kind in self.KINDS)))
        for form in FORMS:
            of = {kind: self.counts[form, kind] for kind in self.KINDS}
            print("  %-12s %s (%.1f %% equal)" % (form, ", ".join("%d %s" % (number, kind) for kind, number in of.items()),
                                                  100.0 * of["equal"] / max(sum(of.values()), 1)))
        for what, number in sorted(item for item in self.counts.items() if isinstance(item[0], str)):
            print("  not asked: %d %s" % (number, what))

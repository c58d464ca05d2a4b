# SPDX-License-Identifier: Apache-2.0
"""Printed manifests against recorded answers of ingress-nginx: tests/oracle/README says where these come from.

Each set is converted and each of its requests asked again of the manifests (gateway_eval.py says what a Gateway does). One check a set:

    never opens    what the controller refused reaches no backend, in any variant of a Gateway, unless a diagnostic with the
                   loss `security` says so of an Ingress of that host
    same answer    the same backend alone, with the same request target and Host; the same redirect; no backend where none was reached.
                   What differs must be stated by a diagnostic of the run, of the kind that STATED names for it
    structure      listeners are distinct, routes attached, references granted; for all fixtures as well

Targets that are not in normal form (doubled slashes, dot segments, escapes) are judged by the first rule only. The number of equal
requests must not fall below EQUAL. A deviation that no diagnostic states fails, but for the sets of KNOWN.
"""
import argparse
import collections
import functools
import json
import lzma
import os
import posixpath
import re
import sys
import tempfile
import urllib.parse

import common
import kubeyaml
import gateway_eval as gateway

FILES = ["random.jsonl.xz", "cases.jsonl.xz"]
EQUAL = 0
# Set -> why a request of it is answered differently without a diagnostic that says so.
KNOWN = {
}
PREFIX = "nginx.ingress.kubernetes.io/"
# The service of the records that answers requests of nginx itself about authentication.
AUTH = "auth-system/auth"

# Codes by what they say, for STATED.
CLOSED = ["I2G-1001", "I2G-1002", "I2G-0224"]
NO_CERTIFICATE = ["I2G-0012"]
STATUS = ["I2G-3007", "I2G-0213", "I2G-0214"] + CLOSED
BODY = ["I2G-3002", "I2G-0002"]
ERROR_PAGES = ["I2G-3002"]
# (the controller's kind of answer, the manifests') -> codes of which one must be there. Beside these count LETTERS and LABELS.
STATED = {
    ("backend", "closed"): CLOSED,
    ("backend", "unserved"): NO_CERTIFICATE,
    ("backend", "host"): ["I2G-2001"],
    ("backend", "target"): ["I2G-2001", "I2G-3006"],
    ("redirect", "closed"): ["I2G-2002"] + CLOSED,
    ("redirect", "unserved"): NO_CERTIFICATE,
    ("redirect", "location"): ["I2G-3005"],
    ("preflight", "closed"): CLOSED,
    ("preflight", "unserved"): NO_CERTIFICATE,
    ("preflight", "forward"): ["I2G-3009"],
    ("preflight", "redirect"): ["I2G-3009"],
    ("error page", "forward"): ERROR_PAGES,
    ("404", "closed"): STATUS,
    ("404", "forward"): ["I2G-3006"],
    ("500", "forward"): ["I2G-3006"],
    ("502", "forward"): ["I2G-2007"],
    ("502", "unserved"): NO_CERTIFICATE,
    ("413", "forward"): BODY,
    ("413", "redirect"): BODY,
    ("503", "closed"): STATUS,
    ("503", "none"): STATUS,
    ("503", "unserved"): NO_CERTIFICATE,
    ("503", "redirect"): CLOSED,
}
LETTERS = "I2G-3004"
LABELS = "I2G-3008"


class Set:
    """One set of the records, converted."""

    def __init__(self, binary, record):
        self.name, self.record = record["set"], record
        self.objects = kubeyaml.load_all(record["manifests"])
        self.ingresses = kubeyaml.ingresses(self.objects)
        self.services = gateway.Services(self.objects)
        flags = [word for flag in record["flags"] for word in ("--controller-flag", flag)]
        with tempfile.TemporaryDirectory() as scratch:
            where = os.path.join(scratch, "report.json")
            result = common.run(binary, ["convert", "--world", "closed", "--from", "ingress-nginx", "-o", "json", "-", "--report", "json=" + where] +
                                flags, stdin=record["manifests"].encode("utf-8"))
            self.fault = result.bug() or ("" if result.code in (0, 1) else "exit code %d: %s" % (result.code, result.err[:300]))
            if self.fault:
                return
            with open(where, encoding="utf-8") as file:
                self.diagnostics = json.load(file)["diagnostics"]
        self.manifests = gateway.Manifests(kubeyaml.unfold(json.loads(result.out)) if result.out.strip() else [])

    @functools.lru_cache(maxsize=None)
    def about(self, host):
        """Ingresses whose rules, default backend, aliases or www redirect may serve this host."""
        return {"Ingress/%s/%s" % kubeyaml.ingress_name(item) for item in self.ingresses
                if any(name == "" or gateway.host_fits(name, host) for name in hosts(item))}

    def stated(self, codes, host, route=None):
        """The codes of these that a diagnostic has for an Ingress of the host, or for the one that a route was made of."""
        found = []
        for diagnostic in self.diagnostics:
            named = [name for name in diagnostic.get("objects") or [] if name.startswith("Ingress/")]
            if diagnostic["code"] in codes and (not named or any(
                    name in self.about(host) and (route is None or made_of(route, name)) for name in named)):
                found.append(diagnostic["code"])
        return found

    def opening_stated(self, host):
        return any(diagnostic.get("loss") == "security" and self.stated([diagnostic["code"]], host) for diagnostic in self.diagnostics)

    def begins_or_folds(self, path):
        """Whether a path of the source fits as begun text or in another letter case, and not as whole path elements."""
        path = urllib.parse.unquote(re.sub("/+", "/", path))
        for item in self.ingresses:
            for rule in item["spec"].get("rules") or []:
                for entry in (rule.get("http") or {}).get("paths") or []:
                    head = re.split(r"[\\^$|?*+()\[\]{}.]", entry.get("path") or "/")[0]
                    whole = path == head or path.startswith(head.rstrip("/") + "/")
                    if len(head) > 1 and path.lower().startswith(head.lower()) and not whole:
                        return True
        return False

    def below_wildcard(self, host):
        """Whether more than one label stands before a wildcard of the source."""
        return any(name.startswith("*.") and host.endswith(name[1:]) and "." in host[:1 - len(name)]
                   for item in self.ingresses for name in hosts(item)) if host else False


def hosts(ingress):
    """All that it may be served under, in lower case; "" stands for every host."""
    spec, annotations = ingress["spec"], ingress["metadata"].get("annotations") or {}
    found = {(rule.get("host") or "").strip().lower() for rule in spec.get("rules") or []}
    if spec.get("defaultBackend"):
        found.add("")
    found |= {alias.strip().lower() for alias in annotations.get(PREFIX + "server-alias", "").split(",") if alias.strip()}
    if PREFIX + "from-to-www-redirect" in annotations:
        found |= {host[4:] if host.startswith("www.") else "www." + host for host in found}
    return found


def made_of(route, ingress):
    """Routes are named after their Ingress, with a suffix where there are several."""
    name = ingress[len("Ingress/"):]
    return route == name or route.startswith(name + "-")


# ---- requests ----

def normal(target):
    """The path of a target as the controller matches it, or None where the target is in that form already."""
    path = target.partition("?")[0]
    if not re.search(r"[%#\\]|//|/\.\.?(/|$)", path):
        return None
    plain = re.sub("/+", "/", urllib.parse.unquote(path))
    folder = "/" if re.search(r"/\.{0,2}$", plain) else ""
    return urllib.parse.quote(posixpath.normpath(plain).rstrip("/") + folder or "/", safe="/-._~!$&'()*+,;=:@")


def judged(request, answer):
    """Without requests that end before routing: bad ones, the health check, forms that are no path."""
    target = request["target"]
    if answer["status"] == 400 and (request["host"] is None or re.search(r"%00|(^|/)(\.|%2[eE]){2}(/|$)", target)):
        return False
    return (target.startswith("/") and not (target.startswith("/healthz") and not answer["backend"]) and request["method"] not in ("CONNECT", "TRACE"))


def refused(one, request, answer):
    """Whether the controller kept this request from a backend for a reason of security."""
    status, host = answer["status"], request.host
    denied = [key.split("/")[0] for key in one.record.get("denied", [])]
    return not answer["backend"] and (
        status in (401, 403) or (status == 400 and request.scheme == "https") or
        (status == 503 and any(name == "_" or gateway.host_fits(name, host) for name in denied)) or
        (status == 302 and any(hit["backend"] == AUTH for hit in answer.get("other_hits", []))))


def seen(request, answer, ours):
    """The kind of the recorded answer."""
    if answer["backend"] and any(hit["backend"] in ours.reached() for hit in answer.get("other_hits", [])) and answer["backend"] not in ours.reached():
        return "error page"
    if answer["backend"]:
        return "backend"
    if answer["status"] in (301, 302, 303, 307, 308) and answer.get("location"):
        return "redirect"
    if request.method == "OPTIONS" and answer["status"] == 204:
        return "preflight"
    return str(answer["status"])


def deviation(request, answer, ours):
    """(the controller's kind of answer, ours) where they differ, else None."""
    before = seen(request, answer, ours)
    if ours.kind == "nothing":
        after = {"no listener": "unserved", 404: "none"}.get(ours.status, "closed")
        if before in ("400", "401", "403") or before == str(ours.status):
            return None
        return None if before == "404" and after == "unserved" else (before, after)
    if ours.kind == "forward" and before == "backend":
        if set(ours.backends) != {answer["backend"]}:
            return before, "other backend"
        if answer.get("upstream_target", ours.target) != ours.target:
            return before, "target"
        return (before, "host") if answer.get("upstream_host", ours.host) != ours.host else None
    if ours.kind == before == "redirect":
        if ours.status != answer["status"]:
            return before, "status"
        return None if ours.location == answer["location"] else (before, "location")
    return None if ours.kind == before == "preflight" else (before, ours.kind)


def excuse(one, request, answer, ours, what):
    """The diagnostics' codes that state this difference."""
    codes = one.stated(STATED.get(what, []), request.host, ours.route if what[1] == "closed" else None)
    if not codes and one.begins_or_folds(request.target):
        codes = one.stated([LETTERS], request.host)
    if not codes and what[0] == "404" and one.below_wildcard(request.host):
        codes = one.stated([LABELS], request.host)
    return codes


def text(request, answer, ours, why):
    def plain(record):
        return " ".join(str(record[key]) for key in ("status", "location", "backend", "upstream_target", "upstream_host") if record.get(key))
    return "\n    %s\n        request      %s %s://%s%s %s\n        ingress-nginx  %s\n        manifests    %s" % (
        why, request.method, request.scheme, request.sent_host, request.target + request.query, request.headers or "", plain(answer), ours)


def judge(one, counts):
    """The faults of a set, as texts."""
    faults = list(one.manifests.faults)
    for line in one.record["answers"]:
        record, answer = line["request"], line["answer"]
        if not judged(record, answer):
            counts["not judged"] += 1
            continue
        path = normal(record["target"])
        request = gateway.Request(record, path)
        if refused(one, request, answer) and not one.opening_stated(request.host):
            for variant in gateway.VARIANTS:
                ours = one.manifests.answer(request, one.services, variant)
                if ours.kind == "forward" and ours.reached():
                    faults.append(text(request, answer, ours, "opens (%s)" % variant.name))
                    break
        if path is not None:
            counts["not in normal form"] += 1
            continue
        ours = one.manifests.answer(request, one.services)
        what = deviation(request, answer, ours)
        codes = excuse(one, request, answer, ours, what) if what else []
        counts["equal" if not what else "stated" if codes else "not stated"] += 1
        if what and not codes:
            faults.append(text(request, answer, ours, "%s here, %s there" % what))
        if what:
            counts[what, tuple(sorted(set(codes)))] += 1
    return faults


def records(only):
    for name in FILES:
        with lzma.open(os.path.join(common.ROOT, "tests", "oracle", name), "rt", encoding="utf-8") as file:
            for line in file:
                record = json.loads(line)
                if only in (None, record["set"]):
                    yield record


def check_fixtures(tally):
    for case in common.cases():
        if case.has("expected.yaml") and case.converts():
            faults = gateway.Manifests(kubeyaml.load_all(case.read("expected.yaml"))).faults
            tally.check(not faults, case.name, "\n    ".join([""] + faults))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--set", help="one set alone")
    parser.add_argument("--differences", action="store_true", help="count the differences by kind and codes")
    options = parser.parse_args()
    binary, tally, counts = os.path.abspath(options.binary), common.Tally(), collections.Counter()
    for one in common.parallel(lambda record: Set(binary, record), records(options.set)):
        faults = [one.fault] if one.fault else judge(one, counts)
        known = KNOWN.get(one.name)
        if known:
            tally.check(faults, "set " + one.name, "%s: no longer so, take it off the list" % known)
        else:
            tally.check(not faults, "set " + one.name, "\n".join(faults))
    if options.differences:
        for key, number in sorted(((key, number) for key, number in counts.items() if isinstance(key, tuple)), key=str):
            print("%5d  %-10s -> %-14s %s" % (number, *key[0], " ".join(key[1])))
    print(", ".join("%s: %d" % (key, counts[key]) for key in ("equal", "stated", "not stated", "not in normal form", "not judged")))
    if options.set is None:
        tally.check(counts["equal"] >= EQUAL, "equal requests", "%d, and there were %d" % (counts["equal"], EQUAL))
        check_fixtures(tally)
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""Printed manifests against recorded answers of ingress-nginx: tests/oracle/README says where these come from.

Each set is converted and each of its requests asked again of the manifests (gateway_eval.py says what a Gateway does). One check a set:

    never opens    what the controller refused reaches no backend, in any variant of a Gateway, unless a diagnostic with the
                   loss `security` says so of an Ingress of that host
    same answer    the same backend alone, with the same request target and Host; the same redirect; no backend where none was reached.
                   What differs must be stated by a diagnostic of the run, of the kind that STATED names for it
    anchors        in the form exact an expression takes the same paths in implementations that ask for the whole path, for its
                   beginning, and for any part of it
    structure      listeners are distinct, routes attached, references granted; for all fixtures as well

Targets that are not in normal form (doubled slashes, dot segments, escapes) and requests without Host are judged by the first
rule only. The number of equal requests must not fall below EQUAL. A deviation that no diagnostic states fails, but for the causes
of KNOWN.
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
import urllib.parse

import common
import kubeyaml
import gateway_eval as gateway
from converted import Converted

FILES = ["random.jsonl.xz", "cases.jsonl.xz"]
EQUAL = {"simple": 4774, "exact": 4859}
# Cause -> sets, and how many of their requests are answered differently for it without a diagnostic that says so.
KNOWN = [
    ("HTTPS for hosts that no Ingress names is not served without a certificate, which is said of the Service (I2G-0012)", {"r235": 1, "r265": 1, "r266": 2}),
    ("a wildcard in an origin stands for one label in the controller, and for any number in a Gateway", {"r131": 1}),
    ("custom-http-errors with the status of a redirect replaces redirects to HTTPS", {"x21": 1}),
]
KNOWN_SIMPLE = [
    ("a Prefix path with a slash at its end takes the path without it as well", {"D44": 1}),
]
PREFIX = "nginx.ingress.kubernetes.io/"
# The service of the records that answers requests of nginx itself about authentication.
AUTH = "auth-system/auth"

# Codes by what they say, for STATED; where a word stands behind a code, only with that loss, or about that annotation.
CLOSED = ["I2G-1001", "I2G-1002"]
NO_CERTIFICATE = ["I2G-0012"]
STATUS = ["I2G-3007", "I2G-2002"] + CLOSED
NO_SERVICE = ["I2G-0213", "I2G-0214", "I2G-3002 service-upstream"]
BODY = ["I2G-3002", "I2G-0002"]
ERROR_PAGES = ["I2G-3002", "I2G-0002", "I2G-3001 default-backend"]
EDGE = ["I2G-3006"]
# (the controller's kind of answer, the manifests') -> codes of which one must be there. "dead": no Service that can answer.
STATED = {
    ("backend", "closed"): ["I2G-3007"] + CLOSED,
    ("backend", "dead"): ERROR_PAGES,
    ("backend", "unserved"): NO_CERTIFICATE,
    ("backend", "other backend"): EDGE,
    ("backend", "host"): ["I2G-2001", "I2G-3080"],
    ("backend", "target"): ["I2G-2001"] + EDGE,
    ("redirect", "closed"): ["I2G-2002"] + CLOSED,
    ("redirect", "unserved"): NO_CERTIFICATE,
    ("redirect", "handshake"): ["I2G-3002"],
    ("redirect", "status"): EDGE,
    ("redirect", "location"): ["I2G-3005"],
    ("redirect", "other location"): ["I2G-3080"],
    ("backend", "redirect"): ["I2G-3080"],
    ("redirect", "forward"): ["I2G-3080"],
    ("sign-in", "closed"): CLOSED,
    ("sign-in", "unserved"): NO_CERTIFICATE,
    ("preflight", "closed"): CLOSED,
    ("preflight", "unserved"): NO_CERTIFICATE,
    ("preflight", "forward"): ["I2G-3009"],
    ("preflight", "redirect"): ["I2G-3009"],
    ("error page", "forward"): ERROR_PAGES,
    ("404", "closed"): STATUS,
    ("404", "dead"): ERROR_PAGES,
    ("404", "forward"): EDGE,
    ("500", "forward"): EDGE,
    ("500", "unserved"): NO_CERTIFICATE,
    ("502", "forward"): ["I2G-2007"],
    ("502", "dead"): NO_SERVICE,
    ("502", "unserved"): NO_CERTIFICATE,
    ("413", "dead"): BODY,
    ("413", "forward"): BODY,
    ("413", "redirect"): BODY,
    ("503", "closed"): STATUS + NO_SERVICE,
    ("503", "dead"): NO_SERVICE,
    ("503", "none"): STATUS,
    ("503", "unserved"): NO_CERTIFICATE,
    ("503", "redirect"): CLOSED,
}
# Beyond that: paths that only text or letter case made fit, rules with a regular expression, and hosts with several labels
# before a wildcard.
LETTERS = ["I2G-3004", "I2G-2003"]
RANK = ["I2G-2003"]
LABELS = ["I2G-3008"]
# The user has accepted by name that something is open.
ACCEPTED = ["I2G-1003 security"]
# A closed path is a regular expression, which stands open where prefixes are tried first.
CLOSED_REGEX = ["I2G-2003 security"]


class Set(Converted):
    """One set of the records, converted."""

    def __init__(self, binary, record, form="simple", more=()):
        self.name, self.record = record["set"], record
        self.objects = kubeyaml.load_all(record["manifests"])
        self.ingresses = kubeyaml.ingresses(self.objects)
        self.services = gateway.Services(self.objects)
        flags = [word for flag in record["flags"] for word in ("--controller-flag", flag)]
        self.form = form
        super().__init__(binary, ["--world", "closed", "--form", form] + flags + list(more), record["manifests"])

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
            if says(diagnostic, codes) and (not named or any(
                    name in self.about(host) and (route is None or made_of(route, name)) for name in named)):
                found.append(diagnostic["code"])
        return found

    def opening_stated(self, host, variant):
        """Whether a diagnostic says that something closed may be open in this Gateway; that it is closed is no excuse."""
        codes = ACCEPTED if variant.regex == gateway.BEFORE_PREFIX else ACCEPTED + CLOSED_REGEX
        return bool(self.stated(codes, host))

    def only_as_text(self, path):
        """Whether a path of the source fits as begun text or in another letter case alone, as it does not in a Gateway."""
        for item in self.ingresses:
            for rule in item["spec"].get("rules") or []:
                for entry in (rule.get("http") or {}).get("paths") or []:
                    value = entry.get("path") or "/"
                    if path != value and not path.startswith(value.rstrip("/") + "/") and text_fits(value, path):
                        return True
        return False

    def below_wildcard(self, host):
        """Whether more than one label stands before a wildcard of the source."""
        return any(name.startswith("*.") and host.endswith(name[1:]) and "." in host[:1 - len(name)]
                   for item in self.ingresses for name in hosts(item)) if host else False

# What of the input belongs to a Gateway that exists.
EXISTING = ("Gateway", "ListenerSet", "XListenerSet", "Namespace")

def says(diagnostic, codes):
    words = [diagnostic.get("loss"), diagnostic["message"].split(" ")[0].split("/")[-1]]
    return diagnostic["code"] in codes or any("%s %s" % (diagnostic["code"], word) in codes for word in words)


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


def text_fits(value, path):
    """As a host in regex mode takes a path, and not as a regular expression in a Gateway, which takes whole paths."""
    try:
        as_regex = set(value) & set("()[]{}*+?|^$\\") and re.fullmatch(value, path)
        return not as_regex and re.match(value, path, re.IGNORECASE) is not None
    except re.error:
        return False


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
    """Without requests that end before routing: bad ones, pages of nginx itself, forms that are no path."""
    target, own = request["target"], ("/healthz", "/nginx_status")
    if answer["status"] == 400 and (request["host"] is None or re.search(r"%00|(^|/)(\.|%2[eE]){2}(/|$)", target)):
        return False
    of_nginx = target.startswith(own) and not answer["backend"]
    return target.startswith("/") and not of_nginx and request["method"] not in ("CONNECT", "TRACE")


def refused(one, request, answer):
    """Whether the controller kept this request from a backend for a reason of security."""
    status, host = answer["status"], request.host
    denied = [key.split("/")[0] for key in one.record.get("denied", [])]
    return not answer["backend"] and (
        status in (401, 403) or (status == 400 and request.scheme == "https") or
        (status == 503 and any(name == "_" or gateway.host_fits(name, host) for name in denied)) or
        any(hit["backend"] == AUTH for hit in answer.get("other_hits", [])))


def seen(request, answer, ours):
    """The kind of the recorded answer."""
    if any(hit["backend"] in ours.reached() for hit in answer.get("other_hits", [])) and answer["backend"] not in ours.reached():
        return "error page"
    if answer["backend"]:
        return "backend"
    if answer["status"] == 302 and re.search(r"[?&]rd=", answer["location"]):
        return "sign-in"
    if any(hit["backend"] == AUTH for hit in answer.get("other_hits", [])):
        return "refused"
    if answer["status"] in (301, 302, 303, 307, 308) and answer.get("location"):
        return "redirect"
    if request.method == "OPTIONS" and answer["status"] == 204:
        return "preflight"
    if answer["status"] in (400, 401, 403):
        return "refused"
    return str(answer["status"])


def nearly(location, request, without_query=False):
    """Without what I2G-3005 speaks of: a last slash, the query of the request. Nor without what is the writer's choice:
    letter case and last dot of the host, and a port that goes without saying or came with the Host."""
    plain = re.sub(r"^(http:|https:)//([^/:]*)(?::(80|443|%s))?(?=/)" % re.sub(".*:", "", request.sent_host),
                   lambda found: "%s//%s" % (found[1], found[2].lower().rstrip(".")), location)
    if without_query and request.query:
        plain = plain.removesuffix(request.query)
    return plain.rstrip("/")


def deviation(request, answer, ours):
    """(the controller's kind of answer, ours) where they differ, else None."""
    before = seen(request, answer, ours)
    if ours.kind == "nothing":
        after = {"no listener": "unserved", "handshake": "handshake", 404: "none"}.get(ours.status, "dead" if ours.backends else "closed")
        same = before in ("refused", str(ours.status)) or (before, after) in (("404", "unserved"), ("sign-in", "none"))
        return None if same else (before, after)
    if ours.kind == "forward" and before == "backend":
        if set(ours.backends) != {answer["backend"]}:
            return before, "other backend"
        if answer.get("upstream_target", ours.target) != ours.target:
            return before, "target"
        return (before, "host") if answer.get("upstream_host", ours.host) != ours.host else None
    if ours.kind == before == "redirect":
        if ours.status != answer["status"]:
            return before, "status"
        wanted, got = gateway.rooted(answer["location"]), gateway.rooted(ours.location)
        near = nearly(wanted, request) in (nearly(got, request), nearly(got, request, True))
        return None if got == wanted else (before, "location" if near else "other location")
    return None if ours.kind == before == "preflight" else (before, ours.kind)


def excuse(one, request, ours, what):
    """The diagnostics' codes that state this difference."""
    if what[1] == "dead":
        return [item["code"] for item in one.diagnostics if says(item, STATED.get(what, []))]
    codes = one.stated(STATED.get(what, []), request.host, ours.route if what[1] == "closed" else None)
    if not codes and what[1] == "other backend" and ours.by_regex:
        codes = one.stated(RANK, request.host)
    if not codes and one.only_as_text(request.path):
        codes = one.stated(LETTERS, request.host)
    if not codes and what[0] == "404" and one.below_wildcard(request.host):
        codes = one.stated(LABELS, request.host)
    return codes


def text(request, answer, ours, why):
    shown = [str(answer[key]) for key in ("status", "location", "backend", "upstream_target", "upstream_host") if answer.get(key)]
    asked = "%s %s://%s%s %s" % (request.method, request.scheme, request.sent_host, request.target + request.query, request.headers or "")
    return "\n    %s\n        request        %s\n        ingress-nginx  %s\n        manifests      %s" % (why, asked, " ".join(shown), ours)


def opens(one, request, answer, counts):
    """What reaches a backend in some Gateway though the controller refused it, as a text; empty where nothing does."""
    if not refused(one, request, answer):
        return ""
    counts["refused"] += 1
    for variant in gateway.VARIANTS:
        ours = one.manifests.answer(request, one.services, variant)
        if ours.reached() and not one.opening_stated(request.host, variant):
            return text(request, answer, ours, "opens (%s)" % variant.name)
    return ""


def loose(one):
    """Expressions that are for one kind of implementation alone, as texts."""
    paths = {gateway.Request(line["request"]).path for line in one.record["answers"]}
    found = {(str(item), path) for listener in one.manifests.listeners for item in listener.candidates for path in paths if item.anchors_differ(path)}
    return ["\n    anchors: %s, path %s" % item for item in sorted(found)]


def judge(one, counts):
    """(openings and errors of structure, differences that no diagnostic states) of a set, as texts."""
    graver, faults = list(one.manifests.faults) + (loose(one) if one.form == "exact" else []), []
    for line in one.record["answers"]:
        record, answer = line["request"], line["answer"]
        if not judged(record, answer):
            counts["not judged"] += 1
            continue
        path = normal(record["target"])
        request = gateway.Request(record, path)
        opening = opens(one, request, answer, counts)
        if opening:
            graver.append(opening)
        if path is not None or record["host"] is None:
            counts["not in normal form"] += 1
            continue
        ours = one.manifests.answer(request, one.services)
        what = deviation(request, answer, ours)
        codes = excuse(one, request, ours, what) if what else []
        counts["equal" if not what else "stated" if codes else "not stated"] += 1
        if what and not codes:
            faults.append(text(request, answer, ours, "%s here, %s there" % what))
        if what:
            counts[what, tuple(sorted(set(codes)))] += 1
    return graver, faults


def records(only):
    for name in FILES:
        with lzma.open(os.path.join(common.ROOT, "tests", "oracle", name), "rt", encoding="utf-8") as file:
            for line in file:
                record = json.loads(line)
                if only in (None, record["set"]):
                    yield record


def check_form(builds, form, options, tally):
    """One check a set; returns the counts."""
    counts = collections.Counter()
    for one in common.parallel(lambda record: Set(builds.pick(record["set"]), record, form), records(options.set)):
        graver, faults = ([one.fault], []) if one.fault else judge(one, counts)
        known = [(sets[one.name], cause) for cause, sets in KNOWN + (KNOWN_SIMPLE if form == "simple" else []) if one.name in sets]
        good = not graver and len(faults) == sum(number for number, _ in known)
        tally.check(good, "set %s, form %s" % (one.name, form), "".join(graver + faults) + "".join("\n    known: %d, %s" % item for item in known))
    if options.differences:
        for key, number in sorted(((key, number) for key, number in counts.items() if isinstance(key, tuple)), key=str):
            print("%5d  %-10s -> %-14s %s" % (number, *key[0], " ".join(key[1])))
    shown = ("equal", "stated", "not stated", "refused", "not in normal form", "not judged")
    print("form %s: %s" % (form, ", ".join("%s: %d" % (key, counts[key]) for key in shown)))
    return counts


def check_fixtures(tally):
    """Each route finds its listener, in what is printed or in the Gateway of the input; where the report says that it does not, it does not."""
    for case in common.cases():
        if case.has("expected.yaml") and case.converts():
            objects = kubeyaml.load_all(case.read("expected.yaml"))
            if "--existing-gateway" in case.args():
                objects += [item for item in kubeyaml.load_all(case.read("input.yaml")) if item["kind"] in EXISTING]
            faults = gateway.Manifests(objects).faults
            stated = b"I2G-2070" in case.read("expected.txt")
            tally.check(bool(faults) == stated, case.name, "\n    ".join(["", "stated: %s" % stated] + faults))


def main():
    parser = argparse.ArgumentParser()
    common.Builds.add_arguments(parser)
    parser.add_argument("--set", help="one set alone")
    parser.add_argument("--differences", action="store_true", help="count the differences by kind and codes")
    parser.add_argument("--form", choices=sorted(EQUAL), help="this form alone")
    options = parser.parse_args()
    builds, tally = common.Builds(options), common.Tally()
    for form in [options.form] if options.form else EQUAL:
        counts = check_form(builds, form, options, tally)
        if options.set is None:
            tally.check(counts["equal"] >= EQUAL[form], "equal requests, form " + form, "%d, and there were %d" % (counts["equal"], EQUAL[form]))
    if options.set is None:
        check_fixtures(tally)
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())

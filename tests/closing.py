# SPDX-License-Identifier: Apache-2.0
"""What ingress-nginx guards reaches no backend in the printed manifests: Ingress sets made by a fixed rule, judged by a model.

A set has one domain and up to five Ingresses with open and guarded paths: plain and regular ones, rewrites, letter case, dots,
further names, wildcards, canaries, TLS, two namespaces, ages. Many sets are converted at once, with what stands for all other
hosts beside them. Controller below says in a few lines which location the controller would choose for a request, and
gateway_eval.py what a Gateway does with it, in every variant. The only excuse is an error with the loss `security` that names the
Ingress of that location. What fails is shown as the smallest set that still does.

    --from NUMBER    makes other sets
"""
import argparse
import copy
import functools
import itertools
import os
import random
import re
import sys

import common
import gateway_eval as gateway
import kubeyaml
from converted import Converted

PREFIX = "nginx.ingress.kubernetes.io/"
# Requests that must have been found guarded, so that the rule that makes sets cannot go blind.
LEAST = 27000
SETS = 40       # for each of STRANGERS

# ---- the controller: documentation of ingress-nginx and of nginx, "ingress path matching" and "location" ----


def annotation(ingress, name):
    return (ingress["metadata"].get("annotations") or {}).get(PREFIX + name, "")


def guarded(ingress):
    return annotation(ingress, "auth-type") == "basic" and annotation(ingress, "auth-secret") != ""


class Location:
    def __init__(self, path, exact, owner, implicit=False, rewrites=True):
        self.path, self.exact, self.owner, self.implicit, self.rewrites = path, exact, owner, implicit, rewrites

    def at(self, path, exact):
        return Location(path, exact, self.owner, self.implicit, self.rewrites)

    def rewritten(self):
        target = annotation(self.owner, "rewrite-target") if self.owner and self.rewrites else ""
        return target not in ("", self.path)

    def is_regex(self):
        return bool(self.owner and self.rewrites and annotation(self.owner, "use-regex") == "true")

    def guarded(self):
        return bool(self.owner and guarded(self.owner))


class Server:
    """The locations of a host. The root is there from the start, and belongs to whoever named the host first."""

    def __init__(self, owner):
        self.locations = [Location("/", False, owner, implicit=True)]
        self.aliases, self.tried, self.regex, self.broken = [], [], False, False

    def add(self, path, exact, owner):
        for i, there in enumerate(self.locations):
            if there.path == path and there.exact == exact:
                if there.implicit:
                    self.locations[i] = Location(path, exact, owner)
                return
            if there.path == path:
                break
        self.locations.append(Location(path, exact, owner))

    def finish(self):
        """The order in which locations are tried, and the two that a plain prefix becomes."""
        ordered = sorted(self.locations, key=lambda one: one.path.encode(), reverse=True)
        ordered.sort(key=lambda one: len(one.path.encode()), reverse=True)
        exact = {one.path for one in self.locations if one.exact}
        for one in ordered:
            if one.path == "/" or one.exact or one.rewritten() or one.is_regex():
                self.tried.append(one)
                continue
            self.tried.append(one.at(one.path.rstrip("/") + "/", False))
            if one.path not in exact:
                self.tried.append(one.at(one.path, True))
        self.regex = any(one.rewritten() or one.is_regex() for one in self.tried)
        keys = [(one.path, one.exact) for one in self.tried]
        self.broken = not self.regex and len(keys) != len(set(keys))

    def choose(self, path):
        """The location of a request, or None where the request is sent on to the same path with a slash."""
        if self.regex:
            return next((one for one in self.tried if re.search("^" + one.path, path, re.IGNORECASE)), None)
        for one in self.tried:
            if one.exact and one.path == path:
                return one
        texts = {one.path for one in self.tried}
        if path + "/" in texts and path not in texts:
            return None
        fitting = [one for one in self.tried if not one.exact and path.startswith(one.path)]
        return max(fitting, key=lambda one: len(one.path))


class Controller:
    def __init__(self, ingresses):
        by_name = sorted(ingresses, key=lambda item: "%s/%s" % kubeyaml.ingress_name(item), reverse=True)
        by_age = sorted(by_name, key=lambda item: item["metadata"].get("creationTimestamp", ""))
        ordered = [item for item in by_age if annotation(item, "canary") != "true"]
        self.servers = {"_": Server(None)}
        for item in ordered:
            self.add_hosts(item)
        for item in ordered:
            for rule in item["spec"].get("rules") or []:
                server = self.servers[rule.get("host") or "_"]
                for path in (rule.get("http") or {}).get("paths") or []:
                    server.add(path.get("path") or "/", path.get("pathType") == "Exact", item)
                names = [name.strip() for name in annotation(item, "server-alias").split(",") if name.strip()]
                server.aliases = server.aliases or names
        for server in self.servers.values():
            server.aliases = [name for name in server.aliases if name not in self.servers]
            server.finish()

    def add_hosts(self, item):
        rules, others = item["spec"].get("rules") or [], self.servers["_"]
        if item["spec"].get("defaultBackend") and not rules and others.locations[0].implicit:
            others.locations[0] = Location("/", False, item, rewrites=False)
        for rule in rules:
            self.servers.setdefault(rule.get("host") or "_", Server(item))

    @functools.lru_cache(maxsize=None)
    def server(self, host):
        if host in self.servers:
            return self.servers[host]
        for name in sorted(self.servers):
            if host in self.servers[name].aliases:
                return self.servers[name]
        for name in sorted(self.servers):
            if name.startswith("*.") and re.fullmatch(r"[\w-]+" + re.escape(name[1:]), host):
                return self.servers[name]
        return self.servers["_"]


# ---- sets ----

# Paths that take requests from each other, with the requests that show it.
FAMILIES = [
    (["/", "/admin", "/admin/", "/Admin", "/admin/users", "/adm", "/admin(/|$)(.*)", "/admin/?(.*)", "/admin/.*", "/(.*)", "/.*",
      "/admin$", "^/admin", "/x|/admin", "/admin/[a-z]+", "/ADMIN/USERS"],
     ["/", "/admin", "/admin/", "/ADMIN", "/Admin/x", "/administrator", "/admin/users", "/admin/users/7", "/ADMIN/Users", "/adm",
      "/adm/x", "/adm1", "/admin.x", "/x", "/xy", "/y/admin", "/admin/x/y", "/admin/7", "/other", "/a"]),
    (["/", "/files", "/files/a.js", "/files/v1.0", "/files/v1.0/x", "/files/.+/x(/|$)(.*)", "/files(/|$)(.*)", "/files/.*\\.js",
      "/files/[a-z]+", "/f.*/secret", "/files/a", "/files/(a|b)", "/files/(a|b)/.*", "/files/a~b", "/files/a/b/c"],
     ["/", "/files", "/files/", "/files/a.js", "/files/a-js", "/files/A.JS", "/files/v1.0", "/files/v1x0", "/files/v1.0/x",
      "/files/v1.0/x/y", "/files/v1-0/x", "/files/a", "/files/a/b/c", "/files/b/b", "/files/ab", "/files/secret", "/f/secret/1",
      "/files/a~b", "/filesystem", "/foo/secret", "/files/a/x"]),
    (["/", "/api", "/api/v1", "/api/v[0-9]+/admin", "/api/v1/(.*)", "/api/v1/admin", "/api/(?!public).*", "/api/public",
      "/api/\\d+", "/api/v1|/api/v2", "^/api/v[12]$", "/api/.*/admin", "/API", "/api/v1/admin/x", "/api/v1/"],
     ["/", "/api", "/api/", "/API/v1", "/api/v1", "/api/v1/", "/api/v1/x", "/api/v1/admin", "/api/v2/admin", "/api/v2/admin/x",
      "/api/V1/ADMIN", "/api/v1/admin/x", "/api/public", "/api/public/x", "/api/private", "/api/7", "/api/7/x", "/apis", "/api/v12",
      "/x/api/v2", "/api/v1/administrator"]),
]
REWRITES = ["/", "/$1", "/$2", "/new/$1", "/admin", "/api"]
AGES = ["2024-01-01T00:00:00Z", "2024-02-02T00:00:00Z", "2024-03-03T00:00:00Z"]
GUARD = {PREFIX + "auth-type": "basic", PREFIX + "auth-secret": "users"}
SPECIAL = set("()[]{}*+?|^$\\")


def manifest(name, annotations, rules=None, default=None, space="a", age=AGES[0]):
    item = {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
            "metadata": {"name": name, "namespace": space, "creationTimestamp": age, "annotations": dict(annotations)},
            "spec": {"ingressClassName": "nginx"}}
    if default:
        item["spec"]["defaultBackend"] = backend(default)
    if rules:
        item["spec"]["rules"] = rules
    return item


def backend(service):
    return {"service": {"name": service, "port": {"number": 80}}}


def rule(host, paths, service):
    entry = {"http": {"paths": [{"path": path, "pathType": kind, "backend": backend(service)} for path, kind in paths]}}
    return {"host": host, **entry} if host else entry


ROOT = [("/", "Prefix")]
# What answers for the hosts that no Ingress names, beside all sets of a file.
STRANGERS = [
    [],
    [manifest("strangers", {}, [rule(None, ROOT, "open")])],
    [manifest("strangers", GUARD, [rule(None, ROOT, "guard")])],
    [manifest("strangers", {}, default="open")],
    [manifest("strangers", GUARD, default="guard")],
    [manifest("strangers", {}, [rule(None, ROOT, "open")]),
     manifest("strangers-admin", {**GUARD, PREFIX + "use-regex": "true"},
              [rule(None, [("/(admin|files|api)/.*", "ImplementationSpecific")], "guard")], space="b", age=AGES[1])],
    [manifest("strangers", {PREFIX + "rewrite-target": "/x"}, [rule(None, [("/admin", "Prefix"), ("/api", "Exact")], "open")]),
     manifest("strangers-root", GUARD, [rule(None, ROOT, "guard")], age=AGES[2])],
    [manifest("strangers", GUARD, [rule(None, [("/api", "Prefix"), ("/files", "Prefix")], "guard")]),
     manifest("strangers-default", {}, default="open", age=AGES[1])],
]


class Maker:
    """Sets from a number: only Random.random() is used, which gives the same numbers in every Python."""

    def __init__(self, number):
        self.random, self.short, self.domain = random.Random(number), "s%d" % number, "s%d.example.com" % number

    def chance(self, of):
        return self.random.random() < of

    def pick(self, items):
        return items[int(self.random.random() * len(items))]

    def kind(self, path):
        return "ImplementationSpecific" if set(path) & SPECIAL or "~" in path else self.pick(["Prefix", "Prefix", "Exact", "ImplementationSpecific"])

    def host(self):
        if self.chance(0.75):
            return "h." + self.domain
        return self.pick(["*." + self.domain, "*." + self.domain, "i." + self.domain, "a.i." + self.domain, "*.i." + self.domain])

    def ingress(self, i, paths):
        annotations = dict(GUARD) if self.chance(0.45) else {}
        if self.chance(0.2):
            annotations[PREFIX + "use-regex"] = "true"
        if self.chance(0.15):
            annotations[PREFIX + "rewrite-target"] = self.pick(REWRITES)
        if self.chance(0.1):
            annotations[PREFIX + "server-alias"] = self.pick(["i.", "j.", "a.j."]) + self.domain
        if i and self.chance(0.12):
            annotations.update({PREFIX + "canary": "true", PREFIX + "canary-by-header": "x-canary"} if self.chance(0.5) else
                               {PREFIX + "canary": "true", PREFIX + "canary-weight": "30"})
        # Names of its own: a canary's Service that others use as well counts on hosts that nobody names.
        service = "%s-%s-%d" % ("guard" if PREFIX + "auth-type" in annotations else "open", self.short, i)
        chosen = []
        for path in (self.pick(paths) for _ in range(self.pick([1, 1, 2, 3]))):
            if path not in [there for there, _ in chosen]:
                chosen.append((path, self.kind(path)))
        host = self.host()
        item = manifest("%s-%s" % (self.short, "abcdef"[i]), annotations, [rule(host, chosen, service)],
                        "default-" + self.short if self.chance(0.06) else None, self.pick("aab"), self.pick(AGES))
        if self.chance(0.12):
            item["spec"]["tls"] = [{"hosts": [host], "secretName": "tls"}]
        return item

    def set(self):
        paths, probes = self.pick(FAMILIES)
        items = [self.ingress(i, paths) for i in range(2 + int(self.random.random() * 4))]
        return Set(self.domain, items, probes)


REGEX = {PREFIX + "use-regex": "true"}
OWN, PREFIXED, EXACTLY = "ImplementationSpecific", "Prefix", "Exact"
# (annotations, paths) of Ingresses of one host, the oldest first: what the rule above seldom makes.
BY_HAND = {
    "slash-root": [({**GUARD, **REGEX}, [("/", PREFIXED)]), ({}, [("/api/v1/", PREFIXED)])],
    "slash": [({**GUARD, **REGEX}, [("/api", PREFIXED)]), ({}, [("/api/v1/", PREFIXED)])],
    "slash-added": [({**GUARD, **REGEX}, [("/api/.*/admin", OWN)]), ({}, [("/api/v1/", PREFIXED)])],
    "exact": [({}, [("/api/v1/", PREFIXED)]), ({PREFIX + "rewrite-target": "/admin"}, [("/api/v1", EXACTLY)]),
              (GUARD, [("/api/v1|/api/v2", OWN)])],
    "letters": [({**GUARD, **REGEX}, [("/admin", PREFIXED)]), ({}, [("/", PREFIXED)])],
    "letters-below": [({**GUARD, **REGEX}, [("/api/v1/admin", PREFIXED)]), ({}, [("/api/v1", PREFIXED)])],
}


def by_hand():
    for name, entries in BY_HAND.items():
        domain = name + ".example.com"
        yield Set(domain, [
            manifest("%s-%d" % (name, i), annotations, [rule("h." + domain, paths, "%s-%d" % (name, i))], age=AGES[i])
            for i, (annotations, paths) in enumerate(entries)], sum((probes for _, probes in FAMILIES), []))


class Set:
    def __init__(self, domain, ingresses, probes):
        self.domain, self.ingresses, self.probes = domain, ingresses, probes

    def requests(self):
        hosts = [label + self.domain for label in ("h.", "i.", "j.", "a.i.", "a.j.", "x.y.")]
        headers = [[]]
        if any(annotation(item, "canary-by-header") for item in self.ingresses):
            headers.append([["x-canary", "always"]])
        schemes = ["http", "https"] if any(item["spec"].get("tls") for item in self.ingresses) else ["http"]
        for scheme, host, path, sent in itertools.product(schemes, hosts, self.probes, headers):
            yield gateway.Request({"scheme": scheme, "method": "GET", "host": host, "target": path, "headers": sent})


# ---- judging ----

class Everything:
    """Services that are all there."""

    @staticmethod
    def backend(name, _port):
        return name


class Run(Converted):
    """Ingresses, converted at once."""

    def __init__(self, binary, form, ingresses):
        super().__init__(binary, ["--form", form], kubeyaml.dump_all(ingresses))
        self.controller = Controller(ingresses)

    def stated(self, ingress, request, variant):
        """Whether an error says that this guard may be passed: a closed path is a regular expression, and prefixes are tried first;
        or a wildcard host takes names of several labels."""
        name = "Ingress/%s/%s" % kubeyaml.ingress_name(ingress)
        codes = ["I2G-2003"] if variant.regex != gateway.BEFORE_PREFIX else []
        if self.controller.server(request.host) is self.controller.servers["_"]:
            codes.append("I2G-3008")
        return any(item["code"] in codes and item["level"] == "error" and item["loss"] == "security" and name in item["objects"]
                   for item in self.diagnostics)

    def opens(self, request):
        """None where the controller lets the request through, else a text that says in which Gateway it does not stay out, or ""."""
        server = self.controller.server(request.host)
        chosen = None if server.broken else server.choose(request.path)
        if not chosen or not chosen.guarded():
            return None
        for variant in gateway.VARIANTS:
            answer = self.manifests.answer(request, Everything, variant)
            if answer.reached() and not self.stated(chosen.owner, request, variant):
                return "%s://%s%s %s is guarded by Ingress %s/%s, location %s; a Gateway (%s) does: %s" % (
                    request.scheme, request.host, request.path, request.headers or "", *kubeyaml.ingress_name(chosen.owner),
                    chosen.path, variant.name, answer)
        return ""


def first_opening(run, one):
    return next((text for text in map(run.opens, one.requests()) if text), "")


def parts(ingresses):
    """The same with one thing less, the greater things first."""
    for i, item in enumerate(ingresses):
        yield ingresses[:i] + ingresses[i + 1:]
        for k, entry in enumerate(item["spec"].get("rules") or []):
            for n in range(len(entry["http"]["paths"]) if len(entry["http"]["paths"]) > 1 else 0):
                less = copy.deepcopy(item)
                del less["spec"]["rules"][k]["http"]["paths"][n]
                yield ingresses[:i] + [less] + ingresses[i + 1:]
        for holder, key in [("annotations", key) for key in item["metadata"]["annotations"]] + [("spec", "tls"), ("spec", "defaultBackend")]:
            less = copy.deepcopy(item)
            if (less["metadata"]["annotations"] if holder == "annotations" else less["spec"]).pop(key, None) is not None:
                yield ingresses[:i] + [less] + ingresses[i + 1:]


def smallest(binary, form, one, ingresses):
    """Of the Ingresses what is needed to fail."""
    found = True
    while found:
        found = False
        for less in parts(ingresses):
            run = Run(binary, form, less)
            if not run.fault and first_opening(run, one):
                ingresses, found = less, True
                break
    return "%s\n%s" % (first_opening(Run(binary, form, ingresses), one), kubeyaml.dump_all(ingresses))


def judge(binary, form, strangers, sets, tally):
    """The number of requests that are guarded, and so were judged."""
    run = Run(binary, form, strangers + [item for one in sets for item in one.ingresses])
    if not tally.check(not run.fault, "conversion, form " + form, run.fault):
        return 0
    tally.check(not run.manifests.faults, "structure", "\n    ".join(run.manifests.faults[:10]))
    count, shown = 0, 0
    for one in sets:
        answers = [text for text in map(run.opens, one.requests()) if text is not None]
        opened = [text for text in answers if text]
        count += len(answers)
        shown += bool(opened)
        text = ""
        if opened:
            text = "%d requests, such as\n%s" % (len(opened), opened[0] if shown > 1 else smallest(binary, form, one, strangers + one.ingresses))
        tally.check(not opened, "set %s, form %s" % (one.domain, form), text)
    return count


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--from", dest="first", type=int, default=0, help="another number for the first set, for other sets")
    parser.add_argument("--form", choices=["simple", "exact"], help="this form alone")
    options = parser.parse_args()
    binary, tally = os.path.abspath(options.binary), common.Tally()
    for form in [options.form] if options.form else ["simple", "exact"]:
        count = 0
        for i, strangers in enumerate(STRANGERS):
            first = options.first + i * SETS
            count += judge(binary, form, strangers, [Maker(number).set() for number in range(first, first + SETS)], tally)
        count += judge(binary, form, [], list(by_hand()), tally)
        print("form %s: %d guarded requests" % (form, count))
        tally.check(options.first or count >= LEAST, "guarded requests", "%d, and there must be %d" % (count, LEAST))
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())

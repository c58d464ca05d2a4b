# SPDX-License-Identifier: Apache-2.0
"""What a Gateway does with a request, from the manifests alone: the rules of the Gateway API's specification, standard channel.

    Manifests(objects)             listeners and the routes that are attached to them; .faults are errors of structure
    .answer(request, services)     what becomes of a request, in an implementation that is a Variant

The specification leaves some choices to implementations: where a regular expression stands among the other kinds of paths,
whether a host without a fitting rule falls back to a wider one, and what decides between equal matches when the objects
have been made anew. A Variant is one set of choices that an implementation may make.
"""
import collections
import fnmatch
import re
import urllib.parse

Variant = collections.namedtuple("Variant", "name regex falls_through ties_reversed")
# Rank of a path's kind; smaller is tried first. Envoy tries regular expressions before prefixes, Istio after the exact ones
# but prefixes first; with one scale for all, the longer text is tried first.
EXACT, PREFIX = 0, 2
BEFORE_PREFIX, AFTER_PREFIX, SAME_AS_PREFIX = 1, 3, PREFIX
ENVOY = Variant("regex before prefix", BEFORE_PREFIX, False, False)
RANKS = [("regex before prefix", BEFORE_PREFIX), ("prefix before regex", AFTER_PREFIX), ("longest text", SAME_AS_PREFIX)]
VARIANTS = [Variant(rank + (", wider hosts after" if falls else "") + (", ties reversed" if ties else ""), regex, falls, ties)
            for rank, regex in RANKS for falls in (False, True) for ties in (False, True)]

# Kinds of routes and the protocols of the listeners that they attach to.
ROUTES = {"HTTPRoute": ("HTTP", "HTTPS"), "GRPCRoute": ("HTTP", "HTTPS"), "TLSRoute": ("TLS",), "TCPRoute": ("TCP",), "UDPRoute": ("UDP",)}
WELL_KNOWN = {"http": 80, "https": 443}
NAMESPACE_LABEL = "kubernetes.io/metadata.name"


def as_http(route):
    """A GRPCRoute as the HTTPRoute that takes the same calls; others as they are."""
    if route["kind"] != "GRPCRoute":
        return route

    def path(match):
        method = match.get("method") or {}
        if not method.get("service"):
            return {"type": "PathPrefix", "value": "/"}
        if not method.get("method"):
            return {"type": "PathPrefix", "value": "/" + method["service"]}
        return {"type": "Exact", "value": "/%(service)s/%(method)s" % method}
    rules = [dict(rule, matches=[dict(match, path=path(match), method=None) for match in rule.get("matches") or [{}]])
             for rule in route["spec"].get("rules") or []]
    return dict(route, spec=dict(route["spec"], rules=rules))


def rooted(location):
    """An address without a path is the one of its root."""
    return re.sub(r"^(https?://[^/?]*)(?=$|\?)", r"\1/", location)


class Answer:
    """kind: forward, redirect, preflight, or nothing (no backend is reached: status says why)."""

    def __init__(self, kind, status, rule="no rule", **more):
        self.kind, self.status, self.rule = kind, status, rule
        self.by_regex = more.get("by_regex", False)
        self.route = more.get("route")          # "namespace/name" of the HTTPRoute that decided
        self.location = more.get("location")
        self.backends = more.get("backends") or {}     # name, or "!status name" for one that cannot answer -> percent
        self.target = more.get("target")
        self.host = more.get("host")

    def reached(self):
        """The backends that may answer."""
        return {name for name in self.backends if not name.startswith("!")}

    def __str__(self):
        what = {"forward": "forward to %s as %s, Host %s" % (
                    ", ".join("%s %g %%" % item for item in sorted(self.backends.items())), self.target, self.host),
                "redirect": "%s %s" % (self.status, self.location),
                "preflight": "answer to a preflight",
                "nothing": "%s" % self.status}[self.kind]
        return "%s (%s)" % (what, self.rule)


class Services:
    """The Services of a snapshot and whether they can answer."""

    def __init__(self, objects):
        self.ports, self.external, self.empty = {}, {}, set()
        for item in objects:
            if item["kind"] == "Service":
                name, spec = "%s/%s" % (namespace(item), item["metadata"]["name"]), item["spec"]
                self.ports[name] = {port["port"] for port in spec.get("ports") or []}
                if spec.get("type") == "ExternalName":
                    self.external[name] = spec["externalName"]
            elif item["kind"] == "EndpointSlice" and not item.get("endpoints"):
                self.empty.add("%s/%s" % (namespace(item), item["metadata"]["labels"]["kubernetes.io/service-name"]))

    def backend(self, name, port):
        if name in self.external:
            return "external:" + self.external[name]
        if port not in self.ports.get(name, ()):
            return "!500 " + name
        return ("!503 " if name in self.empty else "") + name


def namespace(item):
    return item["metadata"].get("namespace") or "default"


def host_fits(pattern, host):
    """pattern None fits all; *.x fits one or more labels before .x."""
    if pattern is None or host is None:
        return pattern is None
    if pattern.startswith("*."):
        return host.endswith(pattern[1:]) and len(host) >= len(pattern)
    return pattern == host


def intersection(listener, hosts):
    """The hostnames of a route that count at a listener with this hostname."""
    if not hosts:
        return [listener]
    found = []
    for host in hosts:
        if listener is None or host_fits(listener, host) or (listener.startswith("*.") and host.endswith(listener[1:])):
            found.append(host)
        elif host_fits(host, listener) or (host.startswith("*.") and listener.endswith(host[1:])):
            found.append(listener)
    return found


def specific(host):
    """Order of hostnames: exact ones first, then by length."""
    if host is None:
        return (0, 0)
    return (0 if host.startswith("*") else len(host), len(host))


class Candidate:
    """One match of one rule of a route under one hostname."""

    def __init__(self, route, host, rule, match, place):
        path = match.get("path") or {}
        self.route, self.host, self.rule = route, host, rule
        self.name = "%s/%s" % (namespace(route), route["metadata"]["name"])
        self.kind, self.value = path.get("type", "PathPrefix"), path.get("value", "/")
        self.method, self.place = match.get("method"), place
        # PCRE names a group without P.
        self.regex = re.compile(re.sub(r"\(\?<(?![=!])", "(?P<", self.value)) if self.kind == "RegularExpression" else None
        self.headers = {}
        for header in match.get("headers") or []:
            self.headers.setdefault(header["name"].lower(), header)
        self.parameters = {}
        for parameter in match.get("queryParams") or []:
            self.parameters.setdefault(parameter["name"], parameter)
        self.queries = len(self.parameters)

    def precedence(self, variant):
        """Sorts candidates into the order in which they are tried."""
        rank = {"Exact": EXACT, "PathPrefix": PREFIX, "RegularExpression": variant.regex}[self.kind]
        length = len(self.value) if self.regex else len(self.value.rstrip("/"))
        exact, longest = specific(self.host)
        return (-exact, -longest, rank, -length, not self.method, -len(self.headers), -self.queries)

    def path_fits(self, path):
        if self.kind == "Exact":
            return path == self.value
        if self.regex:
            return self.regex.fullmatch(path) is not None
        prefix = self.value.rstrip("/")
        return path == prefix or path.startswith(prefix + "/")

    def header_fits(self, wanted, headers):
        values = [value for name, value in headers if name.lower() == wanted["name"].lower()]
        if not values:
            return False
        if wanted.get("type", "Exact") == "RegularExpression":
            return re.fullmatch(wanted["value"], ",".join(values)) is not None
        return ",".join(values) == wanted["value"]

    def parameter_fits(self, wanted, query):
        values = [value for name, value in query if name == wanted["name"]]
        if not values:
            return False
        if wanted.get("type", "Exact") == "RegularExpression":
            return re.fullmatch(wanted["value"], values[0]) is not None
        return values[0] == wanted["value"]

    def fits(self, request):
        query = urllib.parse.parse_qsl(request.query[1:], keep_blank_values=True)
        return (self.path_fits(request.path) and self.method in (None, request.method) and
                all(self.header_fits(header, request.headers) for header in self.headers.values()) and
                all(self.parameter_fits(parameter, query) for parameter in self.parameters.values()))

    def anchors_differ(self, path):
        """Whether it matters that all of a path has to match, a beginning, or any part."""
        return self.regex is not None and len({found(path) is not None for found in (self.regex.fullmatch, self.regex.match, self.regex.search)}) > 1

    def __str__(self):
        return "%s %s rule %d match %d: %s %s, host %s" % (self.route["kind"], self.name, *self.place, self.kind, self.value, self.host)


class Listener:
    def __init__(self, owner, gateway, spec):
        self.owner, self.gateway, self.spec = owner, gateway, spec
        self.hostname, self.port, self.protocol = spec.get("hostname"), spec["port"], spec["protocol"]
        self.candidates, self.fitting, self.orders = [], {}, {}

    def ordered(self, variant, host):
        """Candidates for a host in the order in which an implementation tries them."""
        if host not in self.fitting:
            self.fitting[host] = [item for item in self.candidates if host_fits(item.host, host)]
        if (variant, host) not in self.orders:
            by_name = sorted(self.fitting[host], key=lambda item: item.name, reverse=variant.ties_reversed)
            self.orders[variant, host] = sorted(by_name, key=lambda item: item.precedence(variant))
        return self.orders[variant, host]


class Request:
    """A recorded request as a listener sees it."""

    def __init__(self, record, path=None):
        self.scheme, self.method, self.headers = record["scheme"], record["method"], record.get("headers") or []
        self.sent_host = record["host"]
        self.target, mark, query = record["target"].partition("?")
        self.query = mark + query
        self.path = self.target if path is None else path
        host = self.sent_host and re.sub(r":\d*$", "", self.sent_host).lower()
        self.name = host[:-1] if host and host.endswith(".") else host
        # An address is no hostname: only listeners and routes without one take it.
        self.host = None if not host or re.fullmatch(r"[\d.]+|\[.*\]", host) else self.name


def selects(selector, labels):
    """Whether a label selector takes these labels."""
    def fits(one):
        value = labels.get(one["key"])
        return {"In": value in one.get("values", ()), "NotIn": value not in one.get("values", ()), "Exists": value is not None,
                "DoesNotExist": value is None}[one["operator"]]
    return (all(labels.get(key) == value for key, value in (selector.get("matchLabels") or {}).items()) and
            all(fits(one) for one in selector.get("matchExpressions") or []))


class Manifests:
    def __init__(self, objects):
        self.faults = []
        self.labels = {item["metadata"]["name"]: item["metadata"].get("labels") or {} for item in objects if item["kind"] == "Namespace"}
        self.grants = [item for item in objects if item["kind"] == "ReferenceGrant"]
        self.gateways = {(namespace(item), item["metadata"]["name"]): item for item in objects if item["kind"] == "Gateway"}
        self.listeners = []
        for key, gateway in self.gateways.items():
            self.listeners += [Listener(("Gateway",) + key, key, spec) for spec in gateway["spec"].get("listeners") or []]
        for item in objects:
            if item["kind"] in ("ListenerSet", "XListenerSet"):
                self.add_set(item)
        self.owners = {listener.owner for listener in self.listeners}
        self.check_listeners()
        for item in objects:
            if item["kind"] in ROUTES:
                self.check_references(item)
                for parent in item["spec"].get("parentRefs") or []:
                    self.attach(as_http(item), parent)

    # ---- structure ----

    def admits(self, rule, own, other, default):
        """A from/selector field about namespaces."""
        rule = rule or {}
        chosen = rule.get("from", default)
        labels = dict(self.labels.get(other, {}), **{NAMESPACE_LABEL: other})
        return chosen == "All" or (chosen == "Same" and own == other) or (chosen == "Selector" and selects(rule["selector"], labels))

    def add_set(self, item):
        own, parent = namespace(item), item["spec"]["parentRef"]
        key = (parent.get("namespace") or own, parent["name"])
        if key in self.gateways:
            allowed = (self.gateways[key]["spec"].get("allowedListeners") or {}).get("namespaces")
            if not self.admits(allowed, key[0], own, "None"):
                self.faults.append("Gateway %s/%s does not take ListenerSet %s/%s" % (*key, own, item["metadata"]["name"]))
                return
        owner = (item["kind"], own, item["metadata"]["name"])
        self.listeners += [Listener(owner, key, spec) for spec in item["spec"]["listeners"]]

    def check_listeners(self):
        seen, distinct = set(), []
        for listener in self.listeners:
            key = (listener.gateway, listener.port, listener.protocol, listener.hostname)
            if key in seen:
                self.faults.append("listener %s of %s %s/%s is like an earlier one" % (listener.spec["name"], *listener.owner))
            else:
                distinct.append(listener)
            seen.add(key)
            for secret in (listener.spec.get("tls") or {}).get("certificateRefs") or []:
                self.check_grant(listener.owner, "Secret", secret)
        self.listeners = distinct

    def check_references(self, route):
        own = (route["kind"], namespace(route), route["metadata"]["name"])
        for rule in route["spec"].get("rules") or []:
            for backend in rule.get("backendRefs") or []:
                self.check_grant(own, backend.get("kind", "Service"), backend)

    def check_grant(self, owner, kind, reference):
        if not self.granted(owner, kind, reference):
            self.faults.append("%s %s/%s refers to %s %s/%s without a grant" % (*owner, kind, reference["namespace"], reference["name"]))

    def granted(self, owner, kind, reference):
        there = reference.get("namespace") or owner[1]
        return there == owner[1] or any(
            namespace(grant) == there and
            any(item["kind"] == owner[0] and item["namespace"] == owner[1] for item in grant["spec"]["from"]) and
            any(item["kind"] == kind and item.get("name") in (None, "", reference["name"]) for item in grant["spec"]["to"])
            for grant in self.grants)

    def attach(self, route, parent):
        own, attached = namespace(route), False
        owner = (parent.get("kind", "Gateway"), parent.get("namespace") or own, parent["name"])
        if owner not in self.owners:
            if owner[0] != "Gateway" or owner[1:] in self.gateways:
                self.faults.append("%s %s/%s: no listener in %s %s/%s" % (route["kind"], own, route["metadata"]["name"], *owner))
            return      # a Gateway of which nothing is known
        for listener in self.listeners:
            if (listener.owner != owner or listener.protocol not in ROUTES[route["kind"]] or parent.get("sectionName") not in (None, listener.spec["name"]) or
                    parent.get("port") not in (None, listener.port) or
                    not self.admits((listener.spec.get("allowedRoutes") or {}).get("namespaces"), owner[1], own, "Same")):
                continue
            for host in intersection(listener.hostname, route["spec"].get("hostnames")):
                attached = True
                for i, rule in enumerate(route["spec"].get("rules") or [{}]):
                    for k, match in enumerate(rule.get("matches") or [{}]):
                        listener.candidates.append(Candidate(route, host, rule, match, (i, k)))
        if not attached:
            self.faults.append("%s %s/%s: no listener of %s %s/%s takes it" % (route["kind"], own, route["metadata"]["name"], *owner))

    # ---- requests ----

    def answer(self, request, services, variant=ENVOY):
        port = WELL_KNOWN[request.scheme]
        fitting = [listener for listener in self.listeners
                   if listener.port == port and listener.protocol == request.scheme.upper() and
                   host_fits(listener.hostname, request.host)]
        if not fitting:
            return Answer("nothing", "no listener")
        listener = max(fitting, key=lambda item: specific(item.hostname))
        if listener.protocol == "HTTPS" and self.asks(listener.gateway):
            return Answer("nothing", "handshake")
        candidates = listener.ordered(variant, request.host)
        if candidates and not variant.falls_through:
            best = max(specific(item.host) for item in candidates)
            candidates = [item for item in candidates if specific(item.host) == best]
        for item in candidates:
            if item.fits(request):
                return self.perform(listener, item, request, services)
        return Answer("nothing", 404)

    def asks(self, gateway):
        """Whether clients of its HTTPS listeners need a certificate, which none of the requests here has."""
        frontend = (self.gateways[gateway]["spec"].get("tls") or {}).get("frontend") or {}
        return bool(((frontend.get("default") or {}).get("validation") or {}).get("caCertificateRefs"))

    def perform(self, listener, candidate, request, services):
        """The filters of a rule in their order, then its backends."""
        about = {"rule": str(candidate), "route": candidate.name, "by_regex": candidate.regex is not None}
        path, host = request.path, request.sent_host
        for item in candidate.rule.get("filters") or []:
            if item["type"] == "RequestRedirect":
                redirect = item["requestRedirect"]
                there = location(redirect, listener, candidate, request)
                return Answer("redirect", redirect.get("statusCode", 302), location=there, **about)
            if item["type"] == "URLRewrite":
                host = item["urlRewrite"].get("hostname") or host
                path = modified(item["urlRewrite"].get("path"), path, candidate)
            if item["type"] == "CORS" and is_preflight(request, item["cors"]):
                return Answer("preflight", 200, **about)
        backends, own = {}, (candidate.route["kind"], namespace(candidate.route), "")
        weighted = [item for item in candidate.rule.get("backendRefs") or [] if item.get("weight", 1)]
        total = sum(item.get("weight", 1) for item in weighted)
        for item in weighted:
            name = "%s/%s" % (item.get("namespace") or own[1], item["name"])
            name = services.backend(name, item.get("port")) if self.granted(own, "Service", item) else "!500 " + name
            backends[name] = backends.get(name, 0) + 100 * item.get("weight", 1) / total
        if all(name.startswith("!") for name in backends):
            status = max((int(name[1:4]) for name in backends), default=500)
            return Answer("nothing", status, backends=backends, **about)
        return Answer("forward", 200, backends=backends, target=path + request.query, host=host, **about)


def is_preflight(request, cors):
    """From an origin that is allowed; others are passed on, and the browser misses the headers."""
    headers = {name.lower(): value for name, value in request.headers}
    if request.method != "OPTIONS" or "access-control-request-method" not in headers:
        return False
    return any(fnmatch.fnmatchcase(headers.get("origin", "").lower(), pattern.lower()) for pattern in cors.get("allowOrigins") or ["*"])


def modified(change, path, candidate):
    if not change:
        return path
    if change["type"] == "ReplaceFullPath":
        return change["replaceFullPath"]
    rest = path[len(candidate.value.rstrip("/")):]
    return change["replacePrefixMatch"].rstrip("/") + rest or "/"


def location(redirect, listener, candidate, request):
    scheme = redirect.get("scheme") or request.scheme
    port = redirect.get("port") or (WELL_KNOWN[scheme] if redirect.get("scheme") else listener.port)
    host = redirect.get("hostname") or request.name or ""
    return "%s://%s%s%s%s" % (scheme, host, "" if port == WELL_KNOWN[scheme] else ":%d" % port,
                              modified(redirect.get("path"), request.path, candidate), request.query)

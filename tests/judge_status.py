# SPDX-License-Identifier: Apache-2.0
"""Conditions that Envoy Gateway writes into the status of routes, and why `ing2gw trace --after` says that a route does not count.

The page of a host that no route serves names the routes that were meant for it. Each of them must be refused by Envoy Gateway for that very
reason, and each that it refuses for the host must stand there, as far as the page goes.
"""
import re
import tempfile

import common
import gateway_eval as gateway

REASONS = {"there is no such Gateway or listener": "NoMatchingParent", "the listener does not take its namespace or kind": "NotAllowedByListeners",
           "the listener has another hostname": "NoMatchingListenerHostname"}
# So many a page names.
MOST = 2
LINE = re.compile(r"HTTPRoute (\S+) does not count: (%s)" % "|".join(REASONS))


def refused(translated):
    """"namespace/name" of a route to the reasons for which Envoy Gateway does not take it."""
    found = {}
    for route in translated.get("httpRoutes") or []:
        name = "%(namespace)s/%(name)s" % route["metadata"]
        for parent in (route.get("status") or {}).get("parents") or []:
            found.setdefault(name, set()).update(condition["reason"] for condition in parent["conditions"]
                                                 if condition["type"] == "Accepted" and condition["status"] == "False")
    return found


def names(route):
    """Hosts that are asked for a route, each with the hostname that it is for."""
    return {host.replace("*", "zz"): host for host in route["spec"].get("hostnames") or []}


def pages(binary, one):
    """(host, what trace says) for each hostname of a route."""
    hosts = {host for route in one.objects if route["kind"] == "HTTPRoute" for host in names(route)}
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
        file.write(one.text())
        file.flush()
        for host in sorted(hosts):
            done = common.run(binary, ["trace", "-q", "http://%s/" % host, "--target", "envoy-gateway", "--world", "closed", "--after", file.name])
            yield host, done.out.decode("utf-8", "replace")


def faults(binary, one, conditions):
    """(disagreements as texts, how many routes were compared)."""
    found, compared = [], 0
    routes = {"%(namespace)s/%(name)s" % item["metadata"]: item for item in one.objects if item["kind"] == "HTTPRoute"}
    own = {listener.get("hostname", "").replace("*", "zz") for item in one.objects if item["kind"] == "Gateway" for listener in item["spec"]["listeners"]}
    for host, page in pages(binary, one):
        said, lines = {}, LINE.findall(" ".join(page.split()))
        for name, words in lines:
            said.setdefault(name, set()).add(REASONS[words])
        if not said:
            continue
        for name, route in routes.items():
            meant = any(gateway.host_fits(pattern, host) for pattern in route["spec"].get("hostnames") or [])
            wanted = conditions.get(name, set()) if meant else set()
            # what another listener has to itself is no hostname of this one for Envoy Gateway, and for the Gateway API it is
            if host in own and name not in said:
                wanted = wanted - {"NoMatchingListenerHostname"}
            compared += bool(wanted & said.get(name, set()))
            if said.get(name, set()) - wanted or (len(lines) < MOST and wanted != said.get(name, set())):
                found.append("host %s, HTTPRoute %s: Envoy Gateway says %s, trace %s" % (host, name, sorted(wanted), sorted(said.get(name, ()))))
    return found, compared

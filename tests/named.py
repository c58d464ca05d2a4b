# SPDX-License-Identifier: Apache-2.0
"""Whether a conversion has named a difference beforehand: `differences` of its report, held against what both sides really answered.

A difference names host, location and one field of the outcome. What both sides answered to a request differs in some fields (by
`fields`), and each of them has to be named for the host and for a location that takes the request's path. What depends on the implementation
(`depends`) names host and fields.
"""
import re
import urllib.parse

import gateway_eval as gateway

ALL = "*"


def forwarded(ours):
    return ours.kind == "forward" and bool(ours.reached())


def fields(answer, ours):
    """In which the recorded answer and the one of a Gateway differ, by verify's names."""
    found, backend = set(), answer["backend"]
    if bool(backend) != forwarded(ours):
        found.add("backends")
    elif backend:
        sent = {"backends": set(ours.backends) != {backend}, "upstream.target": answer.get("upstream_target", ours.target) != ours.target,
                "upstream.host": answer.get("upstream_host", ours.host) != ours.host}
        found |= {name for name, differs in sent.items() if differs}
    if not (backend and forwarded(ours)) and (200 if backend else answer["status"]) != (200 if forwarded(ours) else ours.status):
        found.add("status")
    before, after = answer.get("location") or "", ours.location or ""
    if gateway.rooted(before) != gateway.rooted(after) and not (backend and forwarded(ours)):
        found.add("location")
    return found


def takes(location, path):
    """Of a location of the source, which may be an expression, and of ingress-nginx also one in any letter case."""
    if not location or path == location or path.startswith(location.rstrip("/") + "/"):
        return True
    try:
        return re.match(location, path, re.IGNORECASE) is not None
    except re.error:
        return False


class Named:
    def __init__(self, report):
        self.differences = [one for one in report.get("differences", []) if one["stated"]]
        self.depends = report.get("depends", [])
        self.hosts = {one["host"] for one in (report["summary"].get("proof") or {}).get("hosts", [])} - {ALL}

    def is_host(self, name, host):
        """The host is in the class of this name: ALL has those that no other class has."""
        if name == ALL:
            return not any(gateway.host_fits(other, host) for other in self.hosts)
        return gateway.host_fits(name, host)

    def silent(self, request, answer, ours):
        """Fields in which both differ, and of which nothing has been said."""
        return self.unnamed(request, fields(answer, ours))

    def unnamed(self, request, need):
        """Those of these fields of which nothing has been said."""
        path = urllib.parse.unquote(request.path)
        for one in self.differences:
            match = one["match"]
            if match["field"] in need and self.is_host(match["host"], request.host) and takes(match["location"], path):
                need = need - {match["field"]}
        for one in self.depends:
            if self.is_host(one["host"], request.host):
                need = need - set(one["what"])
        return need

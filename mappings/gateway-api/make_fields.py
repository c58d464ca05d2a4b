#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes fields.tsv, the structure of the Gateway API kinds by version and channel.

    python3 make_fields.py TABLE > fields.tsv

TABLE is a tab separated file, one row for one field with one set of facts, with a line of column names:

    kind apiVersion path std_since std_until exp_since exp_until state type required default enum limits list pattern cel other

Such a table is made from the releases of sigs.k8s.io/gateway-api (a Go module: `go mod download -json
sigs.k8s.io/gateway-api@v1.5.1` prints where it lies). For each minor version take the last patch release, read every
CRD under config/crd/standard and config/crd/experimental, and walk the openAPIV3Schema of each of its versions:

  path      field names joined by dots, [] for a list's element, {} for a map's value, "." for the object itself; without
            apiVersion, kind and metadata
  state     at "." only: "served", "storage", "deprecated", joined by commas
  type      the schema's type, with the format after a slash; "map" for an object with additionalProperties
  required  "yes" where the parent names the field in its list of required ones
  default   JSON
  enum      values joined by |
  limits    min, max, minLength, maxLength, minItems, maxItems, minProperties, maxProperties as key=value, joined by ;
  list      "atomic", "set", or "map:" and the keys joined by +
  pattern   as written
  cel       expressions of x-kubernetes-validations; not read here, they are C predicates in src/gateway
  other     what is left, as JSON: at "." the scope

Rows that are equal in consecutive releases are one row with the first and the last of them, for each channel. Patch
releases are written as minor versions here: 1.5.1 is 1.5.
"""
import json
import sys

KINDS = ["GatewayClass", "Gateway", "ListenerSet", "HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute",
         "ReferenceGrant", "BackendTLSPolicy"]

# The names under which rows refer to a pattern. One that is not here gets a number.
DOMAIN = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
PATTERNS = {
    r"^(\*\.)?" + DOMAIN + "$": "hostname",
    "^" + DOMAIN + "$": "subdomain",
    "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$": "label",
    "^$|^" + DOMAIN + "$": "group",
    "^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$": "kind",
    r"^[A-Za-z0-9!#$%&'*+\-.^_\x60|~]+$": "token",
    r"^[!-~]+([\t ]?[!-~]+)*$": "header-value",
    "^([0-9]{1,5}(h|m|s|ms)){1,4}$": "duration",
    r"^(([^:/?#]+):)(//([^/?#]*))([^?#]*)(\?([^#]*))?(#(.*))?": "uri",
    r"^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$": "label-value",
    r"^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$": "url-path",
    "^" + DOMAIN + r"\/[A-Za-z0-9\/\-._~%!$&'()*+,;=:]+$": "controller",
    "^Hostname|IPAddress|NamedAddress|" + DOMAIN + r"\/[A-Za-z0-9\/\-._~%!$&'()*+,;=:]+$": "address-type",
    "^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$|" + DOMAIN + r"\/[A-Za-z0-9]+$": "protocol",
    "^[a-zA-Z0-9]([-a-zSA-Z0-9]*[a-zA-Z0-9])?$|" + DOMAIN + r"\/[A-Za-z0-9]+$": "protocol-until-1.1",
    r"(^\*$)|(^(http(s)?):\/\/(((\*\.)?([a-zA-Z0-9\-]+\.)*[a-zA-Z0-9-]+|\*)(:([0-9]{1,5}))?)$)": "origin",
    r"(^\*$)|(^([a-zA-Z][a-zA-Z0-9+\-.]+):\/\/([^:/?#]+)(:([0-9]{1,5}))?$)": "origin-of-1.4",
    "^(System|(" + DOMAIN + "/([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]))$": "ca-name",
}

# Other words for the same texts. Repetition right inside repetition, with nothing between, takes the DFA matcher a state
# for every character that it has seen.
EQUAL = {
    r"^[!-~]+([\t ]?[!-~]+)*$": r"^[!-~]+([\t ][!-~]+)*$",
}

# The one combined schema that the kinds have: an IPAddress has an address as value.
ADDRESS = {"oneOf": [
    {"properties": {"type": {"enum": ["IPAddress"]}, "value": {"anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]}}},
    {"properties": {"type": {"not": {"enum": ["IPAddress"]}}}}]}

HEADER = """\
# Structure of the Gateway API kinds that ing2gw prints and checks: what the CRDs of each version and channel demand.
# Made by make_fields.py; change that, not this. CEL rules are not here, they are predicates in src/gateway/cel_*.c.
#
# A row: kind, apiVersions ("*": all that are served), path, versions of the standard channel, versions of the
# experimental channel ("-": none), type, then what else holds, a cell each:
#   required     default=JSON (children of {} get their own defaults)     enum=A|B
#   length=, items=, keys=, value=: least..most of a text's characters, a list's elements, a map's keys, a number
#   unique: no element twice; unique=name: no two elements with that field equal     pattern=NAME, defined at the top
#   int32: fits 32 bits     scope=Cluster     address: with type IPAddress the value is an IP address
# Path: [] an element, {} a map's value, "." the object itself, whose rows say which apiVersions are served.
"""


def fail(text):
    sys.exit("make_fields.py: " + text)


def read(name):
    rows, head = [], None
    with open(name, encoding="utf-8") as file:
        for line in file:
            if line.startswith("#") or not line.strip():
                continue
            cells = line.rstrip("\n").split("\t")
            if head is None:
                head = cells
            else:
                rows.append(dict(zip(head, cells + [""] * (len(head) - len(cells)))))
    return rows


def release_key(release):
    return tuple(int(part) for part in release.split("."))


def minor(release):
    return int(release.split(".")[1])


def steps(path):
    """ "spec.rules[].name" -> ("spec", "rules", "[]", "name") """
    return tuple(path.replace("[]", ".[]").replace("{}", ".{}").split("."))


def pattern_name(pattern, names):
    if pattern not in names:
        names[pattern] = PATTERNS.get(pattern) or "p%d" % (1 + sum(n not in PATTERNS.values() for n in names.values()))
    return names[pattern]


def limits(text, kind):
    """The limits cell as one facet, or none."""
    words = {"string": ("length", "minLength", "maxLength"), "array": ("items", "minItems", "maxItems"),
             "map": ("keys", "minProperties", "maxProperties"), "integer": ("value", "min", "max")}
    given = dict(part.split("=") for part in text.split(";") if part)
    if not given:
        return []
    if kind not in words:
        fail("limits %r on a %s" % (text, kind))
    name, low, high = words[kind]
    least, most = given.pop(low, ""), given.pop(high, "")
    if given:
        fail("limits %r on a %s" % (text, kind))
    if least == "0" and kind != "integer":
        least = ""
    return ["%s=%s..%s" % (name, least, most)]


def facets(row, names):
    kind, _, form = row["type"].partition("/")
    if row["path"] == "status":
        return ("any",)
    out = [kind]
    if form == "int32":
        out.append("int32")
    elif form:
        fail("%s %s: format %s" % (row["kind"], row["path"], form))
    if row["required"]:
        out.append("required")
    if row["default"]:
        out.append("default=" + json.dumps(shorten(json.loads(row["default"])), separators=(",", ":")))
    if row["enum"]:
        out.append("enum=" + (row["enum"].lower() if kind == "boolean" else row["enum"]))
    out += limits(row["limits"], kind)
    if row["list"] == "set":
        out.append("unique")
    elif row["list"].startswith("map:"):
        out.append("unique=" + row["list"][4:])
    elif row["list"] not in ("", "atomic"):
        fail("%s %s: list %s" % (row["kind"], row["path"], row["list"]))
    if row["pattern"]:
        out.append("pattern=" + pattern_name(row["pattern"], names))
    other = json.loads(row["other"]) if row["other"] else {}
    if other == ADDRESS:
        out.append("address")
    elif row["path"] == ".":
        if other["scope"] == "Cluster":
            out.append("scope=Cluster")
    elif other not in ({}, {"x-kubernetes-map-type": "atomic"}):
        fail("%s %s: %s" % (row["kind"], row["path"], row["other"]))
    return tuple(out)


def shorten(value):
    """A default without what the defaults of its children say again."""
    if isinstance(value, dict):
        return {}
    if isinstance(value, list):
        return [shorten(item) for item in value]
    return value


def expand(value, path, defaults):
    """The value after defaulting, with the defaults (as written) of one version of a kind."""
    if isinstance(value, list):
        return [expand(item, path + ("[]",), defaults) for item in value]
    if not isinstance(value, dict):
        return value
    out = {key: expand(item, path + (key,), defaults) for key, item in value.items()}
    for other, default in defaults.items():
        if other[:-1] == path and other[-1] not in out:
            out[other[-1]] = expand(shorten(default), other, defaults)
    return out


def spread(rows):
    """(kind, channel, release) -> version -> path -> row, served versions only, and all releases in order."""
    columns = ("std_since", "std_until", "exp_since", "exp_until")
    releases = sorted({row[c] for row in rows for c in columns if row[c]}, key=release_key)
    kept = [r for r in rows if r["kind"] in KINDS and not r["path"].startswith("status.")]
    at = {}
    for row in sorted(kept, key=lambda r: r["path"] != "."):
        for channel, first, last in ((0, "std_since", "std_until"), (1, "exp_since", "exp_until")):
            if not row[first]:
                continue
            for release in releases[releases.index(row[first]):releases.index(row[last]) + 1]:
                where = at.setdefault((row["kind"], channel, release), {})
                for version in row["apiVersion"].split(","):
                    if row["path"] == "." and "served" in row["state"].split(","):
                        where[version] = {}
                    if version in where:
                        where[version][row["path"]] = row
    return at, releases


def check_defaults(at):
    for (kind, _, release), versions in at.items():
        for version, fields in versions.items():
            defaults = {steps(p): json.loads(r["default"]) for p, r in fields.items() if r["default"] and p != "status"}
            for path, value in defaults.items():
                if expand(shorten(value), path, defaults) != value:
                    fail("%s %s %s: default of %s is more than its children's" % (kind, version, release, ".".join(path)))


def runs(releases, have):
    """Consecutive releases as texts: "1.0-1.4", "1.7"."""
    out, start = [], None
    for i, release in enumerate(releases + [None]):
        if release in have and start is None:
            start = i
        if release not in have and start is not None:
            a, b = minor(releases[start]), minor(releases[i - 1])
            out.append("1.%d" % a if a == b else "1.%d-1.%d" % (a, b))
            start = None
    return out


def rows_of(kind, at, releases, names):
    """Rows of one kind: path, versions, standard, experimental, facets."""
    seen = {}
    for (k, channel, release), versions in at.items():
        if k != kind:
            continue
        for version, fields in versions.items():
            for path, row in fields.items():
                seen.setdefault((path, facets(row, names)), {}).setdefault((channel, release), set()).add(version)
    out = []
    for (path, facts), places in seen.items():
        groups = {}
        for (channel, release), versions in places.items():
            everywhere = path != "." and versions == set(at[kind, channel, release])
            for name in ["*"] if everywhere else sorted(versions):
                groups.setdefault(name, (set(), set()))[channel].add(release)
        merged = {}
        for name, have in groups.items():
            merged.setdefault((frozenset(have[0]), frozenset(have[1])), []).append(name)
        for (standard, experimental), versions in merged.items():
            a, b = runs(releases, standard), runs(releases, experimental)
            for i in range(max(len(a), len(b))):
                out.append((path, ",".join(versions), a[i] if i < len(a) else "-", b[i] if i < len(b) else "-", facts))
    order = lambda r: (r[0] != ".", steps(r[0]), release_key((r[3] if r[3] != "-" else r[2]).split("-")[0]), r[1])
    return sorted(out, key=order)


def main():
    if len(sys.argv) != 2:
        fail("usage: make_fields.py TABLE > fields.tsv")
    at, releases = spread(read(sys.argv[1]))
    check_defaults(at)
    names, lines = {}, []
    for kind in KINDS:
        for path, versions, standard, experimental, facts in rows_of(kind, at, releases, names):
            lines.append("\t".join((kind, versions, path, standard, experimental) + facts))
    sys.stdout.write(HEADER)
    sys.stdout.write("# Releases read: %s.\n" % ", ".join(releases))
    for pattern, name in sorted(names.items(), key=lambda item: item[1]):
        sys.stdout.write("pattern\t%s\t%s\n" % (name, EQUAL.get(pattern, pattern)))
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

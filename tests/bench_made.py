# SPDX-License-Identifier: Apache-2.0
"""Manifests of any number of Ingresses, as text, for measuring (bench.py) and for tests that need large inputs. The same number makes the
same bytes."""
import json
import random
import re

PREFIX = "nginx.ingress.kubernetes.io/"
# Of ten Ingresses; the last pair of a kind with a rewrite has a path that is an expression.
ANNOTATIONS = [
    {}, {"proxy-body-size": "8m"}, {"ssl-redirect": "true", "proxy-read-timeout": "120"}, {"rewrite-target": "/$2"},
    {"enable-cors": "true", "cors-allow-origin": "https://www.example.com"}, {"whitelist-source-range": "10.0.0.0/8, 192.0.2.0/24"},
    {"permanent-redirect": "https://www.example.org"}, {"affinity": "cookie", "session-cookie-name": "route"},
    {"auth-type": "basic", "auth-secret": "users"}, {"proxy-connect-timeout": "10", "proxy-send-timeout": "120"},
]
NAMESPACES = 50
BARE = re.compile(r"[A-Za-z/][A-Za-z0-9./:$()|*-]*")


def ingress(name, namespace, host, paths, annotations, tls):
    kind = "ImplementationSpecific" if any("(" in path for path in paths) else "Prefix"
    metadata = {"name": name, "namespace": namespace, "labels": {"app.kubernetes.io/name": name, "app.kubernetes.io/managed-by": "Helm"}}
    if annotations:
        metadata["annotations"] = {PREFIX + key: value for key, value in annotations.items()}
    spec = {"ingressClassName": "nginx", "rules": [{"host": host, "http": {"paths": [
        {"path": path, "pathType": kind, "backend": {"service": {"name": "s%d" % (number % 50), "port": {"number": 80}}}}
        for number, path in enumerate(paths)]}}]}
    if tls:
        spec["tls"] = [{"hosts": [host], "secretName": name + "-tls"}]
    return {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": metadata, "spec": spec}


def annotated(n):
    """Of all kinds, over 50 namespaces; now and then two share a host."""
    draw = random.Random(1)
    for number in range(n):
        annotations = ANNOTATIONS[number % len(ANNOTATIONS)]
        paths = draw.sample(["/", "/api", "/static", "/admin", "/cart", "/search"], draw.randint(1, 3))
        if "rewrite-target" in annotations:
            paths = [path.rstrip("/") + "(/|$)(.*)" for path in paths]
        host = "h%d.example.com" % (number - (number % 20 == 11))
        yield ingress("i%d" % number, "team-%d" % (number % NAMESPACES), host, paths, annotations, draw.random() < 0.5)


def plain(n):
    for number in range(n):
        yield ingress("i%d" % number, "team-%d" % (number % NAMESPACES), "h%d.example.com" % number, ["/"], None, False)


def www(n):
    for number in range(n):
        yield ingress("i%d" % number, "team-%d" % (number % NAMESPACES), "h%d.example.com" % number, ["/"],
                      {"from-to-www-redirect": "true"}, True)


def one_host(n):
    """n paths in Ingresses of a hundred each."""
    for first in range(0, n, 100):
        yield ingress("i%d" % first, "team-1", "shop.example.com", ["/p%d/x" % number for number in range(first, min(n, first + 100))], None, False)


def regexes(n):
    for first in range(0, n, 100):
        yield ingress("i%d" % first, "team-1", "shop.example.com", ["/p%d(/|$)(.*)" % number for number in range(first, min(n, first + 100))],
                      {"use-regex": "true"}, False)


def yaml_lines(value, indent, first):
    """Block style as kubectl writes it. first: what stands before the first line already."""
    blank = " " * indent
    if isinstance(value, dict):
        for key, child in value.items():
            yield from yaml_pair((first if first is not None else blank) + key + ":", child, indent)
            first = None
    else:
        for child in value:
            if isinstance(child, (dict, list)):
                yield from yaml_lines(child, indent + 2, blank + "- ")
            else:
                yield blank + "- " + scalar(child)


def yaml_pair(start, child, indent):
    if isinstance(child, (dict, list)):
        yield start
        yield from yaml_lines(child, indent + (2 if isinstance(child, dict) else 0), None)
    else:
        yield start + " " + scalar(child)


def scalar(value):
    return value if isinstance(value, str) and BARE.fullmatch(value) and value != "true" else json.dumps(value)


def as_documents(file, items):
    for item in items:
        file.write("---\n" + "\n".join(yaml_lines(item, 0, None)) + "\n")


def as_list(file, items):
    file.write("apiVersion: v1\nitems:\n")
    for item in items:
        file.write("\n".join(yaml_lines([item], 0, None)) + "\n")
    file.write("kind: List\nmetadata:\n  resourceVersion: \"\"\n")


def as_json(file, items):
    file.write('{\n    "apiVersion": "v1",\n    "items": [')
    separator = "\n"
    for item in items:
        file.write(separator + "\n".join(" " * 8 + line for line in json.dumps(item, indent=4).split("\n")))
        separator = ",\n"
    file.write('\n    ],\n    "kind": "List",\n    "metadata": {\n        "resourceVersion": ""\n    }\n}\n')

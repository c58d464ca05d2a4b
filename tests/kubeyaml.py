# SPDX-License-Identifier: Apache-2.0
"""Kubernetes YAML as PyYAML sees it: a second reader, written by somebody else, to judge ours by.

Dates stay text, as they do for Kubernetes. A document that PyYAML cannot read is left out and costs only itself.
"""
import json
import re

import yaml

Error = yaml.YAMLError
BASE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
BASE_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class Loader(BASE):
    pass


class Dumper(BASE_DUMPER):
    def ignore_aliases(self, data):
        return True


# Without dates; "=" is a plain word, which PyYAML resolves and then cannot construct.
Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:value")]
    for first, resolvers in BASE.yaml_implicit_resolvers.items()}


class Document:
    """One document of a text: its objects and its lines, first and last counted from 1."""

    def __init__(self, items, first, last):
        self.items, self.first, self.last = items, first, last


def load_all(text):
    """Objects of a stream (JSON is YAML); Lists are taken apart, empty documents left out."""
    return [item for root in yaml.load_all(text, Loader=Loader) if root is not None for item in unfold(root)]


def dump_all(objects):
    return yaml.dump_all(objects, Dumper=Dumper, sort_keys=False, allow_unicode=True, explicit_start=True, width=100000)


def unfold(root):
    """The items of a List, else the object itself."""
    if isinstance(root, dict) and str(root.get("kind", "")).endswith("List") and isinstance(root.get("items"), list):
        return root["items"]
    return [root]


def documents(text):
    """Each document by itself, cut at the markers; those that cannot be read are left out."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    if text.startswith("\ufeff"):
        text = text[1:]
    found, lines, start = [], text.splitlines(keepends=True), 0
    cuts = [i for i, line in enumerate(lines) if re.match(r"(---|\.\.\.)(\s|$)", line)] + [len(lines)]
    for cut in cuts:
        part = "".join(lines[start:cut])
        try:
            items = [item for root in yaml.load_all(part, Loader=Loader) if root is not None for item in unfold(root)]
            found.append(Document(items, start + 1, cut))
        except (Error, ValueError, RecursionError, TypeError):
            pass
        start = cut
    return found


def is_ingress(item):
    return (isinstance(item, dict) and item.get("kind") == "Ingress" and isinstance(item.get("apiVersion"), str) and
            item["apiVersion"] in ("networking.k8s.io/v1", "networking.k8s.io/v1beta1", "extensions/v1beta1"))


def ingresses(items):
    return [item for item in items if is_ingress(item)]


def ingress_name(item):
    """(namespace as it counts, name)."""
    metadata = item.get("metadata") if isinstance(item.get("metadata"), dict) else {}

    def text(key):
        value = metadata.get(key)
        return "" if value is None else str(value)
    return text("namespace") or "default", text("name")


def identity(item):
    metadata = item.get("metadata") or {}
    return item.get("apiVersion"), item.get("kind"), metadata.get("namespace"), metadata.get("name")


def canonical(objects):
    """One text for one set of objects: their order and the order of their keys do not count."""
    return "\n".join(sorted(json.dumps(item, sort_keys=True) for item in objects))

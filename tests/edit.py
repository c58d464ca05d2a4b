# SPDX-License-Identifier: Apache-2.0
"""Changes of one fact in an input: where it stands, taking it away, giving it another valid value.

A fact is an annotation (its name), a directive of a snippet (name#directive), a label (metadata.labels.NAME), a leaf of
the spec (its path, list positions as .0 or [0]) or an entry of a ConfigMap (data.KEY). Editing works on the tree and leaves a
valid object behind.
"""
import copy
import re

# Of an Ingress and most objects, then those of the objects of controllers.
SPEC_ROOTS = ("spec", "config", "plugin", "disabled", "username")
# Leaves that the API demands: they can be changed, not left out.
REQUIRED = ("path", "pathType", "name", "number", "serviceName", "servicePort", "kind", "plugin", "port")
# What chooses the Ingress, and says nothing of what it does.
CHOOSERS = ("kubernetes.io/ingress.class", "spec.ingressClassName", "metadata.labels.acme.cert-manager.io/http01-solver")
# What makes an Ingress another kind of Ingress.
KINDS = ("nginx.ingress.kubernetes.io/canary",)


def tokens(key):
    """Path of a spec leaf as a list of keys and positions, or None for another kind of fact."""
    parts = [part for part in re.split(r"[./\[\]]", key.lstrip("$")) if part]
    if not parts or parts[0] not in SPEC_ROOTS:
        return None
    return [int(part) if part.isdigit() else part for part in parts]


def normal(key):
    """One spelling for one fact: spec.rules.0.host, metadata.labels.x; annotations stay as they are."""
    path = tokens(key)
    if path is not None:
        return ".".join(str(part) for part in path)
    if key.startswith("metadata.annotations."):
        return key[len("metadata.annotations."):]
    return key


def general(key):
    """The same without positions."""
    return re.sub(r"\.\d+(?=\.|$)", ".*", normal(key)) if tokens(key) else normal(key)


def leaves(item):
    """(normal key, value) of every annotation, label and spec leaf of an Ingress. What is null is not there."""
    metadata = item.get("metadata") if isinstance(item.get("metadata"), dict) else {}
    for group, prefix in (("annotations", ""), ("labels", "metadata.labels.")):
        entries = metadata.get(group)
        if isinstance(entries, dict):
            for name, value in entries.items():
                if value is not None:
                    yield prefix + str(name), value
    yield from _leaves("spec", item.get("spec"))


def _leaves(prefix, value):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves("%s.%s" % (prefix, key), inner)
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from _leaves("%s.%d" % (prefix, i), inner)
    elif value is not None:
        yield prefix, value


def _parent(item, path):
    for part in path[:-1]:
        try:
            item = item[part]
        except (KeyError, IndexError, TypeError):
            return None
    last = path[-1]
    if isinstance(item, dict) and last in item or isinstance(item, list) and isinstance(last, int) and last < len(item):
        return item
    return None


def path_of(item, key):
    """Path of the fact in the object's tree, or None when it is not there."""
    key = key.split("#")[0] if "#" in key else key
    name = normal(key)
    metadata = item.get("metadata") or {}
    if tokens(key):
        path = tokens(key)
    elif name.startswith("metadata.labels."):
        path = ["metadata", "labels", name[len("metadata.labels."):]]
    elif name.startswith("data."):
        path = ["data", name[len("data."):]]
    elif name in (metadata.get("annotations") or {}):
        path = ["metadata", "annotations", name]
    else:
        return None
    return path if _parent(item, path) is not None else None


def value_of(item, key):
    path = path_of(item, key)
    if path is None:
        return None
    return _parent(item, path)[path[-1]]


def set_value(item, key, value):
    path = path_of(item, key)
    item = copy.deepcopy(item)
    _parent(item, path)[path[-1]] = value
    return item


def without_directive(snippet, directive):
    """The snippet without the statements of that name; blocks go with their content."""
    out, i = "", 0
    pattern = re.compile(r"(?:(?<=[;{}\n])|^)[ \t]*%s(?=[\s;{])" % re.escape(directive), re.M)
    while True:
        match = pattern.search(snippet, i)
        if not match:
            return out + snippet[i:]
        out += snippet[i:match.start()]
        i, depth = match.end(), 0
        while i < len(snippet):
            char = snippet[i]
            i += 1
            depth += (char == "{") - (char == "}")
            if char == ";" and depth == 0 or char == "}" and depth == 0:
                break


def optional(key):
    path = tokens(key)
    return path is None or isinstance(path[-1], int) or path[-1] not in REQUIRED


def removed(item, key):
    """The Ingress without this fact, or None where the API demands the leaf."""
    path = path_of(item, key)
    if path is None or not optional(key):
        return None
    item = copy.deepcopy(item)
    parent = _parent(item, path)
    if "#" in key and tokens(key) is None:
        parent[path[-1]] = without_directive(parent[path[-1]], key.split("#", 1)[1])
        return item
    del parent[path[-1]]
    # An empty map or list left behind would be a fact of another kind.
    while not parent and len(path) > 2:
        path = path[:-1]
        parent = _parent(item, path)
        del parent[path[-1]]
    return item


def without_match(item, key):
    """The Ingress without the whole path entry (or rule) that this leaf is the match of; None when nothing is left of it."""
    path = tokens(key)
    item = copy.deepcopy(item)
    if path[-1] == "host":
        path = path[:3]
    elif path[-1] in ("path", "pathType"):
        path = path[:6]
    else:
        return None
    if len(path) < 3 or not isinstance(path[-1], int):
        return None
    while path != ["spec"]:
        parent = _parent(item, path)
        if parent is None:
            return None
        del parent[path[-1]]
        if parent:
            break
        path = path[:-1]
        if isinstance(path[-1], str) and path[-1] in ("paths", "http"):
            # A rule with a host and no paths is another statement than no rule.
            path = path[:3]
    spec = item["spec"]
    if not (spec.get("rules") or spec.get("defaultBackend") or spec.get("backend")):
        return None
    return item


def other_host(host):
    return "*.alt" + host[1:] if host.startswith("*.") else "alt." + host


def alternatives(key, value, rows):
    """Other valid values, best first. rows: annotation name -> values that its table row offers."""
    path = tokens(key)
    if path is None:
        name = normal(key)
        if name.startswith("data."):
            return [str(value).replace("/", "/alt-", 1)]
        if name.startswith("metadata.labels.") or "#" in name:
            return ["%s-alt" % value] if "#" not in name else []
        if name in CHOOSERS:
            return ["%s-alt" % value]
        found = [other for other in rows.get(name, []) if other != value]
        flip = {"true": "false", "false": "true"}.get(str(value))
        return found or ([flip] if flip else [])
    last = path[-1]
    if last == "host" or isinstance(last, int):
        return [other_host(str(value))]
    if last == "path":
        return [str(value).rstrip("/") + "/alt"]
    if last == "pathType":
        return [kind for kind in ("Exact", "Prefix") if kind != value]
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value % 60000 + 1]
    return ["%s-alt" % value]

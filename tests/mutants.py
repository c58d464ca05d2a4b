# SPDX-License-Identifier: Apache-2.0
"""Manifests of the Gateway API broken on purpose, one thing at a time. Each kind is a generator of mutants of one list of objects."""
import copy

ROUTES = ("HTTPRoute", "GRPCRoute", "TLSRoute")


def spots(objects, *kinds):
    return [number for number, item in enumerate(objects) if item["kind"] in kinds]


def rules(objects):
    """(object, rule) by number, of HTTPRoutes."""
    return [(i, k) for i in spots(objects, "HTTPRoute") for k in range(len(objects[i]["spec"].get("rules") or []))]


def changed(objects, number, change):
    """The objects with one of them changed; None where there is nothing to change."""
    item = copy.deepcopy(objects[number])
    if change(item["spec"]) is False:
        return None
    return objects[:number] + [item] + objects[number + 1:]


def each_rule(change):
    def kind(objects):
        for i, k in rules(objects):
            yield changed(objects, i, lambda spec, k=k: change(spec["rules"], k))
    return kind


def each_match(change):
    def per_rule(all_rules, k):
        matches = all_rules[k].get("matches") or []
        return any([change(match) is not False for match in matches[:1]])
    return each_rule(per_rule)


def each_filter(type_, change):
    def per_rule(all_rules, k):
        for item in all_rules[k].get("filters") or []:
            if item["type"] == type_:
                return change(item)
        return False
    return each_rule(per_rule)


def each_object(kinds, change):
    def kind(objects):
        for i in spots(objects, *kinds):
            yield changed(objects, i, change)
    return kind


def without(kinds):
    def kind(objects):
        for i in spots(objects, *kinds):
            yield objects[:i] + objects[i + 1:]
    return kind


def drop(mapping, key):
    if key not in mapping:
        return False
    del mapping[key]
    return True


def put(mapping, key, value):
    if mapping.get(key) == value:
        return False
    mapping[key] = value
    return True


def swap(all_rules, k):
    if k + 1 >= len(all_rules):
        return False
    all_rules[k], all_rules[k + 1] = all_rules[k + 1], all_rules[k]
    return True


def first_backend(change):
    def per_rule(all_rules, k):
        backends = all_rules[k].get("backendRefs") or []
        return change(backends) if backends else False
    return each_rule(per_rule)


def path_of(match):
    return match.get("path") or {}


def longer(match):
    return put(path_of(match), "value", path_of(match)["value"].rstrip("/") + "/other") if path_of(match) else False


def shorter(match):
    value = path_of(match).get("value", "/")
    return put(path_of(match), "value", value.rstrip("/").rpartition("/")[0] or "/") if path_of(match) and value != "/" else False


def kind_of_path(old, new):
    return lambda match: put(path_of(match), "type", new) if path_of(match).get("type") == old else False


def reach(listeners):
    for listener in listeners:
        listener["allowedRoutes"] = {"namespaces": {"from": "None"}}
    return bool(listeners)


def rename(spec):
    hostnames = spec.get("hostnames") or []
    return put(spec, "hostnames", ["other." + hostnames[0].lstrip("*.")] + hostnames[1:]) if hostnames else False


def is_policy(item):
    """An object of an implementation."""
    return not item["apiVersion"].startswith("gateway.networking.")


def without_policies(objects):
    for i, item in enumerate(objects):
        if is_policy(item):
            yield objects[:i] + objects[i + 1:]


def other_policies(objects):
    """A key that no table has."""
    for i, item in enumerate(objects):
        if is_policy(item):
            other = copy.deepcopy(item)
            other.get("spec", other)["mutant"] = {"is": "here"}
            yield objects[:i] + [other] + objects[i + 1:]


KINDS = {
    "a policy is dropped": without_policies,
    "a policy says more": other_policies,
    "a rule is dropped": each_rule(lambda all_rules, k: bool(all_rules.pop(k)) and bool(all_rules)),
    "two rules are swapped": each_rule(swap),
    "a route is dropped": without(ROUTES),
    "a Gateway is dropped": without(("Gateway",)),
    "a ListenerSet is dropped": without(("ListenerSet", "XListenerSet")),
    "a grant is dropped": without(("ReferenceGrant",)),
    "another port": first_backend(lambda backends: put(backends[0], "port", backends[0].get("port", 80) + 1)),
    "another Service": first_backend(lambda backends: put(backends[0], "name", backends[0]["name"] + "-other")),
    "another namespace": first_backend(lambda backends: put(backends[0], "namespace", "elsewhere")),
    "another weight": first_backend(lambda backends: put(backends[0], "weight", backends[0].get("weight", 1) * 3 + 1) if len(backends) > 1 else False),
    "no weight": first_backend(lambda backends: put(backends[0], "weight", 0)),
    "no backend": each_rule(lambda all_rules, k: drop(all_rules[k], "backendRefs")),
    "an exact path is a prefix": each_match(kind_of_path("Exact", "PathPrefix")),
    "a prefix is an exact path": each_match(kind_of_path("PathPrefix", "Exact")),
    "a longer path": each_match(longer),
    "a shorter path": each_match(shorter),
    "no condition on headers": each_match(lambda match: drop(match, "headers")),
    "a condition on a header": each_match(lambda match: put(match, "headers", [{"name": "X-Mutant", "value": "1"}])),
    "a condition on the method": each_match(lambda match: put(match, "method", "POST")),
    "no filters": each_rule(lambda all_rules, k: drop(all_rules[k], "filters")),
    "a redirect with another status": each_filter("RequestRedirect", lambda item: put(item["requestRedirect"], "statusCode", 307)),
    "a redirect to another scheme": each_filter("RequestRedirect", lambda item: put(item["requestRedirect"], "scheme", "http")),
    "a redirect to another host": each_filter("RequestRedirect", lambda item: put(item["requestRedirect"], "hostname", "mutant.example")),
    "a rewrite of the path is lost": each_filter("URLRewrite", lambda item: drop(item["urlRewrite"], "path")),
    "a rewrite to another path": each_filter("URLRewrite", lambda item: put(item["urlRewrite"], "path", {"type": "ReplaceFullPath", "replaceFullPath": "/mutant"})),
    "another header is set": each_filter("RequestHeaderModifier", lambda item: put(item, "requestHeaderModifier", {"set": [{"name": "X-Mutant", "value": "1"}]})),
    "another hostname": each_object(ROUTES, rename),
    "no hostnames": each_object(("HTTPRoute",), lambda spec: drop(spec, "hostnames")),
    "an unknown section": each_object(ROUTES, lambda spec: put(spec["parentRefs"][0], "sectionName", "mutant")),
    "no section": each_object(("HTTPRoute",), lambda spec: drop(spec["parentRefs"][0], "sectionName")),
    "no routes are allowed": each_object(("Gateway", "ListenerSet"), lambda spec: reach(spec.get("listeners") or [])),
    "no ListenerSets are allowed": each_object(("Gateway",), lambda spec: drop(spec, "allowedListeners")),
    "a listener for another host": each_object(("Gateway", "ListenerSet"), lambda spec: put(spec["listeners"][-1], "hostname", "mutant.example")),
    "a listener is dropped": each_object(("Gateway", "ListenerSet"), lambda spec: bool(spec["listeners"].pop()) and bool(spec["listeners"])),
}


def mutants(objects, dice, most, share=1):
    """(kind, objects), at most so many of a kind; of a share of the kinds."""
    chosen = dice.sample(sorted(KINDS), int(len(KINDS) * share))
    for name, kind in KINDS.items():
        if name not in chosen:
            continue
        found = [one for one in kind(objects) if one is not None]
        for one in dice.sample(found, min(most, len(found))):
            yield name, one

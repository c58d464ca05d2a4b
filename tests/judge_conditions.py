# SPDX-License-Identifier: Apache-2.0
"""Conditions in the status of real objects against what the reader of the Gateway side sees of them (tests/judges/conditions.c).

    faults(program, target, file, objects)      (disagreements as texts, how many were compared)

Compared are: Accepted, Conflicted and ResolvedRefs of listeners, Accepted of ListenerSets and of each parent of a route, and ResolvedRefs of routes.
What a controller does not write is not compared, and a route's reasons for ResolvedRefs have to be among ours.

Some things are seen in Envoy Gateway's conditions and have no effect on requests. A route that names a ListenerSet counts as attached to listeners
of it that are in conflict with others. And a hostname that another listener has to itself is none that a wider listener has.
"""
import common

LISTENERS = ("Gateway", "ListenerSet")


def of_type(conditions, kind):
    return next((one for one in conditions or [] if one["type"] == kind), None)


def false_reason(conditions, kind, good="True"):
    found = of_type(conditions, kind)
    return found["reason"] if found and found["status"] != good else None


def full_name(item):
    return "%(namespace)s/%(name)s" % item["metadata"]


def listeners(item):
    """key to (reason for which it does not count, reason for which its references are no good)."""
    for one in item.get("status", {}).get("listeners") or []:
        conditions = one.get("conditions")
        refused = false_reason(conditions, "Conflicted", "False") or false_reason(conditions, "Accepted")
        yield ("listener", item["kind"], full_name(item), one["name"]), (refused, false_reason(conditions, "ResolvedRefs"))


# How far a reference to a parent got, in order.
STAGES = ("NoMatchingParent", "NotAllowedByListeners", "NoMatchingListenerHostname", "Accepted")


def parents(route):
    for one in (route.get("status") or {}).get("parents") or []:
        ref = one["parentRef"]
        key = ("route", route["kind"], full_name(route), ref.get("kind", "Gateway"),
               "%s/%s" % (ref.get("namespace") or route["metadata"]["namespace"], ref["name"]), ref.get("sectionName", "-"), str(ref.get("port", 0)))
        accepted = of_type(one["conditions"], "Accepted")
        yield key, accepted["reason"] if accepted else None, false_reason(one["conditions"], "ResolvedRefs")


def theirs(objects):
    found, backends = {}, {}
    for item in objects:
        if item["kind"] in LISTENERS:
            found.update(listeners(item))
        if item["kind"] == "ListenerSet":
            accepted = of_type(item.get("status", {}).get("conditions"), "Accepted")
            if accepted:
                # whether the Gateway takes it: what its listeners are worth stands with them
                good = accepted["status"] == "True" or accepted["reason"] == "ListenersNotValid"
                found["set", item["kind"], full_name(item)] = ("Accepted" if good else accepted["reason"],)
        if item["kind"] == "HTTPRoute":
            for key, accepted, unresolved in parents(item):
                found[key] = (accepted,)
                reasons = unresolved.split(",") if unresolved else [None]
                backends.setdefault(("backends", item["kind"], full_name(item)), set()).update(reasons)
    return found, backends


def ours(program, target, file):
    done = common.run(program, [target, file])
    if done.bug() or done.code:
        raise RuntimeError("conditions: " + (done.bug() or done.err.decode("utf-8", "replace")))
    found, backends = {}, {}
    for line in done.out.decode("utf-8").splitlines():
        words = [None if word == "-" and place > 3 else word for place, word in enumerate(line.split(" "))]
        length = {"listener": 4, "set": 3, "route": 7, "backends": 3}[words[0]]
        key, values = tuple("-" if word is None else word for word in words[:length]), tuple(words[length:])
        if words[0] == "backends":
            backends.setdefault(key, set()).add(values[0])
        else:
            found[key] = values
    return found, backends


def hosts_of(objects, kind):
    return {full_name(item): set(item["spec"].get("hostnames") or []) for item in objects if item["kind"] == kind}


class Known:
    """What is known of a controller and makes its conditions others than ours."""

    def __init__(self, objects, mine):
        self.routes = hosts_of(objects, "HTTPRoute")
        self.own = {listener.get("hostname") for item in objects if item["kind"] in LISTENERS for listener in item["spec"]["listeners"]}
        self.refused = {(key[1], key[2], key[3]) for key, values in mine.items() if key[0] == "listener" and values[0]}

    def explains(self, key, mine, other):
        if key[0] != "route" or not mine or {mine[0], other[0]} - set(STAGES):
            return False
        # of several reasons, over several listeners, Traefik writes the last one
        if key[5] == "-" and {mine[0], other[0]} == set(STAGES[1:3]):
            return True
        further = STAGES.index(other[0]) > STAGES.index(mine[0])
        named = [one for one in self.refused if one[:2] == key[3:5] and key[5] in ("-", one[2])]
        if further:
            return key[3] == "ListenerSet" and bool(named)
        return other[0] == "NoMatchingListenerHostname" and bool(self.routes[key[2]] & self.own)


def faults(program, target, file, objects):
    mine, my_backends = ours(program, target, file)
    other, other_backends = theirs(objects)
    known = Known(objects, mine)
    found = ["%s: %s, and the controller says %s" % (" ".join(key), mine.get(key), value) for key, value in sorted(other.items())
             if mine.get(key) != value and not known.explains(key, mine.get(key), value)]
    for key, reasons in sorted(other_backends.items()):
        wanted = my_backends.get(key) or {None}
        if not reasons <= wanted:
            found.append("%s: %s, and the controller says %s" % (" ".join(key), sorted(map(str, wanted)), sorted(map(str, reasons))))
    return found, len(other) + len(other_backends)

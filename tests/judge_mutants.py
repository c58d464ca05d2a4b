# SPDX-License-Identifier: Apache-2.0
"""A real Envoy judges `ing2gw verify`: does it answer alike what verify calls alike?

The manifests that convert prints for Envoy Gateway from each fixture are broken in many ways (tests/mutants.py). A mutant of which verify says what
it says of the original is served by Envoy Gateway's translator and Envoy, as the original is, and both are asked the witnesses of both and requests
made at random. An answer that differs is a hole in verify, unless verify names that difference from the controller: paths of one class differ alike.
Mutants that Envoy Gateway does not take, or of which Envoy takes no configuration, are counted apart.

    run(binary, options, pair, tally)      for tests/judge_envoy.py: --mutants N of a kind for each fixture, --requests so many at random
"""
import asyncio
import collections
import functools
import json
import os
import random
import tempfile
import types

import common
import envoy_stack
import envoy_static
import gwagree
import judge_envoy
import judge_recorded
import kubeyaml
import mutants
import verify

TARGET = ["--target", "envoy-gateway"]
# ListenerSets and labels of namespaces are nothing that the translator's reader of files knows.
CONVERT = TARGET + ["--listeners", "gateway", "--no-comments", "-q"]
BATCH = 24


class Served(judge_recorded.Set):
    """Manifests with what they stand in, as the translator takes them."""

    def __init__(self, name, around, printed):      # pylint: disable=super-init-not-called
        self.name, self.objects, self.printed, self.target, self.refusal = name, around, printed, "envoy-gateway", ""
        self.services = types.SimpleNamespace(empty=set())


class Twins:
    """A mutant that is said to be as the original is."""

    def __init__(self, case, kind, number, original, mutant, requests, named):
        # all Services answer: of a share that fails chance would decide
        around = gwagree.surroundings(original, True) + gwagree.surroundings(mutant, True)
        around = list({(item["kind"], item["metadata"]["namespace"], item["metadata"]["name"]): item for item in around if item["kind"] != "Secret"}.values())
        self.name, self.requests, self.named = "%s, %s" % (case, kind), requests, named
        self.sides = [Served("m%d%s" % (number, side), around, objects) for side, objects in (("a", original), ("b", mutant))]


def printed(binary, case, words):
    done = common.run(binary, ["convert"] + words + CONVERT, cwd=case.folder, timeout=300)
    return kubeyaml.load_all(done.out.decode("utf-8")) if done.code in (0, 1, 3) and not done.bug() else []


def verified(binary, case, words, file):
    """(report, witnesses)"""
    with tempfile.TemporaryDirectory() as folder:
        witnesses = os.path.join(folder, "witnesses")
        report, _ = verify.verify(binary, case, words + TARGET + ["--emit-requests", witnesses], file)
        if report is None:
            return None, []
        with open(witnesses, encoding="utf-8") as lines:
            return report, [json.loads(line) for line in lines]


def plain(record):
    """What a client can send: no gates, no addresses of its own, no other load balancer."""
    return record.get("host") and not record.get("given") and not record.get("client") and record.get("http", "1.1") == "1.1" and record.get("port") in (None, 80, 443)


def survivors(binary, case, options):
    """(twins, how many mutants verify saw)"""
    words, found, seen = verify.command(case), [], 0
    objects = printed(binary, case, words) if words is not None else []
    if not objects:
        return found, seen
    dice = random.Random("%s %d" % (case.name, options.seed))
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "after.yaml")

        def written(manifests):
            with open(file, "w", encoding="utf-8") as out:
                out.write(kubeyaml.dump_all(manifests))
            return verified(binary, case, words, file)
        report, witnesses = written(objects)
        if report is None:
            return found, seen
        base, unknown = verify.essence(report), verify.unknown_hosts(report)
        for kind, mutant in mutants.mutants(objects, dice, options.mutants, options.share):
            said, more = written(mutant)
            if said is None or verify.essence(said) != base:
                seen += 1
                continue
            made = list(gwagree.requests(mutant, judge_recorded.gateway.Manifests(mutant)))
            requests = witnesses + more + dice.sample(made, min(options.requests, len(made)))
            requests = [dict(record, headers=record.get("headers") or [], method=record.get("method") or "GET") for record in requests
                        if plain(record) and record["host"] not in unknown]
            found.append((kind, mutant, requests, said))
    return [(case, words, kind, objects, mutant, requests, said) for kind, mutant, requests, said in found], seen


def known(binary, found, record):
    """verify names the difference."""
    case, words, _, _, mutant, _, said = found
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "mutant.yaml")
        with open(file, "w", encoding="utf-8") as out:
            out.write(kubeyaml.dump_all(mutant))
        return verify.named(binary, case, words + TARGET, file, said, {key: value for key, value in record.items() if key != "entry"})


async def ask(stack, pairs):
    async with stack:
        async def of(twins):
            return [await stack.ask_all(side.address, twins.requests) for side in twins.sides]
        return await asyncio.gather(*[of(twins) for twins in pairs])


def serve(pairs, pair, counts, tally):
    objects, classes, sides = {}, set(), [side for twins in pairs for side in twins.sides]
    for number, side in enumerate(sides):
        objects[side.name], more = side.serve(number, pair)
        classes |= more
    taken, dump = judge_recorded.translated(sides, objects, classes)
    kept = []
    for twins in pairs:
        names = [name for side in twins.sides for name in side.names]
        # of several load balancers a client has to choose one, and these have one address
        alone = all(len(side.names) < 2 for side in twins.sides)
        if not alone or not all(side in taken for side in twins.sides) or any(envoy_static.repeated(dump[name]) for name in names if name in dump):
            counts["not served"] += 1
        else:
            kept.append(twins)
    addresses = {name: side.address for twins in kept for side in twins.sides for name in side.names}
    services = {place: name for twins in kept for side in twins.sides for place, name in side.served.items()}
    every = [item for twins in kept for side in twins.sides for item in objects[side.name]]
    stack = envoy_stack.Stack({name: item for name, item in dump.items() if name in addresses}, every, addresses, services, judge_recorded.CLIENT)
    for twins, (original, mutant) in zip(kept, asyncio.run(ask(stack, kept))):
        counts["asked"] += len(twins.requests)
        differ = [(record, one, other) for record, one, other in zip(twins.requests, original, mutant) if not alike(one, other) and not twins.named(record)]
        tally.check(not differ, "mutant of " + twins.name, "".join("\n    %s: %s, and the mutant %s" % (json.dumps(record), one, other)
                                                                 for record, one, other in differ[:judge_envoy.SHOWN]))


def alike(one, other):
    """Of a share of requests each backend may answer; which ones share is what verify compares."""
    if one.seen and other.seen:
        return one.seen["target"] == other.seen["target"] and one.seen["host"] == other.seen["host"]
    return (one.status, one.header("location"), bool(one.seen)) == (other.status, other.header("location"), bool(other.seen))


def run(binary, options, pair, tally):
    counts = collections.Counter()
    cases = [case for case in common.cases() if case.converts()]
    found = []
    for some, seen in common.parallel(lambda case: survivors(binary, case, options), cases):
        found += some
        counts["seen"] += seen
    pairs = [Twins(one[0].name, one[2], number, one[3], one[4], one[5], functools.partial(known, binary, one)) for number, one in enumerate(found)]
    for first in range(0, len(pairs), BATCH):
        serve(pairs[first:first + BATCH], pair, counts, tally)
    total = counts["seen"] + len(found)
    print("mutants: %d of %d seen by verify; of the others %d are not served, %d answer alike to %d requests" % (
        counts["seen"], total, counts["not served"], len(found) - counts["not served"] - tally.failed, counts["asked"]))

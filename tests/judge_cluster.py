# SPDX-License-Identifier: Apache-2.0
"""Real implementations on a real API server judge `ing2gw trace --after`: do they answer requests as it says, and do their controllers
write the conditions that its reader sees?

Sets of Gateways, ListenerSets, routes, grants and Services are made at random (tests/cluster_sets.py) and created through the API server, some of
their objects later than others. The controller's data plane serves one Gateway after the other; each request of a set is asked of it and of
`ing2gw trace`, which reads what the API server has. All runs in namespaces of its own, with nothing but a loopback device.

    --implementation NAME   envoy-gateway, traefik, contour
    --sets N                how many, from --seed; --batch of them are on the API server at once
    --recorded N            then every N-th recorded set of ingress-nginx, converted for it (tests/judge_cluster_recorded.py); 0: none
    then what people write by hand for it (tests/judge_cluster_written.py)
    --choice N=V            another choice of the evaluator than the target's table has
    --keep DIR              write each set with a disagreement there
    --program FILE          prints the conditions that the reader sees (tests/conditions.c); without it they are not compared
"""
import argparse
import contextlib
import os
import sys
import tempfile
import time

import cluster as control
import cluster_sets
import common
import controllers
import envoy_stack
import judge_cluster_recorded
import judge_cluster_written
import judge_conditions
import judge_envoy
import kubeyaml



def make(cluster, sets):
    """In waves: the API server writes ages in whole seconds. What it refuses is left out of its set."""
    refused = 0
    for one in sets:
        for item in one.namespaces:
            cluster.must(item)
    for wave in range(cluster_sets.WAVES):
        if wave:
            time.sleep(1.1)
        for one in sets:
            for when, item in list(one.objects):
                if when != wave:
                    continue
                why = cluster.create(item)
                if why:
                    refused += 1
                    one.objects.remove((when, item))
    return refused


def unmake(cluster, sets):
    for one in sets:
        for _, item in reversed(one.objects):
            cluster.delete(item)
        for item in one.namespaces:
            cluster.delete(item)


def read(cluster, one):
    """The set as the API server has it, without what it keeps for itself."""
    found = [cluster.read(item) for item in [one.kind] + one.namespaces + [item for _, item in one.objects]]
    for item in found:
        for key in ("managedFields", "uid", "resourceVersion", "generation"):
            item["metadata"].pop(key, None)
    return found


class Judged:
    """A set with what the API server has of it: what judge_envoy.Verdict wants to know."""

    def __init__(self, one, objects, target):
        self.seed, self.requests, self.services, self.objects, self.target = one.seed, one.requests, one.services, objects, target

    def text(self):
        return kubeyaml.dump_all([{key: value for key, value in item.items() if key != "status"} for item in self.objects])

    @contextlib.contextmanager
    def written(self):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
            file.write(self.text())
            file.flush()
            yield file.name

    def ours(self, binary, choices):
        with self.written() as file:
            return judge_envoy.traced(binary, file, self.target, self.requests, choices, "set %d" % self.seed)


def check_conditions(judged, program, keep, verdict):
    if program:
        with judged.written() as file:
            found, compared = judge_conditions.faults(program, judged.target, file, judged.objects)
        verdict.compared += compared
        if found and keep:
            with open(os.path.join(keep, "conditions%d.yaml" % judged.seed), "w", encoding="utf-8") as out:
                out.write("".join("# %s\n" % line for line in found) + kubeyaml.dump_all(judged.objects))
        verdict.tally.check(not found, "conditions, set %d" % judged.seed, "\n    ".join(found))


def closest(requests, models, theirs):
    """Of several models' answers one that agrees."""
    return [next((mine for mine in answers if judge_envoy.agree(request, mine, other)), answers[0])
            for request, answers, other in zip(requests, zip(*models), theirs)]


def judge(implementation, sets, options, verdict):
    choices = [word for choice in options.choice for word in ("--choice", choice)]
    for one in sets:
        with implementation.serve(one) as why:
            theirs = [] if why else implementation.ask(one.services, one.requests)
        judged = Judged(one, read(implementation.cluster, one), implementation.target)
        ours = judged.ours(options.binary, choices)
        if why:
            verdict.unserved += 1
            verdict.tally.check(judge_envoy.foreseen(ours), "refused, set %d" % one.seed, why)
            continue
        if implementation.chance:
            ours = closest(one.requests, (ours, judged.ours(options.binary, choices + ["--choice", implementation.chance])), theirs)
        verdict.add(judged, ours, theirs)
        check_conditions(judged, implementation.reasons and options.program, options.keep, verdict)


def run(implementation, options, pair, verdict):
    seeds, refused = list(range(options.seed, options.seed + options.sets)), 0
    print("%s, seeds %d to %d" % (implementation.name, seeds[0], seeds[-1]))
    for first in range(0, len(seeds), options.batch):
        sets = [cluster_sets.Set(seed, number, pair, implementation) for number, seed in enumerate(seeds[first:first + options.batch])]
        if not first:
            implementation.cluster.must(sets[0].kind)
        refused += make(implementation.cluster, sets)
        implementation.look_at(sets)
        judge(implementation, sets, options, verdict)
        unmake(implementation.cluster, sets)
    return refused


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=os.path.join(common.ROOT, "build", "ing2gw"))
    parser.add_argument("--implementation", default="envoy-gateway", choices=sorted(controllers.IMPLEMENTATIONS))
    parser.add_argument("--sets", type=int, default=30)
    parser.add_argument("--batch", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--recorded", type=int, default=0)
    parser.add_argument("--choice", action="append", default=[])
    parser.add_argument("--keep")
    parser.add_argument("--program")
    options = parser.parse_args()
    options.binary = os.path.abspath(options.binary)
    kind = controllers.IMPLEMENTATIONS[options.implementation]
    why = control.missing(*kind.parts) or ("" if control.isolated() else "no namespaces can be made here")
    if why:
        print("skipped: %s\n0 passed, 0 failed, 1 skipped" % why)
        return 0
    verdict = judge_envoy.Verdict(options)
    with tempfile.TemporaryDirectory() as folder:
        cluster = control.Cluster(folder)
        try:
            implementation = kind(cluster, folder)
            try:
                pair, refused = envoy_stack.certificate(folder), 0
                if options.sets:
                    refused = run(implementation, options, pair, verdict)
                if options.recorded:
                    judge_cluster_recorded.run(implementation, options.binary, options.recorded, options.seed, options.batch, pair, verdict.tally)
                judge_cluster_written.run(implementation, options.binary, verdict.tally)
            finally:
                implementation.close()
        finally:
            cluster.close()
    print("%d requests, %d disagreements; %d sets that the data plane refuses; %d objects that the API server refuses; %d conditions" % (
        verdict.asked, verdict.differ, verdict.unserved, refused, verdict.compared))
    return verdict.tally.end()


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""The real thing before, the real thing after: recorded sets of ingress-nginx are converted for a target, the real one serves what came of it, and each
recorded request is asked again (tests/traffic.py says what is compared). All runs in a network namespace of its own; the requests come from the address that
they came from then.

    --implementation NAME   through its controller on a real API server, with ListenerSets where it has them (tests/controllers.py); without: what
                            Envoy Gateway's translator makes of it, with listeners in the Gateway
    --sets N        of all recorded sets; 0: all. --seed S: from the S-th on, evenly spread
    --least P       at least that share of the requests in normal form (no escapes, doubled slashes, dot segments) has to be equal; else that of tests/controllers.py
    --causes        how many requests differ in what, with an example
"""
import argparse
import os
import sys
import tempfile

import cluster as control
import common
import controllers
import envoy_stack
import judge_cluster_recorded
import judge_recorded
import routing
import traffic


class Translated(traffic.Judged, judge_recorded.Set):
    pass


class Controlled(traffic.Judged, judge_cluster_recorded.Set):
    pass


def chosen(options):
    records = [record for record in routing.records(None) if record["config"] == "ok"]
    step = max(len(records) // options.sets, 1) if options.sets else 1
    return records[options.seed % step::step]


def converted(kind, target, options, tally):
    """Sets of that kind that something is printed for."""
    traffic.Judged.pair = options.pair
    sets = judge_recorded.converted(common.parallel(lambda record: kind(options.binary, record, target), chosen(options)), target, tally)
    return [one for one in sets if one.is_served()]


def translated(options, tally, score):
    """Through the translator; how many sets."""
    sets = converted(Translated, options.target, options, tally)
    for one in sets:
        one.asked = judge_recorded.asked(one.record)
    for first in range(0, len(sets), options.batch):
        judge_recorded.serve(sets[first:first + options.batch], options.pair, score.counts, tally, score.judge)
    for one in [one for one in sets if one.refusal]:
        tally.fail("recorded set %s" % one.name, "Envoy Gateway does not take what was printed: " + one.refusal)
    return len(sets)


def controlled(options, tally, score, folder):
    """Through the implementation's controller; how many sets."""
    cluster = control.Cluster(folder)
    try:
        implementation = controllers.IMPLEMENTATIONS[options.implementation](cluster, folder)
        try:
            sets = converted(Controlled, implementation.target, options, tally)
            judge_cluster_recorded.judge_all(implementation, sets, options.batch, options.pair, score.counts, tally, score.judge)
            return len(sets)
        finally:
            implementation.close()
    finally:
        cluster.close()


def unfit(implementation):
    """Why it cannot be judged here, or an empty text; where it can, the program is in its namespaces."""
    if not implementation:
        return envoy_stack.missing() or ("" if envoy_stack.isolated() else "no network namespace can be made here")
    return control.missing(*controllers.IMPLEMENTATIONS[implementation].parts) or ("" if control.isolated() else "no namespaces can be made here")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=os.path.join(common.ROOT, "build", "ing2gw"))
    parser.add_argument("--target", default="envoy-gateway")
    parser.add_argument("--implementation", choices=sorted(controllers.IMPLEMENTATIONS))
    parser.add_argument("--sets", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--batch", type=int, default=40)
    parser.add_argument("--least", type=float)
    parser.add_argument("--causes", action="store_true")
    options = parser.parse_args()
    options.binary = os.path.abspath(options.binary)
    if options.least is None:
        options.least = controllers.IMPLEMENTATIONS[options.implementation or "envoy-gateway"].equal
    why = unfit(options.implementation)
    if why:
        print("skipped: %s\n0 passed, 0 failed, 1 skipped" % why)
        return 0
    tally, score = common.Tally(), traffic.Score()
    with tempfile.TemporaryDirectory() as folder:
        options.pair = envoy_stack.certificate(folder)
        sets = controlled(options, tally, score, folder) if options.implementation else translated(options, tally, score)
    if options.causes:
        score.causes.show()
    score.show(options.implementation + ", its controller" if options.implementation else options.target, sets)
    tally.check(score.share() >= options.least, "equal requests in normal form", "%.1f %%, and at least %.1f %% have to be" % (score.share(), options.least))
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())

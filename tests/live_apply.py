# SPDX-License-Identifier: Apache-2.0
"""What is printed, applied to a real API server without being stored (server-side apply with dryRun): the output of every case for several versions of the
Gateway API, whose definitions are installed there. Something wrong is sent first, which must be refused.
"""
import argparse
import hashlib
import json
import os
import sys
import tempfile

import cluster
import common
import validate

VERSIONS = ("1.0", "1.2", "1.4", "1.5", "1.7")
WRONG = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "wrong", "namespace": "default"},
         "spec": {"rules": [{"backendRefs": [{"name": "a", "port": 70000}]}]}}


def objects(text):
    """Objects of JSON texts that follow each other, Lists taken apart."""
    decoder, at, found = json.JSONDecoder(), 0, []
    text = text.strip()
    while at < len(text):
        item, at = decoder.raw_decode(text, at)
        found += item["items"] if item.get("kind") == "List" else [item]
        while at < len(text) and text[at].isspace():
            at += 1
    return found


def printed(binary, case, version):
    """(objects, fault) of a case for that version, in the standard channel."""
    args = case.args()
    for name in ("--gateway-api", "--channel", "-o", "--output"):
        _, args = validate.option(args, name)
    done = common.run(binary, args + ["--gateway-api", version, "-o", "json", "--no-proof"], cwd=case.folder, stdin=case.stdin(), timeout=120)
    if done.bug() or done.code not in (0, 1, 3):
        return [], done.bug() or "exit code %d" % done.code
    return objects(done.out.decode("utf-8")), ""


def dry_run(control, item):
    """An empty text, or why the API server refuses it."""
    path = control.place(item, named=True)
    status, text = control.request("PATCH", path + "?dryRun=All&fieldManager=ing2gw&fieldValidation=Strict", item, "application/apply-patch+yaml")
    return "" if status in (200, 201) else "%d %s" % (status, json.loads(text).get("message", text))


def is_judged(control, item, unjudged):
    """Of kinds of implementations the definitions may not be here; of the Gateway API's own they are."""
    try:
        control.place(item)
    except LookupError:
        group = item["apiVersion"].split("/")[0]
        if not group.endswith("gateway.networking.k8s.io"):
            unjudged[group] = unjudged.get(group, 0) + 1
            return False
    return True


def check_version(binary, version, cases, tally):
    with tempfile.TemporaryDirectory() as folder:
        control = cluster.Cluster(folder)
        try:
            control.crds(validate.crds(version, "standard"))
            for name in sorted(os.listdir(os.path.join(common.judges_folder(), "policies"))):
                part = os.path.join(common.judges_folder(), "policies", name)
                if os.path.isdir(part):
                    control.crds(part)
            tally.check("backendRefs" in dry_run(control, WRONG), version, "takes what is wrong")
            spaces, seen, unjudged = {"default"}, set(), {}
            for case, (items, fault) in zip(cases, common.parallel(lambda case: printed(binary, case, version), cases)):
                name = "%s for %s" % (case.name, version)
                tally.check(not fault, name, fault)
                for item in items:
                    key = hashlib.sha256(json.dumps(item, sort_keys=True).encode()).digest()
                    if key in seen:
                        continue
                    seen.add(key)
                    if not is_judged(control, item, unjudged):
                        continue
                    space = item["metadata"].get("namespace") or "default"
                    if space not in spaces:
                        spaces.add(space)
                        control.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space}})
                    why = dry_run(control, item)
                    tally.check(not why, "%s: %s %s" % (name, item["kind"], item["metadata"]["name"]), why)
            if unjudged:
                print("%s: not judged, as their definitions are not here: %s" % (version, ", ".join("%d of %s" % (n, group) for group, n in sorted(unjudged.items()))))
        finally:
            control.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--versions", default=",".join(VERSIONS))
    args = parser.parse_args()
    why = cluster.missing() or ("" if cluster.isolated() else "no network namespaces can be made here")
    if why:
        print("skipped: %s\n0 passed, 0 failed, 1 skipped" % why)
        return 0
    tally = common.Tally()
    cases = [case for case in common.cases(args.only) if case.converts() and case.exit() != 2]
    for version in args.versions.split(","):
        check_version(os.path.abspath(args.binary), version, cases, tally)
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())

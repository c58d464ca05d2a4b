# SPDX-License-Identifier: Apache-2.0
"""Every printed manifest against the API server's own schema and CEL code, by kubectl-validate (`make judges` gets it).

All fixtures for each Gateway API version and channel; with --corpus all files of a folder, for the versions that --versions names.
Objects are written as files and judged many at a time, because a start of the judge costs longer than the judging, and equal
ones once: the judge takes as long for an object that it knows as for a new one.
"""
import argparse
import collections
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile

import common
import tables

CORPUS_VERSION = "1.5"
CHANNELS = ("standard", "experimental")
BATCH = 400
# What the CRDs must refuse; if they do not, the judge judges nothing.
WRONG = """apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: structure}
spec: {rules: [{backendRefs: [{name: a, port: 70000}]}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: cel}
spec: {rules: [{filters: [{type: URLRewrite}]}]}
"""
RIGHT = """apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: right}
spec: {rules: [{backendRefs: [{name: a, port: 80}]}]}
"""


def validator():
    return os.path.join(common.judges_folder(), "bin", "kubectl-validate-" + common.versions()["KUBECTL_VALIDATE"])


def crds(version, channel):
    return os.path.join(common.judges_folder(), "crds", version, channel)


def api_versions():
    return sorted(key[len("GATEWAY_API_"):].replace("_", ".") for key in common.versions() if key.startswith("GATEWAY_API_"))


def judge(folder, files):
    """path -> list of faults. Paths are the judge's own keys, so an answer always belongs to its file."""
    if not files:
        return {}
    done = subprocess.run([validator(), "--local-crds", folder, "-o", "json"] + files, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env=common.environment(), check=False)
    try:
        answers = json.loads(done.stdout)
    except ValueError:
        if len(files) > 1:
            # One file that the judge cannot even read spoils the whole answer: find it.
            half = len(files) // 2
            return {**judge(folder, files[:half]), **judge(folder, files[half:])}
        return {files[0]: ["cannot be judged: " + done.stderr.decode("utf-8", "replace").strip()[-500:]]}
    found = {}
    for path in files:
        if path not in answers:
            # An empty file has no answer.
            found[path] = [] if os.path.getsize(path) == 0 else ["no answer of the judge"]
            continue
        found[path] = [answer.get("message") or json.dumps(answer) for answer in answers[path] if answer.get("status") != "Success"]
    return found


def judge_all(jobs):
    """jobs: set of (CRD folder, path). Returns (CRD folder, path) -> faults."""
    by_folder = collections.defaultdict(list)
    for folder, path in sorted(jobs):
        by_folder[folder].append(path)
    batches = [(folder, paths[i:i + BATCH]) for folder, paths in sorted(by_folder.items()) for i in range(0, len(paths), BATCH)]
    found = {}
    for (folder, _), part in zip(batches, common.parallel(lambda batch: judge(*batch), batches)):
        found.update({(folder, path): faults for path, faults in part.items()})
    return found


def option(args, name):
    """(value of the last --name, args without any)."""
    value, rest, i = None, [], 0
    while i < len(args):
        if args[i] == name and i + 1 < len(args):
            value = args[i + 1]
            i += 2
            continue
        if args[i].startswith(name + "="):
            value = args[i][len(name) + 1:]
        else:
            rest.append(args[i])
        i += 1
    return value, rest


class Work:
    """One conversion: name for messages, arguments, where to run."""

    def __init__(self, name, args, version, channel, cwd=None, stdin=None):
        _, rest = option(option(args, "--gateway-api")[1], "--channel")
        self.name, self.cwd, self.stdin = "%s for %s %s" % (name, version, channel), cwd, stdin
        self.args = rest + ["--gateway-api", version, "--channel", channel]
        target, _ = option(args, "--target")
        folders = [os.path.join(common.judges_folder(), "policies", name) for name in ("cert-manager", (target or "standard").split("@")[0])]
        self.crds = ",".join([crds(version, channel)] + [folder for folder in folders if os.path.isdir(folder)])
        self.paths = []


def kinds(text):
    return re.findall(r"^kind: (\w+)", text.decode("utf-8", "replace"), re.M)


def undefined_groups():
    """Groups of policies of targets whose definitions tests/judges.sh could not have. What is printed of these is not judged."""
    return sorted({group for name, groups in tables.policy_groups().items() for group in groups
                   if not os.path.isdir(os.path.join(common.judges_folder(), "policies", name))})


def undefined():
    """An expression for objects that nobody has a definition of: of these groups, and of kinds that a table of a user's brings along."""
    groups = [re.escape(group) for group in undefined_groups()] + [r"[a-z.]*\bexample\.com"]
    return re.compile(r"(?m)^apiVersion: (%s)/" % "|".join(groups))


UNDEFINED = undefined()


def convert(binary, work, folder, number):
    """Writes the objects of the output, a file each; returns (fault or empty, kinds printed)."""
    result = common.run(binary, work.args, cwd=work.cwd, stdin=work.stdin, timeout=120)
    if result.bug():
        return result.bug(), []
    if result.code not in (0, 1, 3):
        return "exit code %d: %s" % (result.code, result.err.decode("utf-8", "replace")[:500]), []
    ending = ".json" if result.out.lstrip()[:1] in (b"{", b"[") else ".yaml"
    # Comments name the file that an object came from, and say nothing to the judge.
    text = re.sub(rb"(?m)^ *#.*\n", b"", result.out)
    for piece in re.split(rb"(?m)^---\n", text) if ending == ".yaml" else [text]:
        if not piece.strip() or UNDEFINED.search(piece.decode("utf-8", "replace")):
            continue
        path = os.path.join(folder, hashlib.sha256(piece).hexdigest()[:32] + ending)
        work.paths.append(path)
        if not os.path.exists(path):
            part = "%s.%d" % (path, number)
            with open(part, "wb") as file:
                file.write(piece)
            os.replace(part, path)
    return "", kinds(result.out)


def works_of_fixtures():
    for case in common.cases(os.environ.get("CASE", "")):
        # Cases about bad usage have nothing to print.
        if not case.converts() or case.exit() not in (0, 1, 3):
            continue
        for version in api_versions():
            for channel in CHANNELS:
                yield Work(case.name, case.args(), version, channel, case.folder, case.stdin())


def works_of_corpus(folder, wanted):
    for path, names, leaves in os.walk(folder):
        names.sort()
        for leaf in sorted(leaves):
            if leaf.endswith((".yaml", ".yml", ".json")):
                full = os.path.join(path, leaf)
                for version in wanted:
                    yield Work(os.path.relpath(full, folder), ["convert", "-f", os.path.abspath(full)], version, "standard")


def check_judge(tally, folder):
    """The judge refuses what is wrong and takes what is right, for each set of CRDs."""
    for version in api_versions():
        for channel in CHANNELS:
            paths = []
            for name, text in (("wrong", WRONG), ("right", RIGHT)):
                paths.append(os.path.join(folder, "%s-%s-%s.yaml" % (name, version, channel)))
                with open(paths[-1], "w", encoding="utf-8") as file:
                    file.write(text)
            found = judge(crds(version, channel), paths)
            tally.check(len(found[paths[0]]) == 2 and not found[paths[1]], "the judge itself, %s %s" % (version, channel), str(found))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--corpus")
    parser.add_argument("--versions", default=CORPUS_VERSION, help="Gateway API versions for --corpus, with commas between them")
    options = parser.parse_args()
    binary = os.path.abspath(options.binary)
    tally = common.Tally()
    if not os.access(validator(), os.X_OK) or not all(os.path.isdir(crds(v, "standard")) for v in api_versions()):
        print("kubectl-validate or CRDs are not there: make judges")
        print("0 passed, 1 failed, 0 skipped")
        return 1
    works = list(works_of_corpus(options.corpus, options.versions.split(",")) if options.corpus else works_of_fixtures())
    with tempfile.TemporaryDirectory() as scratch:
        check_judge(tally, scratch)
        results = common.parallel(lambda item: convert(binary, item[1], scratch, item[0]), list(enumerate(works)))
        answers = judge_all({(work.crds, path) for work in works for path in work.paths})
        printed = collections.Counter()
        invalid = 0
        for work, (fault, names) in zip(works, results):
            wrong = [text for path in work.paths for text in answers[work.crds, path]]
            faults = [fault] if fault else wrong
            invalid += bool(wrong)
            printed.update(names)
            tally.check(not faults, work.name, "\n  ".join(faults[:10]))
    if not works:
        tally.fail("nothing to convert")
    print("converted %d inputs to %d objects: %s" % (len(works), sum(printed.values()), ", ".join(
        "%d %s" % (count, kind) for kind, count in sorted(printed.items()))))
    print("judged: %d different objects; outputs with an invalid one: %d" % (len(answers), invalid))
    print("not judged, for want of definitions: kinds of %s" % (", ".join(undefined_groups()) or "no group"))
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())

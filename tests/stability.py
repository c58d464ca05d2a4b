# SPDX-License-Identifier: Apache-2.0
"""The same Ingress keeps its names, and its objects, when others come and go.

    removal     each Ingress of a fixture is taken out in turn: objects whose hosts it does not share are the same ones, byte for byte
                (--no-comments); of a Gateway or ListenerSet the listeners that are left are
    shuffled    documents in another order, and shared out to files in another way: the same bytes
    jobs        on one thread and on several: the same manifests, messages and report, of each fixture and of many hosts at once
"""
import argparse
import json
import os
import random
import sys
import tempfile

import bench
import common
import kubeyaml

SEED = 20
# The place of the Gateway is given, as for a cluster: without, it follows the namespaces of the input.
GATEWAY = ["--gateway", "gateways/gateway"]
# What reaches over all hosts of a Gateway by its nature.
WIDE = {"clients/": "a Gateway asks all its clients for certificates, or none"}
ROUTES = ("HTTPRoute", "GRPCRoute", "TLSRoute")


def documents(case):
    """All objects of the input, or None where something in it is no YAML or is given in another way than by -f."""
    folder = case.path("input") if case.has("input") else None
    paths = [case.path("input.yaml")] if folder is None else [
        os.path.join(where, leaf) for where, _, leaves in os.walk(folder) for leaf in leaves if leaf.endswith((".yaml", ".yml", ".json"))]
    found = []
    for path in sorted(paths):
        try:
            with open(path, encoding="utf-8") as file:
                found += kubeyaml.load_all(file.read())
        except (kubeyaml.Error, OSError, ValueError, TypeError):
            return None
    # a dump is one because of its first document
    good = all(isinstance(item, dict) and item.get("kind") != "Dump" for item in found)
    return found if good else None


def arguments(case):
    """The case's options without its input, or None where the input is no plain file or folder."""
    args, kept, skip = case.args(), [], False
    for arg in args[1:]:
        if skip:
            skip = False
        elif arg in ("-f", "--filename"):
            skip = True
        elif arg not in ("input", "input.yaml", "input/"):
            kept.append(arg)
    return kept if args[0] == "convert" and "-" not in kept else None


class Stability:
    def __init__(self, binary, case, items, args):
        self.binary, self.case, self.items, self.args = binary, case, items, args
        self.place = [] if "--gateway" in args else GATEWAY

    def convert(self, files, form):
        """files: name -> objects. Bytes of the output."""
        with tempfile.TemporaryDirectory() as scratch:
            for name, items in files.items():
                with open(os.path.join(scratch, name), "w", encoding="utf-8") as file:
                    file.write(kubeyaml.dump_all(items))
            # manifests alone are looked at, and the proof changes none
            args = ["convert", "-q", "--no-proof", "-f", scratch] + self.args + form
            return common.run(self.binary, args, cwd=self.case.folder).out

    def objects(self, items):
        out = self.convert({"all.yaml": items}, ["-o", "json"] + self.place)
        return {kubeyaml.identity(item): item for item in (kubeyaml.unfold(json.loads(out)) if out.strip() else [])}

    def removals(self):
        """Faults."""
        before = self.objects(self.items)
        faults = []
        for item in kubeyaml.ingresses(self.items):
            name = "/".join(kubeyaml.ingress_name(item))
            after = self.objects([other for other in self.items if other is not item])
            faults += ["without %s: %s" % (name, fault) for fault in self.compare(before, after, item)]
        return faults

    def compare(self, before, after, removed):
        hosts = self.hosts(removed)
        # Without a host, with a default backend, or in the same Service the removed Ingress reaches further than its hosts.
        if "" in hosts or not hosts or (removed["spec"].get("defaultBackend") or removed["spec"].get("backend")):
            return []
        shared = {host for host in hosts} | self.related(hosts, removed)
        faults = []
        for key, item in before.items():
            if item["kind"] in ROUTES and not shared & set(item["spec"].get("hostnames") or [""]) and "" not in (item["spec"].get("hostnames") or [""]):
                if after.get(key) != item:
                    faults.append("%s %s/%s is %s" % (item["kind"], key[2], key[3], "another one" if key in after else "gone"))
            elif item["kind"] in ("Gateway", "ListenerSet") and key in after:
                faults += self.listeners(item, after[key], shared)
        return faults

    def related(self, hosts, removed):
        """Hosts that share an Ingress or a Service with the removed one, as one treatment can go over them."""
        found, services = set(), self.services(removed)
        for item in kubeyaml.ingresses(self.items):
            theirs = self.hosts(item)
            wild = {host for host in theirs if any(host[1:] and (h.endswith(host[1:]) or host.endswith(h[1:])) for h in hosts)}
            if theirs & hosts or self.services(item) & services or wild:
                found |= theirs
        return found

    @staticmethod
    def hosts(item):
        """Those of its rules, their aliases, and each with and without www."""
        found = {str(rule.get("host") or "") for rule in (item.get("spec") or {}).get("rules") or []}
        for key, value in ((item.get("metadata") or {}).get("annotations") or {}).items():
            if key.endswith(("/server-alias", "/host-aliases")):
                found |= {name.strip() for name in str(value).split(",")}
        return found | {host[4:] if host.startswith("www.") else "www." + host for host in found if host}

    @staticmethod
    def services(item):
        names = set()
        for rule in (item.get("spec") or {}).get("rules") or []:
            for path in (rule.get("http") or {}).get("paths") or []:
                backend = path.get("backend") or {}
                names.add((kubeyaml.ingress_name(item)[0], (backend.get("service") or {}).get("name") or backend.get("serviceName")))
        return names

    def listeners(self, before, after, shared):
        def by_name(item):
            return {listener["name"]: listener for listener in item["spec"].get("listeners") or []}
        theirs, faults = by_name(after), []
        for name, listener in by_name(before).items():
            host = listener.get("hostname")
            if host and host not in shared and name not in theirs:
                faults.append("listener %s of %s %s is gone" % (name, before["kind"], before["metadata"]["name"]))
            elif host and host not in shared and {**theirs[name], "allowedRoutes": 0} != {**listener, "allowedRoutes": 0}:
                faults.append("listener %s of %s %s is another one" % (name, before["kind"], before["metadata"]["name"]))
        return faults

    def shuffled(self):
        whole = self.convert({"all.yaml": self.items}, ["--no-comments"])
        faults, chance = [], random.Random(SEED)
        # Of two objects with one name the last one counts, and without creation times the order of files decides nothing.
        names = [kubeyaml.identity(item) for item in self.items]
        if len(set(names)) != len(names):
            return []
        for turn in range(2):
            items = list(self.items)
            chance.shuffle(items)
            cut = chance.randrange(len(items) + 1)
            files = {"all.yaml": items} if turn == 0 else {"z.yaml": items[:cut], "a.yaml": items[cut:]}
            if self.convert(files, ["--no-comments"]) != whole:
                faults.append("the output changes with the order of documents (seed %d, turn %d)" % (SEED, turn))
        return faults


def outputs(binary, args, cwd, stdin=None):
    with tempfile.TemporaryDirectory() as scratch:
        where = os.path.join(scratch, "report.json")
        result = common.run(binary, args + ["--report", "json=" + where], cwd=cwd, stdin=stdin, timeout=300)
        report = b""
        # usage that is wrong has no report
        if os.path.exists(where):
            with open(where, "rb") as file:
                report = file.read()
        return result.code, result.out, result.err, report


def jobs(binary, case):
    first = outputs(binary, case.args() + ["--jobs", "1"], case.folder, case.stdin())
    return [] if outputs(binary, case.args() + ["--jobs", "3"], case.folder, case.stdin()) == first else ["the output changes with --jobs"]


def jobs_of_many(binary):
    """120 hosts of two Ingresses each, treated in all ways, so that something differs, is stated and stays unknown in many parts."""
    chance, items = random.Random(SEED), []
    for number in range(240):
        host, _, objects = bench.ingress(chance, number)
        for rule in objects[0]["spec"]["rules"]:
            rule["host"] = "h%d.example.com" % (number // 2) if "*" not in host else host
        objects[0]["spec"].pop("tls", None)
        items += objects
    with tempfile.TemporaryDirectory() as scratch:
        with open(os.path.join(scratch, "input.json"), "w", encoding="utf-8") as file:
            json.dump({"apiVersion": "v1", "kind": "List", "items": items}, file)
        args = ["convert", "-f", "input.json", "--jobs"]
        first = outputs(binary, args + ["1"], scratch)
        changes = [number for number in ("2", "3", "64", "1000") if outputs(binary, args + [number], scratch) != first]
        # verify has no statements: more differs
        with open(os.path.join(scratch, "after.yaml"), "wb") as file:
            file.write(first[1])
        args = ["verify", "-f", "input.json", "--after", "after.yaml", "--jobs"]
        first = outputs(binary, args + ["1"], scratch)
        if first[3].count(b'"what": [') < 10:
            changes.append("(nothing differs in the input of this test)")
        return changes + ["verify " + number for number in ("2", "5") if outputs(binary, args + [number], scratch) != first]


def check(binary, case):
    """(number of checks, faults)"""
    items, args = documents(case), arguments(case)
    threads = jobs(binary, case) if case.converts() else []
    if not items or args is None or not case.converts():
        return int(case.converts()), threads
    one = Stability(binary, case, items, args)
    # A choice of what is printed, or a Gateway's class, may be about the very Ingress that goes.
    chooses = any(arg in ("-n", "-l", "--host", "--ingress") for arg in args)
    wide = any(case.name.startswith(name) for name in WIDE)
    removals = [] if chooses or wide or len(kubeyaml.ingresses(items)) < 2 else one.removals()
    return 2 + (len(kubeyaml.ingresses(items)) if not chooses else 0), removals + one.shuffled() + threads


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--only", default="", help="fixtures whose name has this text")
    options = parser.parse_args()
    binary, tally = os.path.abspath(options.binary), common.Tally()
    cases = common.cases(options.only)
    for case, (count, faults) in zip(cases, common.parallel(lambda case: check(binary, case), cases)):
        for fault in faults:
            tally.fail(case.name, fault)
        tally.ok(max(0, count - len(faults)))
    if not options.only:
        changes = jobs_of_many(binary)
        tally.check(not changes, "many hosts", "the output changes with --jobs " + ", ".join(changes))
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())

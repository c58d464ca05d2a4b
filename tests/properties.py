# SPDX-License-Identifier: Apache-2.0
"""Properties that hold for every fixture, whatever it is about.

    same bytes     twice, in another locale and time zone, and with the input files in reversed order
    read back      the YAML as another reader sees it is the JSON; comments change no object
    no vanishing   every annotation, label and spec leaf of an input Ingress is a fact of it in the report, and every entry of a
                   ConfigMap that is reported
    places         what the report names as the place of a fact is in the printed manifests
    removal        a `translated` fact taken away or changed changes the manifests, an `ineffective` one does not
    coverage       every complete row of a controller's table is used by a fixture

All of it is asked of --binary, each conversion proved at its end; of a share of the removals --checked, a build with sanitizers
(common.Builds). Every fixture as it stands goes through that build in the golden cases.
"""
import argparse
import collections
import copy
import json
import os
import shutil
import sys
import tempfile

import common
import edit
import kubeyaml
import tables

ENDINGS = (".yaml", ".yml", ".json")
# Bounds of the removal test, for each fixture: sites of one fact with one value, and sites of one kind of fact.
SAME_VALUE = 2
SAME_KEY = 12
# Options that choose what is printed of what is read.
CHOICES = ("-n", "-l", "--host", "--ingress")


def spread(items, most):
    """At most that many, evenly over the list."""
    if len(items) <= most:
        return items
    return [items[i * len(items) // most] for i in range(most)]


class Outcome:
    def __init__(self, result, report):
        self.result, self.report_text = result, report
        self.fault = result.bug()
        if not self.fault and result.code not in (0, 1, 3):
            self.fault = "exit code %d: %s" % (result.code, result.err.decode("utf-8", "replace")[:300])
        self.report, self.objects, self.trees = {}, "", []
        if not self.fault:
            try:
                self.report = json.loads(report)
                self.trees = kubeyaml.load_all(result.out)
                self.objects = kubeyaml.canonical(self.trees)
            except (ValueError, kubeyaml.Error) as error:
                self.fault = "output or report cannot be read: %s" % error


class Subject:
    """A case, its input as trees, and conversions of changed copies of it."""

    def __init__(self, binary, case):
        self.binary, self.case = binary, case
        self.stdin = case.stdin()
        self.files = {}       # path in the case's folder -> objects
        for path in self.input_paths():
            self.files[path] = self.load(case.read(path))
        if self.stdin is not None:
            self.files["stdin"] = self.load(self.stdin)
        self.first = None

    @staticmethod
    def load(text):
        return [item for document in kubeyaml.documents(text) for item in document.items]

    def input_paths(self):
        found = []
        for path, folders, leaves in os.walk(self.case.folder):
            folders.sort()
            relative = os.path.relpath(path, self.case.folder)
            for leaf in sorted(leaves):
                inside = os.path.normpath(os.path.join(relative, leaf))
                if leaf.endswith(ENDINGS) and (inside.startswith("input" + os.sep) or inside == "input.yaml"):
                    found.append(inside)
        return found

    def run(self, args=None, more=(), cwd=None, stdin=None, env=None):
        with tempfile.TemporaryDirectory() as scratch:
            where = os.path.join(scratch, "report.json")
            result = common.run(self.binary, list(self.case.args() if args is None else args) + list(more) +
                                ["--report", "json=" + where], cwd=cwd or self.case.folder,
                                stdin=self.stdin if stdin is None else stdin, env=env)
            try:
                with open(where, "rb") as file:
                    report = file.read()
            except OSError:
                report = b""
        return Outcome(result, report)

    def plain(self):
        """The conversion as the case asks for it, made once."""
        if self.first is None:
            self.first = self.run()
        return self.first

    def convert(self, changed):
        """With some files replaced: path -> objects."""
        with tempfile.TemporaryDirectory() as scratch:
            folder = os.path.join(scratch, "case")
            shutil.copytree(self.case.folder, folder, ignore=shutil.ignore_patterns("expected.*", "report.json"))
            stdin = None
            for path, objects in {**self.files, **changed}.items():
                text = kubeyaml.dump_all(objects).encode("utf-8") if objects else b""
                if path == "stdin":
                    stdin = text
                else:
                    with open(os.path.join(folder, path), "wb") as file:
                        file.write(text)
            return self.run(more=["--no-comments"], cwd=folder, stdin=stdin)

    def edited(self, changes):
        """changes: (name of an object, function from object to object or None). Files with these changed, or None."""
        changed = {path: list(objects) for path, objects in self.files.items()}
        for name, change in changes:
            for objects in changed.values():
                for i, item in enumerate(objects):
                    if object_name(item) == name:
                        objects[i] = change(item)
                        if objects[i] is None:
                            return None
        return changed

    def find(self, name):
        """The one that counts: the last of that name."""
        found = [item for objects in self.files.values() for item in objects if object_name(item) == name]
        return found[-1] if found else None


def vendor_kinds():
    """Kinds that a controller's table names -> whether they are of no namespace."""
    return {row["kind"]: bool(row.get("cluster")) for name in tables.names("controllers")
            for row in tables.rows(tables.load("controllers", name + ".yaml"), "objects")}


VENDOR = vendor_kinds()


def object_name(item):
    """(namespace, name) of an Ingress, (kind, namespace, name) of a ConfigMap, Service or a controller's object, else None."""
    if kubeyaml.is_ingress(item):
        return kubeyaml.ingress_name(item)
    if isinstance(item, dict) and isinstance(item.get("metadata"), dict):
        kind, namespace = item.get("kind"), item["metadata"].get("namespace") or "default"
        if kind in ("ConfigMap", "Service") or kind in VENDOR:
            return kind, "" if VENDOR.get(kind) else namespace, item["metadata"].get("name")
    return None


def reported(report):
    """All objects with facts: (name as in object_name, entry)."""
    for ingress in report.get("ingresses", []):
        yield (ingress["namespace"], ingress["name"]), ingress
    for other in report.get("others", []):
        yield (other["kind"], other["namespace"], other["name"]), other


# ---- same bytes, read back, no vanishing ----

def listed(subject, reverse):
    """Arguments that name the files of a folder one by one."""
    args, paths = subject.case.args(), sorted(subject.input_paths(), reverse=reverse)
    for i in range(len(args) - 1):
        if args[i] == "-f" and args[i + 1].rstrip("/") == "input":
            return args[:i] + [word for path in paths for word in ("-f", path)] + args[i + 2:]
    return None


def same_bytes(subject):
    first = subject.plain()
    if first.fault:
        return first.fault
    runs = [("a second time", subject.run()),
            ("in another environment", subject.run(env=common.environment(LC_ALL="C.UTF-8", LANG="de_DE.UTF-8", TZ="Asia/Tokyo")))]
    if listed(subject, True):
        runs += [("with the files named", subject.run(listed(subject, False))),
                 ("with the files in reversed order", subject.run(listed(subject, True)))]
    for name, other in runs:
        for what, before, after in (("manifests", first.result.out, other.result.out), ("messages", first.result.err, other.result.err),
                                    ("report", first.report_text, other.report_text),
                                    ("exit code", first.result.code, other.result.code)):
            if before != after:
                return "%s differ %s" % (what, name)
    return ""


def read_back(subject):
    if any(arg == "-o" or arg.startswith(("-o", "--output")) for arg in subject.case.args()):
        return ""
    texts = subject.plain()
    for name, more in (("JSON", ["-o", "json"]), ("no comments", ["--no-comments"])):
        other = subject.run(more=more)
        if texts.fault or other.fault:
            return texts.fault or other.fault
        if texts.objects != other.objects:
            return "objects differ: YAML as printed, and %s" % name
    return ""


def no_vanishing(subject):
    outcome = subject.plain()
    if outcome.fault:
        return outcome.fault
    known = {}
    for name, entry in reported(outcome.report):
        keys = known.setdefault(name, set())
        for fact in entry["facts"]:
            keys.add(edit.normal(fact["key"]))
    lost = collections.defaultdict(list)
    for objects in subject.files.values():
        for item in kubeyaml.ingresses(objects):
            name = kubeyaml.ingress_name(item)
            if name not in known:
                lost[name].append(["the Ingress itself"])
                continue
            lost[name].append([key for key, _ in edit.leaves(item) if key not in known[name]])
        for item in objects:
            name = object_name(item)
            if name in known and name[0] == "ConfigMap":
                lost["/".join(name), "data"].append([key for key in item.get("data") or {} if "data.%s" % key not in known[name]])
    # Of two objects with one name one counts.
    return "; ".join("%s/%s: %s" % (name + (", ".join(min(keys, key=len)[:10]),)) for name, keys in sorted(lost.items()) if all(keys))


# ---- places ----

def with_policies(objects, name):
    """An object, and the policies that are attached to it: what they say, they say of it."""
    kind, space, leaf = name.split("/")
    attached = [item for item in objects if any(
        ref.get("kind") == kind and ref.get("name") == leaf for ref in item.get("spec", {}).get("targetRefs") or []) and
        (item["metadata"].get("namespace") or "default") == space]
    return at_place(objects, name), attached


def at_place(objects, place):
    """What stands at "KIND/NAMESPACE/NAME#/POINTER" in the manifests, or None."""
    name, _, pointer = place.partition("#")
    kind, space, name = name.split("/")
    value = next((item for item in objects if item["kind"] == kind and item["metadata"]["name"] == name and
                  (item["metadata"].get("namespace") or ("" if kind == "GatewayClass" else "default")) == space), None)
    for step in pointer.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list):
            value = value[int(step)] if step.isdigit() and int(step) < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value


def places(subject):
    outcome = subject.plain()
    if outcome.fault:
        return outcome.fault
    lost = ["%s of %s: %s" % (fact["key"], "/".join(name), place)
            for name, entry in reported(outcome.report) for fact in entry["facts"] for place in fact.get("places") or []
            if at_place(outcome.trees, place) is None]
    return "not there: " + "; ".join(lost[:5]) if lost else ""


# ---- removal ----

class Fact:
    def __init__(self, name, entry, fact):
        self.name = name
        self.ingress_state = entry.get("state")
        self.key, self.state = fact["key"], fact["state"]
        self.places = set(fact.get("places") or [])
        self.value = None

    def title(self):
        return "%s of %s (%s)" % (self.key, "/".join(self.name), self.state)

    def says_the_same(self, other):
        return edit.general(self.key) == edit.general(other.key) and self.value == other.value and self is not other


def hosts(item):
    rules = (item.get("spec") or {}).get("rules") or []
    return {rule.get("host", "") for rule in rules if isinstance(rule, dict)}


def removals(key):
    return (lambda item: edit.removed(item, key)), (lambda item: edit.without_match(item, key))


def setter(key, value):
    return lambda item: edit.set_value(item, key, value)


class Removal:
    """The removal test of one fixture: jobs() are independent of each other and give a fault or an empty text."""

    def __init__(self, subject, rows):
        self.subject, self.rows = subject, rows
        self.base = subject.convert({})
        self.facts = []
        for name, entry in reported(self.base.report):
            for line in entry["facts"]:
                if line["key"].startswith("default:"):
                    continue
                fact = Fact(name, entry, line)
                item = subject.find(fact.name)
                fact.value = edit.value_of(item, fact.key) if item else None
                self.facts.append(fact)

    def asked_of(self, binary):
        other = copy.copy(self)
        other.subject = copy.copy(self.subject)
        other.subject.binary = binary
        return other

    def chosen(self):
        groups = collections.defaultdict(lambda: collections.defaultdict(list))
        for fact in self.facts:
            if fact.state in ("translated", "ineffective"):
                groups[(fact.state, edit.general(fact.key))][json.dumps(fact.value, sort_keys=True, default=str)].append(fact)
        for values in groups.values():
            yield from spread([fact for same in values.values() for fact in spread(same, SAME_VALUE)], SAME_KEY)

    def changes(self, edits, base=None, at=()):
        """Do the manifests change, and if places are given, an object of these? None when the edit cannot be made."""
        files, base = self.subject.edited(edits), self.base if base is None else base
        if files is None:
            return None
        outcome = self.subject.convert(files)
        if outcome.fault:
            raise RuntimeError(outcome.fault)
        if at:
            return any(with_policies(outcome.trees, name) != with_policies(base.trees, name) for name in {place.split("#")[0] for place in at})
        return outcome.objects != base.objects

    def test(self, fact):
        try:
            if fact.value is None:
                return "is not in the input"
            return self.translated(fact) if fact.state == "translated" else self.ineffective(fact)
        except RuntimeError as error:
            return "after a change: %s" % error

    def translated(self, fact):
        group = [fact] + [other for other in self.facts if fact.says_the_same(other) and fact.places & other.places]
        # Without its class an Ingress is gone and the Gateway stays; a host of a certificate that all share shows in the way to HTTPS.
        elsewhere = edit.normal(fact.key) in edit.CHOOSERS or edit.general(fact.key) == "spec.tls.*.hosts.*"
        stated = () if elsewhere else fact.places
        for members in ([fact], group)[:1 if len(group) == 1 else 2]:
            if self.changes([(member.name, removals(member.key)[0]) for member in members], at=stated):
                return ""
            for value in edit.alternatives(fact.key, fact.value, self.rows):
                if self.changes([(member.name, setter(member.key, value)) for member in members], at=stated):
                    return ""
        return "neither taking it away nor another value changes an object of %s" % ", ".join(sorted(fact.places)[:5])

    def chooses(self, fact):
        """Without it the Ingress would belong to somebody else, or be another kind of Ingress: what is then printed says nothing
        of this fact's effect where it stands."""
        key = edit.normal(fact.key)
        if key in edit.CHOOSERS:
            return fact.ingress_state in ("skipped", "inactive") or any(
                arg in self.subject.case.args() for arg in ("--gateway", "--existing-gateway"))
        # That there is HTTPS at all shows in the routes of every host; which certificate it has, the Gateway that exists says.
        if edit.general(fact.key).startswith("spec.tls.") and "--existing-gateway" in self.subject.case.args():
            return True
        return key in edit.KINDS and fact.ingress_state == "inactive"

    def unprinted(self, fact):
        """Of an Ingress that was read and not asked for: the whole objects that are printed may show it."""
        return fact.ingress_state == "skipped" and any(arg in CHOICES for arg in self.subject.case.args())

    def ineffective(self, fact):
        if self.chooses(fact) or self.unprinted(fact):
            return ""
        remove, without_match = removals(fact.key)
        last = (edit.tokens(fact.key) or [""])[-1]
        if last in ("host", "path"):
            # The match of something without effect: another match is another statement, so the whole entry goes.
            return "taking its entry away changes the manifests" if self.changes([(fact.name, without_match)]) else ""
        if last == "pathType" and self.shadowed(fact):
            return ""
        if self.changes([(fact.name, remove)]):
            return "taking it away changes the manifests"
        for value in edit.alternatives(fact.key, fact.value, self.rows):
            if self.changes([(fact.name, setter(fact.key, value))]):
                return "the value %s changes the manifests" % json.dumps(value)
        return self.alone(fact)

    def shadowed(self, fact):
        path = edit.normal(fact.key)[:-len("Type")]
        return any(other.name == fact.name and edit.normal(other.key) == path and other.state == "ineffective" for other in self.facts)

    def alone(self, fact):
        """It must have no effect either when it is the only one of its host to say so."""
        if not edit.optional(fact.key):
            return ""
        mine = hosts(self.subject.find(fact.name))
        others = [other for other in self.facts if fact.says_the_same(other) and other.state in ("translated", "different") and
                  mine & hosts(self.subject.find(other.name) or {})]
        if not others:
            return ""
        # Of several in one list the last goes first, so that positions stay true.
        edits = [(other.name, removals(other.key)[0]) for other in sorted(others, key=lambda other: other.key, reverse=True)]
        files = self.subject.edited(edits)
        if files is None or any(fact.name == other.name for other in others):
            return ""
        without_others = self.subject.convert(files)
        if without_others.fault:
            return "after a change: %s" % without_others.fault
        if self.changes(edits + [(fact.name, removals(fact.key)[0])], without_others):
            return "it has an effect when it is the only one to say so"
        return ""


# ---- coverage ----

def coverage(tally, keys):
    for row, names in tables.complete_rows():
        used = any(tables.is_about(name, key) for name in names for key in keys)
        tally.check(used, "coverage", "no fixture uses %s" % row)


def seen_keys(subject):
    outcome = subject.plain()
    return {edit.normal(fact["key"]).split("#")[0] for record in outcome.report.get("ingresses", []) + outcome.report.get("others", []) for fact in record["facts"]
            if fact["state"] != "unknown"}


def guarded(function, *args):
    """A report that is not what it should be is a failure of that fixture, not of the run."""
    try:
        return function(*args)
    except (KeyError, TypeError, AttributeError, ValueError, IndexError, RecursionError) as error:
        return "%s: %s" % (type(error).__name__, error)


def over_all(tally, name, subjects, function):
    for subject, fault in zip(subjects, common.parallel(lambda subject: guarded(function, subject), subjects)):
        tally.check(not fault, "%s: %s" % (name, subject.case.name), fault)


def main():
    parser = argparse.ArgumentParser()
    common.Builds.add_arguments(parser)
    parser.add_argument("--only", default=os.environ.get("CASE", ""), help="cases whose name has this text")
    options = parser.parse_args()
    builds, tally = common.Builds(options), common.Tally()
    binary = builds.binary
    if not builds.there():
        tally.fail("properties", "%s is not there" % options.binary)
        return tally.end()
    subjects = [Subject(binary, case) for case in common.cases(options.only) if case.converts() and case.exit() in (0, 1, 3)]
    if not subjects:
        tally.fail("properties", "no fixtures")
    over_all(tally, "same bytes", subjects, same_bytes)
    over_all(tally, "read back", subjects, read_back)
    over_all(tally, "no vanishing", subjects, no_vanishing)
    over_all(tally, "places", subjects, places)

    rows = tables.values(binary, tally)
    jobs = []
    for subject, removal in zip(subjects, common.parallel(lambda subject: guarded(Removal, subject, rows), subjects)):
        if isinstance(removal, str) or removal.base.fault:
            tally.fail("removal: " + subject.case.name, removal if isinstance(removal, str) else removal.base.fault)
            continue
        jobs += [(removal.asked_of(builds.pick(removal.subject.case.name + fact.title())), fact) for fact in removal.chosen()]
    for (removal, fact), fault in zip(jobs, common.parallel(lambda job: guarded(job[0].test, job[1]), jobs)):
        tally.check(not fault, "removal: %s: %s" % (removal.subject.case.name, fact.title()), fault)

    if not options.only:
        coverage(tally, set().union(*common.parallel(seen_keys, subjects)) if subjects else set())
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())

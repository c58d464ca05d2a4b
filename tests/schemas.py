# SPDX-License-Identifier: Apache-2.0
"""The tables and the reports against the JSON Schemas in docs/schemas, and the schemas against the source.

    tables     every table fits the schema of its kind; with an unknown key anywhere, or without a key that is needed, it does not
    loader     a schema knows the keys and words that the loader takes, no more and no fewer; with --binary: what the schema refuses for a
               key too many, `mappings lint` refuses at its place, and the tables of fixtures/tables that users write fit both
    reports    with --binary: the report of every case fits, says nothing that its schema does not name, and adds up
"""
import argparse
import copy
import glob
import json
import os
import re
import sys
import tempfile

import yaml

import common
import ctext
import kubeyaml
from schemacheck import Schema

FOLDER = os.path.join(common.ROOT, "docs", "schemas")
TABLES = {
    "features": ["mappings/features.yaml"],
    "controller": ["mappings/controllers/*.yaml"],
    "target": ["mappings/targets/*.yaml"],
    "ecosystem": ["mappings/ecosystem.yaml"],
    "diagnostics": ["mappings/diagnostics.yaml"],
}
# List of keys in the loader: (schema, path to the object that it is about).
KEYS = {
    "src/mapping/load.c": {
        "FEATURES_TOP": ("features", ""), "FEATURE_KEYS": ("features", "feature"),
        "ECOSYSTEM_TOP": ("ecosystem", ""), "ECOSYSTEM_KEYS": ("ecosystem", "row"),
    },
    "src/mapping/load_target.c": {
        "TARGET_KEYS": ("target", ""), "TARGET_ROW_KEYS": ("target", "feature"), "POLICY_KEYS": ("target", "policy"),
        "BARE_KEYS": ("target", "bare"), "ANSWER_KEYS": ("target", "answer"), "WORD_KEYS": ("target", "word"),
        "MERGE_KEYS": ("target", "merge"), "REGEX_KEYS": ("target", "regex"), "LEFT_OPEN_KEYS": ("target", "left_open"),
    },
    "src/mapping/versions.c": {"LACK_KEYS": ("target", "lack")},
    "src/mapping/load_controller.c": {
        "TABLE_KEYS": ("controller", ""), "RECOGNISE_KEYS": ("controller", "recognise"), "ROW_KEYS": ("controller", "annotation"),
        "DEFAULT_KEYS": ("controller", "default"), "DIRECTIVE_KEYS": ("controller", "directive"), "OBJECT_KEYS": ("controller", "object"),
        "EXTENSION_KEYS": ("controller", "extension"),
    },
}
# The forms in which a key stands in such a list.
KEY = re.compile(r'STR_INIT\("(?P<plain>\w+)"\), KEY_\w+, (?P<need>\w+),(?P<rest>[^\n]*)|TEXT_KEY\(\w+, (?P<text>\w+), (?P<text_need>\w+)\)|'
                 r'(?:LIST|FLAG)_KEY\(\w+, (?P<list>\w+)\)|WORD_KEY\("(?P<word>\w+)", (?P<words>\w+),|OTHER_KEY\("(?P<other>\w+)"\)')


# ---- the schemas and the source ----

def array(text, name):
    found = re.search(r"^static const (?:struct \w+|str) %s\[\] = \{(.*?)\};" % name, text, re.M | re.S)
    return found.group(1) if found else ""


def strings(text):
    return re.findall(r'STR_INIT\("([^"]*)"\)', text)


def keys_of(text, name):
    """{key: (needed, words or None)} of a list of keys in the source."""
    found = {}
    for match in KEY.finditer(array(text, name)):
        key = next(match.group(form) for form in ("plain", "text", "list", "word", "other") if match.group(form))
        listed = re.search(r"([A-Z]+), COUNT_OF", match.group("rest") or "")
        words = listed.group(1) if listed else match.group("words")
        found[key] = ("NEEDED" in (match.group("need"), match.group("text_need")), strings(array(text, words)) if words else None)
    return found


def loader_faults(schema, path, keys):
    node = schema.root["$defs"][path] if path else schema.root
    known = node.get("properties", {})
    if not keys:
        yield "the source has no such list of keys"
    for key in sorted(set(keys) ^ set(known)):
        yield "%s is in %s only" % (key, "the schema" if key in known else "the loader")
    for key, (needed, words) in keys.items():
        # of a table that there is rows alone may be given
        if needed and key not in node.get("required", []) + node.get("else", {}).get("required", []):
            yield "%s is needed by the loader, not by the schema" % key
        if words is not None and key in known and sorted(known[key].get("enum", [])) != sorted(words):
            yield "%s: %s in the loader, %s in the schema" % (key, sorted(words), known[key].get("enum"))
    if node.get("additionalProperties") is not False:
        yield "takes unknown keys"


def check_loader(tally, schemas):
    for path, lists in KEYS.items():
        text = ctext.read(path)
        for name, (kind, inner) in lists.items():
            if kind in schemas:
                found = list(loader_faults(schemas[kind], inner, keys_of(text, name)))
                tally.check(not found, "%s of %s" % (name, path), "\n  ".join(found))
    if "controller" in schemas:
        types = strings(re.sub(r", parse_.*", "", array(ctext.read("src/mapping/values.c"), "TYPES")))
        schema = schemas["controller"].root["$defs"]["annotation"]["properties"]["type"]["enum"]
        tally.check(types and sorted(types) == sorted(schema), "types of values", "%s, in the schema %s" % (types, schema))


# ---- tables ----

def mutants(value, at=()):
    """(where, change) for every map of a table: one key too many, and each key away. Of a list the first element is looked at."""
    if isinstance(value, dict):
        yield at, None
        for key, inner in value.items():
            yield at, key
            # a template of any form
            if key != "said":
                yield from mutants(inner, at + (key,))
    elif isinstance(value, list) and value:
        yield from mutants(value[0], at + (0,))


def mutated(value, at, key):
    changed = copy.deepcopy(value)
    node = changed
    for step in at:
        node = node[step]
    if key is None:
        node["no-such-key"] = "x"
    else:
        del node[key]
    return changed


def needed(schema, at, key):
    """Whether the schema says that this key of the map at that place must be there."""
    node = schema.root
    for step in at:
        node = node["items"] if step == 0 else node["properties"][step]
        if "$ref" in node:
            node = schema.resolve(node["$ref"])
    return key in node.get("required", [])


def check_mutants(tally, schema, name, value):
    for at, key in mutants(value):
        where = "/".join(str(step) for step in at)
        if key is None:
            tally.check(not schema.good(schema.root, mutated(value, at, key)), name, "%s: takes a key that does not exist" % where)
        elif needed(schema, at, key):
            tally.check(not schema.good(schema.root, mutated(value, at, key)), name, "%s: does without %s" % (where, key))


def check_table(tally, schema, path, thorough):
    name = os.path.relpath(path, common.ROOT)
    try:
        with open(path, "rb") as file:
            value = yaml.load(file, Loader=kubeyaml.Loader)
        found = list(schema.faults(schema.root, value, ""))[:20]
    except (yaml.YAMLError, KeyError, TypeError, re.error) as error:
        value, found = None, ["%s: %s" % (type(error).__name__, error)]
    if tally.check(not found, name, "\n  ".join(found)) and thorough:
        check_mutants(tally, schema, name, value)


# ---- the loader itself ----

USER_TABLES = os.path.join(common.FIXTURES, "tables", "own-*", "table.yaml")


def kind_of(table):
    """As the loader sees it, by the keys at the top."""
    if "ecosystem" in table:
        return "ecosystem"
    if "name" not in table and "features" in table:
        return "features"
    return "controller" if {"recognise", "annotations", "defaults", "directives"} & set(table) else "target"


def lint(binary, text):
    """(exit code, faults) of `mappings lint`."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        result = common.run(binary, ["mappings", "lint", file.name, "-o", "json"])
    return result.code, json.loads(result.out or b"[]")


def takes_too_much(binary, value, at):
    """Whether `mappings lint` takes the table with a key that does not exist at that place."""
    code, found = lint(binary, yaml.safe_dump(mutated(value, at, None), sort_keys=False, width=1000))
    return code != 1 or not any(fault["code"] == "I2G-0302" and "no-such-key" in fault["message"] and fault["line"] > 0 for fault in found)


# Maps whose keys are names: of choices, versions, annotations.
NAMES = {"choices", "releases", "class_annotations"}


def check_lint(tally, binary, path):
    with open(path, "rb") as file:
        value = yaml.load(file, Loader=kubeyaml.Loader)
    wheres = [at for at, key in mutants(value) if key is None and not NAMES & set(at)]
    for at, wrong in zip(wheres, common.parallel(lambda at: takes_too_much(binary, value, at), wheres)):
        tally.check(not wrong, os.path.relpath(path, common.ROOT), "%s: lint takes a key that does not exist" % "/".join(str(step) for step in at))


def check_user_tables(tally, schemas, binary):
    paths = sorted(glob.glob(USER_TABLES))
    tally.check(len(paths) >= 5, "tables of users", "there are %d" % len(paths))
    for path in paths:
        name = os.path.relpath(path, common.ROOT)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        code, found = lint(binary, text)
        tally.check(code == 0 and not found, name, "lint: %s" % found)
        for table in yaml.load_all(text, Loader=kubeyaml.Loader):
            schema = schemas[kind_of(table)]
            faults = list(schema.faults(schema.root, table, ""))[:20]
            tally.check(not faults, name, "\n  ".join(faults))
            for key in [None, "name"] + schema.root.get("else", {}).get("required", []):
                if key is None or key in table:
                    changed = mutated(table, (), key)
                    tally.check(not schema.good(schema.root, changed) and lint(binary, yaml.safe_dump(changed))[0] == 1, name,
                                "%s passes" % ("a key that does not exist" if key is None else "a table without " + key))


def check_linter(tally, schemas, binary):
    for kind in ("controller", "target"):
        built_in = sorted(os.path.basename(path)[:-len(".yaml")] for path in glob.glob(os.path.join(common.ROOT, TABLES[kind][0])))
        tally.check(schemas[kind].root["if"]["properties"]["name"]["enum"] == built_in, "schema of " + kind, "its tables are %s" % built_in)
    for kind, patterns in TABLES.items():
        for path in sorted(path for pattern in patterns for path in glob.glob(os.path.join(common.ROOT, pattern))):
            if kind != "diagnostics":
                check_lint(tally, binary, path)
    if all(kind in schemas for kind in TABLES):
        check_user_tables(tally, schemas, binary)


# ---- reports ----

def sums(report):
    """The summary is made of what stands below it."""
    summary, ingresses = report["summary"], report["ingresses"]
    states = [item["state"] for item in ingresses]
    facts = [fact["state"] for item in ingresses for fact in item["facts"]]
    named = {name for item in report["diagnostics"] for name in item["objects"]}
    if summary["ingresses"] != len(ingresses):
        yield "summary.ingresses is %d, %d are listed" % (summary["ingresses"], len(ingresses))
    for state in ("converted", "closed", "failed", "skipped", "inactive"):
        if summary[state] != states.count(state):
            yield "summary.%s is %d, %d are listed" % (state, summary[state], states.count(state))
    for state, count in summary["facts"].items():
        if count != facts.count(state):
            yield "summary.facts.%s is %d, %d are listed" % (state, count, facts.count(state))
    for item in ingresses:
        name = "Ingress/%s/%s" % (item["namespace"], item["name"])
        if item["state"] != "converted" and name not in named:
            yield "%s is %s, and no diagnostic names it" % (name, item["state"])


def proof_sums(report):
    """Classes are counted where they are listed."""
    proof = report["summary"]["proof"]
    if proof["classes"] != sum(host["classes"] for host in proof["hosts"]) or proof["classes"] != proof["proved"] + proof["sampled"]:
        yield "summary.proof.classes is %d, and its parts are other ones" % proof["classes"]
    for key, stated in (("different", False), ("excused", True)):
        listed = [one["classes"] for one in report["differences"] if one["stated"] == stated]
        # a class counts once, for the gravest of its differences
        if proof[key] > sum(listed) or (key == "different" and bool(proof[key]) != bool(listed)):
            yield "summary.proof.%s is %d, and the differences are other ones" % (key, proof[key])
    if not all(one["classes"] > 0 for one in report["differences"]):
        yield "a difference has no class"


def report_faults(binary, case, schema):
    """None where the case writes no report."""
    with tempfile.TemporaryDirectory() as scratch:
        path = os.path.join(scratch, "report.json")
        args = [arg.replace("dir=", "dir=%s/" % scratch, 1) if arg.startswith("dir=") else arg for arg in case.args()]
        if not {"convert", "verify"} & set(args) or case.exit() == 2:
            return None
        result = common.run(binary, args + ["--report", "json=" + path], cwd=case.folder, stdin=case.stdin())
        if result.bug():
            return [result.bug()]
        try:
            with open(path, encoding="utf-8") as file:
                report = json.load(file)
        except (OSError, ValueError) as error:
            return ["no report: %s" % error]
        found = list(schema.faults(schema.root, report, ""))[:20]
        return found or list(sums(report) if "ingresses" in report else proof_sums(report))


def check_reports(tally, schema, binary):
    cases = common.cases()
    for case, found in zip(cases, common.parallel(lambda case: report_faults(binary, case, schema), cases)):
        if found is not None:
            tally.check(not found, "report of " + case.name, "\n  ".join(found))


def read_schemas(tally, strict):
    schemas = {}
    for kind in list(TABLES) + ["report"]:
        path = os.path.join(FOLDER, kind + ".schema.json")
        try:
            with open(path, encoding="utf-8") as file:
                schemas[kind] = Schema(json.load(file), strict)
        except (OSError, ValueError) as error:
            tally.fail("schema of " + kind, str(error))
            continue
        tally.check(not schemas[kind].good(schemas[kind].root, {"no such key": 1}), "schema of " + kind, "takes anything")
    return schemas


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", help="check the reports of all cases too")
    options = parser.parse_args()
    tally = common.Tally()
    schemas = read_schemas(tally, strict=True)
    for kind, patterns in TABLES.items():
        paths = sorted(path for pattern in patterns for path in glob.glob(os.path.join(common.ROOT, pattern)))
        tally.check(bool(paths), "tables of " + kind, "there is none")
        for path in paths:
            if kind in schemas:
                check_table(tally, schemas[kind], path, thorough=os.path.basename(path) not in ("generic.yaml",))
    check_loader(tally, schemas)
    if options.binary:
        check_linter(tally, schemas, os.path.abspath(options.binary))
    if options.binary and "report" in schemas:
        check_reports(tally, schemas["report"], os.path.abspath(options.binary))
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())

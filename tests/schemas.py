# SPDX-License-Identifier: Apache-2.0
"""The tables and the reports against the JSON Schemas that the project publishes (*.schema.json, anywhere in the tree).

A schema is about the files that its name says: features, controller, target, ecosystem, diagnostics, report. The validator
is a small one of our own that knows the keywords in use and refuses any other, so that nothing is passed over.
"""
import glob
import json
import os
import re
import sys

import yaml

import common
import kubeyaml

SUBJECTS = {
    "features": ["mappings/features.yaml"],
    "controller": ["mappings/controllers/*.yaml"],
    "target": ["mappings/targets/*.yaml"],
    "ecosystem": ["mappings/ecosystem.yaml"],
    "diagnostics": ["mappings/diagnostics.yaml"],
    "report": ["fixtures/**/report.json"],
}
# Every table has a schema; the report's is checked where there is one.
NEEDED = ("features", "controller", "target", "ecosystem", "diagnostics")
WORDS = {"$schema", "$id", "$comment", "$defs", "definitions", "title", "description", "examples", "default", "deprecated"}
TYPES = {
    "object": lambda v: isinstance(v, dict), "array": lambda v: isinstance(v, list), "string": lambda v: isinstance(v, str),
    "boolean": lambda v: isinstance(v, bool), "null": lambda v: v is None,
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
}


class Schema:
    def __init__(self, root):
        self.root = root

    def resolve(self, reference):
        node = self.root
        for part in reference.lstrip("#").strip("/").split("/"):
            node = node[part] if part else node
        return node

    def good(self, schema, value):
        return next(self.faults(schema, value, ""), None) is None

    def faults(self, schema, value, at):
        if schema is True:
            return
        if schema is False:
            yield at + ": is not allowed"
            return
        for word, rule in schema.items():
            if word in WORDS or word in ("then", "else"):
                continue
            check = getattr(self, "on_" + word.replace("$", ""), None)
            if check is None:
                yield "%s: the schema says %s, which this validator does not know" % (at, word)
                continue
            yield from check(rule, value, at, schema)

    def on_ref(self, rule, value, at, _):
        yield from self.faults(self.resolve(rule), value, at)

    def on_type(self, rule, value, at, _):
        wanted = rule if isinstance(rule, list) else [rule]
        if not any(TYPES[name](value) for name in wanted):
            yield "%s: is not %s" % (at, " or ".join(wanted))

    def on_enum(self, rule, value, at, _):
        if value not in rule:
            yield "%s: %r is none of %s" % (at, value, rule)

    def on_const(self, rule, value, at, _):
        if value != rule:
            yield "%s: %r is not %r" % (at, value, rule)

    def on_properties(self, rule, value, at, _):
        if isinstance(value, dict):
            for key, inner in rule.items():
                if key in value:
                    yield from self.faults(inner, value[key], "%s.%s" % (at, key))

    def on_patternProperties(self, rule, value, at, _):
        if isinstance(value, dict):
            for pattern, inner in rule.items():
                for key in value:
                    if re.search(pattern, str(key)):
                        yield from self.faults(inner, value[key], "%s.%s" % (at, key))

    def on_additionalProperties(self, rule, value, at, schema):
        if isinstance(value, dict):
            for key in value:
                named = key in schema.get("properties", {}) or any(
                    re.search(pattern, str(key)) for pattern in schema.get("patternProperties", {}))
                if not named:
                    yield from self.faults(rule, value[key], "%s.%s" % (at, key))

    def on_propertyNames(self, rule, value, at, _):
        if isinstance(value, dict):
            for key in value:
                yield from self.faults(rule, key, "%s.%s" % (at, key))

    def on_required(self, rule, value, at, _):
        if isinstance(value, dict):
            for key in rule:
                if key not in value:
                    yield "%s: no %s" % (at, key)

    def on_items(self, rule, value, at, _):
        if isinstance(value, list):
            for i, inner in enumerate(value):
                yield from self.faults(rule, inner, "%s[%d]" % (at, i))

    def on_minItems(self, rule, value, at, _):
        if isinstance(value, list) and len(value) < rule:
            yield "%s: fewer than %d" % (at, rule)

    def on_maxItems(self, rule, value, at, _):
        if isinstance(value, list) and len(value) > rule:
            yield "%s: more than %d" % (at, rule)

    def on_uniqueItems(self, rule, value, at, _):
        if rule and isinstance(value, list):
            texts = [json.dumps(inner, sort_keys=True) for inner in value]
            if len(set(texts)) != len(texts):
                yield "%s: something stands twice" % at

    def on_minProperties(self, rule, value, at, _):
        if isinstance(value, dict) and len(value) < rule:
            yield "%s: fewer than %d" % (at, rule)

    def on_minLength(self, rule, value, at, _):
        if isinstance(value, str) and len(value) < rule:
            yield "%s: too short" % at

    def on_maxLength(self, rule, value, at, _):
        if isinstance(value, str) and len(value) > rule:
            yield "%s: too long" % at

    def on_minimum(self, rule, value, at, _):
        if TYPES["number"](value) and value < rule:
            yield "%s: below %s" % (at, rule)

    def on_maximum(self, rule, value, at, _):
        if TYPES["number"](value) and value > rule:
            yield "%s: above %s" % (at, rule)

    def on_pattern(self, rule, value, at, _):
        if isinstance(value, str) and not re.search(rule, value):
            yield "%s: %r does not match %s" % (at, value, rule)

    def on_allOf(self, rule, value, at, _):
        for inner in rule:
            yield from self.faults(inner, value, at)

    def on_anyOf(self, rule, value, at, _):
        if not any(self.good(inner, value) for inner in rule):
            yield "%s: fits none of the choices" % at

    def on_oneOf(self, rule, value, at, _):
        if sum(self.good(inner, value) for inner in rule) != 1:
            yield "%s: does not fit exactly one of the choices" % at

    def on_not(self, rule, value, at, _):
        if self.good(rule, value):
            yield "%s: is what it must not be" % at

    def on_if(self, rule, value, at, schema):
        yield from self.faults(schema.get("then" if self.good(rule, value) else "else", True), value, at)


def published():
    """kind -> path of its schema."""
    found = {}
    for path, folders, leaves in os.walk(common.ROOT):
        folders[:] = sorted(name for name in folders if name not in ("build", ".git"))
        for leaf in sorted(leaves):
            if leaf.endswith(".schema.json"):
                kind = leaf[:-len(".schema.json")]
                for name in (kind, kind[:-1] if kind.endswith("s") else kind, kind + "s"):
                    if name in SUBJECTS:
                        found[name] = os.path.join(path, leaf)
    return found


def check_file(tally, schema, path):
    name = os.path.relpath(path, common.ROOT)
    try:
        with open(path, "rb") as file:
            value = yaml.load(file, Loader=kubeyaml.Loader)
        found = list(schema.faults(schema.root, value, ""))[:20]
    except (yaml.YAMLError, KeyError, TypeError, re.error) as error:
        found = ["%s: %s" % (type(error).__name__, error)]
    tally.check(not found, name, "\n  ".join(found))


def main():
    tally = common.Tally()
    found = published()
    for kind in NEEDED:
        tally.check(kind in found, "schema of " + kind, "no file %s.schema.json" % kind)
    for kind, path in sorted(found.items()):
        try:
            with open(path, encoding="utf-8") as file:
                schema = Schema(json.load(file))
        except ValueError as error:
            tally.fail(path, str(error))
            continue
        tally.check(not schema.good(schema.root, {"no such key": 1}), "schema of " + kind, "takes anything")
        for pattern in SUBJECTS[kind]:
            for subject in sorted(glob.glob(os.path.join(common.ROOT, pattern), recursive=True)):
                check_file(tally, schema, subject)
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""A validator of JSON Schema for the keywords that the published schemas use. It refuses any other, so that nothing is passed over."""
import json
import re

WORDS = {"$schema", "$id", "$comment", "$defs", "definitions", "title", "description", "examples", "default", "deprecated"}
TYPES = {
    "object": lambda v: isinstance(v, dict), "array": lambda v: isinstance(v, list), "string": lambda v: isinstance(v, str),
    "boolean": lambda v: isinstance(v, bool), "null": lambda v: v is None,
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
}


class Schema:
    """strict: a key that an object's schema does not name is a fault, even where the schema lets readers pass over it."""

    def __init__(self, root, strict=False):
        self.root, self.strict = root, strict

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

    def on_properties(self, rule, value, at, schema):
        if isinstance(value, dict):
            for key, inner in rule.items():
                if key in value:
                    yield from self.faults(inner, value[key], "%s.%s" % (at, key))
            if self.strict and "additionalProperties" not in schema:
                for key in value:
                    if key not in rule:
                        yield "%s.%s: the schema does not name it" % (at, key)

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
        # the condition names the keys that it is about, and no others
        holds = Schema(self.root).good(rule, value)
        yield from self.faults(schema.get("then" if holds else "else", True), value, at)

# SPDX-License-Identifier: Apache-2.0
"""The tables of mappings/: known words only, nothing twice, a sentence wherever a person will ask for one.

The loader in C checks the same when it starts; this one reads the files with another reader and also looks at what only
people need.
"""
import glob
import json
import os
import re
import sys

import yaml

import common
import ctext

MAPPINGS = os.path.join(common.ROOT, "mappings")
SCOPES = ("connection", "listener", "host", "location", "backend", "zone")
LOSSES = ("cosmetic", "behaviour", "availability", "routing", "security")
INVALID = ("default", "drop", "deny", "deny-host", "off")
PLACES = ("route", "gateway", "address", "page", "unread", "all", "infrastructure", "addresses", "drop", "warn", "skip")
INGRESS_NGINX_ROWS = 138
# Worked out so far; the others say of themselves that they are not.
INGRESS_NGINX_COMPLETE = 138


def load(*path):
    """A table, {} when it is absent; a key that stands twice in one map is an error."""
    class Strict(yaml.SafeLoader):
        pass

    def mapping(loader, node):
        keys = [loader.construct_object(key) for key, _ in node.value]
        twice = [key for key in keys if keys.count(key) > 1]
        if twice:
            raise yaml.constructor.ConstructorError(None, None, "%s stands twice" % twice[0], node.start_mark)
        return yaml.SafeLoader.construct_mapping(loader, node, deep=True)

    Strict.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, mapping)
    try:
        with open(os.path.join(MAPPINGS, *path), encoding="utf-8") as file:
            return yaml.load(file, Loader=Strict) or {}
    except FileNotFoundError:
        return {}


def rows(table, key):
    """Rows of a list, or of a map from name to row."""
    found = table.get(key) or []
    if isinstance(found, dict):
        return [dict(row or {}, name=name) for name, row in found.items()]
    return [row if isinstance(row, dict) else {"name": row} for row in found]


def names(folder):
    return sorted(os.path.basename(path)[:-len(".yaml")] for path in glob.glob(os.path.join(MAPPINGS, folder, "*.yaml")))


def policy_groups():
    """Target -> groups of its policies."""
    return {name: {kind["group"] for kind in rows(load("targets", name + ".yaml"), "policies")} for name in names("targets")}


def features():
    return {row["name"]: row for row in rows(load("features.yaml"), "features")}


def full_keys(table, row):
    """Annotation names that this row is about; one with a slash is whole already."""
    if "/" in row["name"]:
        return {row["name"]}
    prefixes = (table.get("recognise") or table).get("prefixes") or []
    return {prefix + row["name"] for prefix in prefixes}


def is_about(row_key, key):
    """Does the row of that (full) name speak of this annotation? A name may end in *."""
    return key.startswith(row_key[:-1]) if row_key.endswith("*") else key == row_key


def complete_rows():
    """[(controller: row, annotation names)] of the rows that are worked out."""
    found = []
    for name in names("controllers"):
        table = load("controllers", name + ".yaml")
        found += [("%s: %s" % (name, row["name"]), full_keys(table, row)) for row in rows(table, "annotations")
                  if row.get("status") == "complete"]
    return found


def values(binary, tally):
    """Annotation name -> valid values, as the program itself shows them."""
    found = {}
    for name in names("controllers"):
        result = common.run(binary, ["mappings", "show", name, "-o", "json"])
        try:
            shown = json.loads(result.out)
            listed = rows(shown, "annotations")
        except (ValueError, AttributeError) as error:
            tally.fail("mappings show %s -o json" % name, result.bug() or str(error))
            continue
        tally.ok()
        table = load("controllers", name + ".yaml")
        for row in listed:
            # Not ours to know which is the better one: all are tried.
            for key in full_keys(table, row):
                found[key] = [str(row[field]) for field in ("other", "example") if row.get(field) not in (None, "")]
    return found


def check_features(vocabulary):
    for name, row in vocabulary.items():
        if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*", name):
            yield "%s: not a name of a feature" % name
        if row.get("scope") not in SCOPES:
            yield "%s: scope %s" % (name, row.get("scope"))
        if row.get("loss") not in LOSSES:
            yield "%s: loss %s" % (name, row.get("loss"))
        if not row.get("meaning"):
            yield "%s: no meaning" % name


def check_row(row, vocabulary):
    for key in ("type", "meaning", "gateway"):
        if not row.get(key) and not (key == "type" and row.get("alias_of")) and not (row.get("alias_of") and key == "gateway"):
            yield "no " + key
    if row.get("status") not in ("complete", "pending"):
        yield "status %s" % row.get("status")
    if row.get("scope") is not None and row["scope"] not in SCOPES:
        yield "scope %s" % row["scope"]
    if row.get("invalid") is not None and row["invalid"] not in INVALID:
        yield "invalid %s" % row["invalid"]
    if row.get("feature") not in vocabulary:
        yield "feature %s is not in features.yaml" % row.get("feature")
    elif row.get("field") and row["field"] not in field_names(vocabulary[row["feature"]]):
        yield "field %s is no field of %s" % (row["field"], row["feature"])
    if row.get("type") in ("enum", "words") and not row.get("words"):
        yield "type %s without words" % row["type"]
    if row.get("status") == "complete" and row.get("example") in (None, ""):
        yield "complete without an example"
    for key in ("meaning", "gateway", "advice"):
        text = row.get(key)
        if text and not str(text).rstrip().endswith((".", "?", "!")):
            yield "%s is no sentence" % key


def field_names(feature):
    fields = feature.get("fields") or []
    if isinstance(fields, dict):
        return set(fields)
    return {field["name"] if isinstance(field, dict) else field for field in fields}


def check_controller(name, table, vocabulary):
    if table.get("name") != name:
        yield "name is %s" % table.get("name")
    for key in ("title", "describes", "routing"):
        if not table.get(key):
            yield "no " + key
    listed = rows(table, "annotations")
    seen = set()
    for row in listed:
        if row["name"] in seen:
            yield "%s stands twice" % row["name"]
        seen.add(row["name"])
        for fault in check_row(row, vocabulary):
            yield "%s: %s" % (row["name"], fault)
    for row in listed:
        if row.get("alias_of") and row["alias_of"] not in seen:
            yield "%s: alias of %s, which has no row" % (row["name"], row["alias_of"])
    for row in rows(table, "defaults"):
        if row.get("feature") not in vocabulary:
            yield "default: feature %s is not in features.yaml" % row.get("feature")
    if name == "ingress-nginx" and len(listed) != INGRESS_NGINX_ROWS:
        yield "%d rows, there are %d annotations" % (len(listed), INGRESS_NGINX_ROWS)
    complete = sum(row.get("status") == "complete" for row in listed)
    if name == "ingress-nginx" and complete != INGRESS_NGINX_COMPLETE:
        yield "%d rows are complete, counted were %d" % (complete, INGRESS_NGINX_COMPLETE)


def check_target(table, vocabulary):
    said = set()
    for row in rows(table, "features"):
        feature = row.get("feature") or row.get("name")
        # beside the row that counts before a version one that counts from it on
        if (feature, row.get("since_target")) in said:
            yield "%s stands twice" % feature
        said.update((feature, (feature, row.get("since_target"))))
        if feature not in vocabulary:
            yield "%s is not in features.yaml" % feature
        if not row.get("how"):
            yield "%s: no how" % feature
        if row.get("how") == "none" and not row.get("without"):
            yield "%s: lost, and nothing says what that means" % feature
    for feature in sorted(set(vocabulary) - said):
        if not table.get("extends"):
            yield "nothing about %s" % feature


def check_left_open(table):
    """Of a choice at least two values, each once and with a sentence; of none somebody who does both."""
    found = {}
    for row in rows(table, "left_open"):
        values = found.setdefault(row["choice"], {})
        name = "%s=%s" % (row["choice"], row["value"])
        if row["value"] in values:
            yield "%s stands twice" % name
        for who in row.get("by", []):
            if any(who in others for others in values.values()):
                yield "%s: %s does otherwise as well" % (name, who)
        values[row["value"]] = row.get("by", [])
        if not row["means"].endswith("."):
            yield "%s: means is no sentence" % name
    for choice, values in found.items():
        if len(values) < 2:
            yield "%s: nothing else is known" % choice


def check_ecosystem(table):
    seen = set()
    for row in rows(table, "ecosystem"):
        key = (row.get("key"), bool(row.get("label")), bool(row.get("service")), bool(row.get("owner")))
        if key in seen:
            yield "%s stands twice" % key[0]
        seen.add(key)
        if row.get("place") not in PLACES:
            yield "%s: place %s" % (key[0], row.get("place"))
        for field in ("tool", "note"):
            if not row.get(field):
                yield "%s: no %s" % (key[0], field)


def check_diagnostics(table):
    code = re.compile(r'^X\(\w+,\s*DIAG_\w+,\s*"(I2G-\d{4})"\)', re.M)
    try:
        used = code.findall(ctext.read("src/base/diag_codes.h"))
    except OSError:
        used = []
    described = {str(row.get("code") or row.get("name")): row for row in rows(table, "diagnostics")}
    for name in used:
        if used.count(name) > 1:
            yield "%s stands for two things" % name
        if name not in described:
            yield "%s is not described" % name
    for name, row in described.items():
        if name not in used and not row.get("retired"):
            yield "%s is described, never used and not retired" % name


def main():
    tally = common.Tally()

    def check(name, faults):
        try:
            found = list(faults)
        except (KeyError, TypeError, AttributeError, yaml.YAMLError) as error:
            found = ["%s: %s" % (type(error).__name__, error)]
        tally.check(not found, name, "\n  ".join(found[:40]))

    def table_of(*path):
        try:
            found = load(*path)
            tally.check(bool(found), "/".join(path), "is not there, or empty")
            return found
        except yaml.YAMLError as error:
            tally.fail("/".join(path), str(error))
            return {}

    table_of("features.yaml")
    try:
        vocabulary = features()
    except (KeyError, TypeError, yaml.YAMLError):
        vocabulary = {}
    check("features", check_features(vocabulary))
    check("ecosystem", check_ecosystem(table_of("ecosystem.yaml")))
    check("diagnostics", check_diagnostics(table_of("diagnostics.yaml")))
    for needed in ("ingress-nginx", "generic"):
        tally.check(needed in names("controllers"), "controllers/" + needed, "is not there")
    for name in names("controllers"):
        check("controllers/" + name, check_controller(name, table_of("controllers", name + ".yaml"), vocabulary))
    tally.check("standard" in names("targets"), "targets/standard", "is not there")
    for name in names("targets"):
        check("targets/" + name, check_target(table_of("targets", name + ".yaml"), vocabulary))
        check("targets/%s left_open" % name, check_left_open(load("targets", name + ".yaml")))
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())

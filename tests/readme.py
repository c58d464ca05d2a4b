# SPDX-License-Identifier: Apache-2.0
"""The README tells the truth: what it shows is what the program prints, and the names in it exist.

    <!-- file: PATH -->            the code block below is that file, of the case fixtures/readme
    <!-- stdout: COMMAND -->       the code block below is what the command prints there; stderr: its messages
    <!-- part of: PATH -->         the lines of the code block below stand in that file of the repository
    <!-- table: NAME --> ... <!-- end -->   made from the tables of mappings/, and by running their examples

A line `...` in a block stands for any lines. Options that the README names exist, except where it says that they do not (its
section Limits), and so do the targets of make and the paths; `ing2gw explain` and `mappings` as written there have an answer, and its
exit codes are those of the manual. The manual's chapter about tables shows the files of fixtures/tables. --update rewrites the tables and the whole blocks.
"""
import argparse
import glob
import os
import re
import shlex
import sys

import common
import coverage
import ctext
import tables

README = os.path.join(common.ROOT, "README.md")
FOLDER = os.path.join(common.FIXTURES, "readme")
BLOCK = re.compile(r"^<!-- (file|stdout|stderr|part of): (.*?) -->\n```\w*\n(.*?)^```$", re.M | re.S)
TABLE = re.compile(r"^<!-- table: (\w+) -->\n(.*?)^<!-- end -->$", re.M | re.S)
LIMITS = "Limits"
# Options of other programs that the README shows.
OTHERS = {"--update", "--from-file"}


# ---- tables ----

def row(*cells):
    return "| %s |\n" % " | ".join(str(cell) for cell in cells)


def head(*cells):
    return row(*cells) + row(*["---"] * len(cells))


def code(names):
    return ", ".join("`%s`" % name for name in names)


def table_controllers(_):
    text = head("Controller", "`--from`", "Annotations", "Worked out", "Describes")
    for name in tables.names("controllers"):
        table = tables.load("controllers", name + ".yaml")
        listed = tables.rows(table, "annotations")
        done = sum(row.get("status") == "complete" for row in listed)
        text += row(table["title"], "`%s`" % name, len(listed), done, table["describes"])
    return text


def table_policies(_):
    text = head("`--target`", "Feature", "Object", "Where it differs from the source")
    for target in tables.names("targets"):
        items = tables.rows(tables.load("targets", target + ".yaml"), "features")
        since = {item["feature"]: item["since_target"] for item in items if "since_target" in item}
        for item in items:
            gate = ", since " + item["since_target"] if "since_target" in item else ", before " + since[item["feature"]] if item["feature"] in since else ""
            if "policy" in item:
                text += row("`%s`" % target, "`%s`%s" % (item["feature"], gate), "`%s`" % item["policy"], item.get("differs", ""))
    return text


def table_targets(_):
    """What each implementation lacks of the features that the standard carries."""
    standard = said("standard")
    carried = {feature for feature, item in standard.items() if item["how"] != "none"}
    text = head("Implementation", "`--target`", "Gateway API", "Judged", "What it lacks of what the standard carries")
    for name in tables.names("targets"):
        if name == "standard":
            continue
        table = tables.load("targets", name + ".yaml")
        lost = [item["feature"] for item in tables.rows(table, "features") if item["how"] == "none" and item["feature"] in carried]
        text += row(table["title"], "`%s`" % name, table["version"], "yes" if table.get("judged") else "no", code(sorted(lost)) or "nothing that is known")
    return text


def said(target):
    return {item["feature"]: item for item in tables.rows(tables.load("targets", target + ".yaml"), "features")}


def fate(ingress, fact):
    if fact["state"] in ("translated", "different"):
        return "written"
    if fact["state"] == "ineffective":
        return ""
    if ingress["state"] == "closed" and fact["loss"] == "security":
        return "closed"
    return "pending" if fact["code"] == "I2G-0224" else "reported"


def outcomes(binary, rows):
    """For each (annotation, row) the words of OUTCOMES that hold for some sample."""
    found = [set() for _ in rows]
    for i, ingress in coverage.reports(binary, [(key, item, "nginx") for key, item in rows]):
        found[i] |= {fate(ingress, fact) for fact in ingress["facts"] if fact["key"].split("#")[0] == rows[i][0]}
    return found


# The first one that holds for some value.
OUTCOMES = {
    "written": "written, where the Gateway API has a form for the value",
    "closed": "a protection: its routes stand closed until you decide",
    "reported": "reported, with what it means for traffic and who can say it",
    "pending": "recognised and reported as not worked out yet",
    "": "needs nothing on a Gateway",
}


def table_annotations(binary):
    """All annotations of ingress-nginx, by what becomes of them."""
    table, groups = tables.load("controllers", "ingress-nginx.yaml"), {}
    listed = [(key, item) for item in tables.rows(table, "annotations") for key in tables.full_keys(table, item)]
    for (_, item), found in zip(listed, outcomes(binary, listed)):
        groups.setdefault(next((word for word in OUTCOMES if word in found), ""), []).append(item["name"])
    text = head("What becomes of it", "Number", "Annotations")
    for word, title in OUTCOMES.items():
        if word in groups or word != "pending":
            text += row(title, len(groups.get(word, [])), code(sorted(groups.get(word, []))))
    return text


def table_features(_):
    text = head("Feature", "Since", "Where it differs from the source")
    for name, item in said("standard").items():
        if item["how"] != "none":
            since = [str(item[key]) + more for key, more in (("since", ""), ("experimental", " experimental")) if item.get(key)]
            text += row("`%s`" % name, ", ".join(since), item.get("differs", ""))
    return text


def table_losses(_):
    vocabulary = tables.features()
    text = head("What is at stake", "Features without an expression")
    for loss in reversed(tables.LOSSES):
        text += row(loss, code(name for name, item in said("standard").items()
                               if item["how"] == "none" and vocabulary[name]["loss"] == loss))
    return text


MADE = {"controllers": table_controllers, "annotations": table_annotations, "features": table_features, "losses": table_losses, "policies": table_policies,
        "targets": table_targets, "coverage_controllers": coverage.controllers_table, "coverage_targets": coverage.targets_table}


# ---- blocks ----

def wanted(binary, kind, what):
    """What the block should show, or a fault."""
    if kind in ("file", "part of"):
        path = os.path.join(FOLDER if kind == "file" else common.ROOT, what)
        try:
            with open(path, encoding="utf-8") as file:
                return file.read(), ""
        except OSError as error:
            return "", str(error)
    words = shlex.split(what)
    if words[0] != "ing2gw":
        return "", "is no command of ing2gw"
    result = common.run(binary, words[1:], cwd=FOLDER)
    return (result.out if kind == "stdout" else result.err).decode("utf-8"), result.bug()


def same(shown, text):
    """A line of three dots in shown stands for any lines; without one everything has to be there."""
    pattern = "".join(r"(?:.*\n)*" if line == "...\n" else re.escape(line) for line in shown.splitlines(keepends=True))
    return re.fullmatch(pattern, text) is not None


def block_fault(binary, kind, what, shown):
    text, fault = wanted(binary, kind, what)
    if fault:
        return fault
    if kind == "part of":
        return "" if "\n" + shown in "\n" + text else "%s has no such lines" % what
    return "" if same(shown, text) else "is not what comes out (tests/readme.py --update):\n" + text


def update(binary, text):
    def block(match):
        kind, what, shown = match.groups()
        if kind == "part of" or "...\n" in shown.splitlines(keepends=True):
            return match.group()
        start, end = match.span(3)
        return match.group()[:start - match.start()] + wanted(binary, kind, what)[0] + match.group()[end - match.start():]

    text = BLOCK.sub(block, text)
    return TABLE.sub(lambda match: "<!-- table: %s -->\n\n%s\n<!-- end -->" % (match.group(1), MADE[match.group(1)](binary)), text)


# ---- names ----

def sections(text):
    """Title -> text of the sections of the second level."""
    found = {}
    for part in re.split(r"^## ", text, flags=re.M)[1:]:
        title, _, body = part.partition("\n")
        found[title.strip()] = body
    return found


def check_options(tally, binary, text):
    known = set(re.findall(r"--[a-z][a-z-]*", common.run(binary, ["--man"]).out.decode("utf-8").replace("\\-", "-"))) - {"--"}
    limits = sections(text).get(LIMITS, "")
    tally.check(bool(limits), "README", "has no section %s" % LIMITS)
    for option in sorted(set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text.replace(limits, ""))) - OTHERS):
        tally.check(option in known, "README", "names %s, which does not exist" % option)
    for option in sorted(set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", limits))):
        tally.check(option not in known, "README", "says that there is no %s, and there is" % option)


def check_exit_codes(tally, binary, text):
    manual = common.run(binary, ["--man"]).out.decode("utf-8").partition(".SH EXIT STATUS")[2].partition(".SH ")[0]
    known = re.findall(r"^\\fB([0-9, ]+)\\fR$", manual, re.M)
    shown = re.findall(r"^\| (\d[0-9, ]*) \| ", text, re.M)
    tally.check(known and known == shown, "README, exit codes", "%s, in the manual %s" % (shown, known))


OWN_TABLES = ("own-annotation", "own-controller", "own-policy", "own-target", "own-feature")


def check_manual_tables(tally, binary, text):
    """Every table of the README's chapter stands in the manual's, as a whole."""
    manual = common.run(binary, ["--man"]).out.decode("utf-8").partition(".SH TABLES OF YOUR OWN")[2].partition(".SH ")[0]
    manual = manual.replace("\\-", "-").replace("\\e", "\\")
    for name in OWN_TABLES:
        with open(os.path.join(common.FIXTURES, "tables", name, "table.yaml"), encoding="utf-8") as file:
            table = re.sub(r"\A(#.*\n)+", "", file.read())
        tally.check("\n" + table in manual, "manual", "does not show fixtures/tables/%s/table.yaml" % name)
        tally.check("```yaml\n" + table in text, "README", "does not show all of fixtures/tables/%s/table.yaml" % name)


def check_names(tally, text):
    makefile = ctext.read("Makefile")
    shown = " ".join(re.findall(r"`[^`\n]+`|^    .*$", text, re.M))
    for target in sorted(set(re.findall(r"\bmake ([a-z][a-z-]*)\b", shown))):
        tally.check(re.search(r"^%s:" % target, makefile, re.M), "README", "names make %s, which does not exist" % target)
    for path in sorted(set(re.findall(r"`((?:src|tests|docs|mappings|fixtures|include|\.ci)/[^`\s*]*)`", text))):
        pattern = path.replace("NAME", "*").replace("FOLDER", "*")
        tally.check(glob.glob(os.path.join(common.ROOT, pattern)), "README", "names %s, which is not there" % path)


def check_commands(tally, binary, text):
    """Questions to the program that the text names get an answer."""
    for command in sorted(set(re.findall(r"`ing2gw ((?:explain|mappings) [^`]+)`", text))):
        result = common.run(binary, shlex.split(command), cwd=os.path.join(common.FIXTURES, "tables", "own-annotation"))
        tally.check(result.code == 0, "README", "`ing2gw %s` gives %s" % (command, result.err.decode("utf-8") or result.code))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=os.path.join(common.ROOT, "build", "ing2gw"))
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    binary = os.path.abspath(options.binary)
    with open(README, encoding="utf-8") as file:
        text = file.read()
    if options.update:
        text = update(binary, text)
        with open(README, "w", encoding="utf-8") as file:
            file.write(text)
        return 0
    tally = common.Tally()
    if not os.access(binary, os.X_OK):
        tally.fail("readme", "%s is not there" % options.binary)
        return tally.end()
    kinds = [match.group(1) for match in BLOCK.finditer(text)]
    for kind in ("file", "stdout", "stderr", "part of"):
        tally.check(kind in kinds, "README", "has no block of the kind %s" % kind)
    for match in BLOCK.finditer(text):
        fault = block_fault(binary, *match.groups())
        tally.check(not fault, "README, %s: %s" % match.groups()[:2], fault)
    shown = {match.group(1): match.group(2).strip() for match in TABLE.finditer(text)}
    for name, make in MADE.items():
        tally.check(shown.get(name) == make(binary).strip(), "README, table " + name, "is not that of mappings/ (tests/readme.py --update)")
    check_options(tally, binary, text)
    check_exit_codes(tally, binary, text)
    check_manual_tables(tally, binary, text)
    check_names(tally, text)
    check_commands(tally, binary, text)
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())

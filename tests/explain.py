# SPDX-License-Identifier: Apache-2.0
"""Every page of `ing2gw explain`: each diagnostic code, and each annotation of each controller's table."""
import argparse
import os
import re
import sys

import common
import ctext
import tables

LEAST = 80      # characters; less is no explanation


def subjects():
    codes = re.findall(r'"(I2G-\d{4})"', ctext.read("src/base/diag_codes.h"))
    annotations = set()
    for name in tables.names("controllers"):
        table = tables.load("controllers", name + ".yaml")
        for row in tables.rows(table, "annotations"):
            annotations |= tables.full_keys(table, row)
    return sorted(set(codes)) + sorted(annotations)


def fault(binary, name):
    # A row may be about all names with one start; ask for one of them.
    result = common.run(binary, ["explain", name.replace("*", "x")])
    text = result.out.decode("utf-8", "replace")
    if result.bug():
        return result.bug()
    if result.code != 0:
        return "exit code %d: %s" % (result.code, result.err.decode("utf-8", "replace")[:300])
    if name.split("/")[-1].rstrip("*") not in text:
        return "the page does not name it"
    if len(text.strip()) < LEAST:
        return "the page is nearly empty"
    return ""


def main():
    parser = argparse.ArgumentParser()
    common.Builds.add_arguments(parser)
    builds, tally = common.Builds(parser.parse_args()), common.Tally()
    if not builds.there():
        tally.fail("explain", "%s is not there" % builds.binary)
        return tally.end()
    names = subjects()
    for name, why in zip(names, common.parallel(lambda name: fault(builds.pick(name), name), names)):
        tally.check(not why, "explain " + name, why)
    result = common.run(builds.checked or builds.binary, ["explain", "I2G-0000"])
    tally.check(result.code == 2 and not result.bug(), "explain of what does not exist", "exit code %s" % result.code)
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""Which room of src/ may include which. Only the rooms that are named here, not what these use in their turn. docs/architecture.md says the same."""
import os
import re
import sys

import common
import ctext

ROOMS = {
    "base": "",
    "doc": "",
    "http": "",
    "kube": "doc http",
    "mapping": "doc",
    "ledger": "",
    "route": "",
    "controllers": "route mapping kube ledger",
    "gateway": "route mapping kube doc ledger",
    "targets": "gateway mapping route ledger",
    "verify": "route",
    "report": "doc ledger",
    "lib": "doc http kube mapping ledger route controllers gateway targets verify report",
    "cli": "lib report http",
}
# The public header belongs to no room: the library fulfils it, the command line may use it.
PUBLIC = ("ing2gw.h", ("lib", "cli"))
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"', re.M)


def faults(path, text):
    room = path.split("/")[1]
    if room not in ROOMS:
        yield 1, "src/%s is no room" % room
        return
    allowed = set(ROOMS[room].split()) | {"base", room}
    for match in INCLUDE.finditer(text):
        name, line = match.group(1), ctext.line_of(text, match.start(1))
        other = name.split("/")[0]
        if name == PUBLIC[0]:
            if room not in PUBLIC[1]:
                yield line, "%s may not include %s" % (room, name)
        elif "/" not in name or not os.path.exists(os.path.join(common.ROOT, "src", name)):
            yield line, '"%s" is no path below src' % name
        elif other not in allowed:
            yield line, "%s may not include %s" % (room, other)
    if room in ("gateway", "targets") and re.search(r"\bstruct (kube_)?ingress\w*\b", ctext.bare(text)):
        yield 1, "%s knows nothing of an Ingress" % room


def own_header_first(path, text):
    if not path.endswith(".c") or not os.path.exists(os.path.join(common.ROOT, path[:-1] + "h")):
        return True
    first = re.search(r'^[ \t]*#[ \t]*include[ \t]+["<]([^">]+)[">]', text, re.M)
    own = path[len("src/"):-1] + "h"
    return first is not None and first.group(1) == own


def page(tally):
    """What docs/architecture.md names is there, and its table of rooms is the one above."""
    text = ctext.read("docs/architecture.md")
    rooms = {room: set(allowed.replace(",", " ").split()) for room, allowed in re.findall(r"^\| `src/(\w+)` \|[^|]*\|([^|]*)\|$", text, re.M)}
    tally.check(rooms == {room: set(allowed.split()) for room, allowed in ROOMS.items()}, "docs/architecture.md", "its table of rooms is another one")
    headers = "".join(ctext.read(path) for path in ctext.files(["src"]) if path.endswith(".h"))
    for name in sorted(set(re.findall(r"`(\w+)\(\)`", text))):
        tally.check(re.search(r"\b%s\(" % name, headers), "docs/architecture.md", "no header has %s()" % name)
    for path in sorted(set(re.findall(r"`((?:src|mappings|tests|include|fixtures)/[^`]*)`", text))):
        tally.check(os.path.exists(os.path.join(common.ROOT, path)) or path == "src/http", "docs/architecture.md", "%s is not there" % path)


def main():
    tally = common.Tally()
    seen = set()
    for path in ctext.files(["src"]):
        text = ctext.read(path)
        seen.add(path.split("/")[1])
        found = list(faults(path, text))
        if not own_header_first(path, text):
            found.append((1, "its own header has to come first"))
        for line, fault in found:
            tally.fail("%s:%d" % (path, line), fault)
        if not found:
            tally.ok()
    page(tally)
    for room in ("base", "doc", "kube", "mapping", "ledger", "route", "controllers", "gateway", "targets", "report", "lib", "cli"):
        tally.check(room in seen, "src/" + room, "has no sources")
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())

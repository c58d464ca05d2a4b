# SPDX-License-Identifier: Apache-2.0
"""Rules of style that a text search can hold up. The compiler's warnings do the rest."""
import re
import sys

import common
import ctext

NEVER = "strcpy strcat strncpy strncat sprintf vsprintf gets strtok strtok_r alloca atoi atol atoll atof sscanf".split()
LOCALE = ("isalpha isdigit isalnum isspace isupper islower ispunct isprint iscntrl isxdigit isgraph toupper tolower strtod strtof "
          "strcoll strcasecmp strncasecmp setlocale").split()
LINES = 800


def call(names):
    return re.compile(r"(?<![\w.>])(%s)\s*\(" % "|".join(names))


FORBIDDEN = call(NEVER)
BY_LOCALE = call(LOCALE)
EXIT = call(["exit", "_exit", "_Exit", "quick_exit", "abort"])
JUMP = call(["longjmp", "siglongjmp", "_longjmp"])
SKIP = call(["skip"])
STATIC = re.compile(r"\bstatic\b(?!\s+(?:inline|_Noreturn)\b)([^;={(]*)[;={]")
FUNCTION_TYPE = re.compile(r"^\s*typedef\b[^;(]*\b(\w+)\s*\([^;]*\)\s*;", re.M)
TYPES_ONLY = re.compile(r"^(typedef\b|(struct|union|enum)(\s+\w+)?$|(struct|union|enum)\s+\w+$|_Static_assert\b)")


def mutable(head, function_types):
    """A declaration of an object outside of functions that is not const."""
    if any(word in function_types for word in head.split()[:-1]) and "*" not in head:
        return False
    if "(" in head or "extern" in head.split() or TYPES_ONLY.match(head):
        return False
    words = re.sub(r"\[.*", "", head)
    if "*" in words:
        return not re.search(r"\*\s*const\b[^*]*$", words)
    return "const" not in words.split()


def faults(path, text, function_types=()):
    bare = ctext.without_directives(ctext.bare(text))
    room = path.split("/")[1]

    def found(pattern, what):
        for match in pattern.finditer(bare):
            yield ctext.line_of(bare, match.start()), what % match.group(1)

    yield from found(FORBIDDEN, "%s() is never used here")
    if path.startswith("src/"):
        yield from found(BY_LOCALE, "%s() depends on the locale")
        # The program of the build ends by returning from main.
        if path != "src/cli/main.c":
            yield from found(EXIT, "%s() belongs to src/cli/main.c alone")
        if room != "base":
            yield from found(JUMP, "%s() belongs to src/base alone")
        for line, head in ctext.file_scope(bare):
            if mutable(head, function_types):
                yield line, "mutable at file scope: " + head
        for match in STATIC.finditer(bare):
            depth = bare.count("{", 0, match.start()) - bare.count("}", 0, match.start())
            if depth > 0 and "const" not in match.group(1).split():
                yield ctext.line_of(bare, match.start()), "mutable static local"
    if path.startswith("tests/unit/"):
        yield from found(SKIP, "%s() hides a test: let it fail")


def main():
    tally = common.Tally()
    sources = ctext.files(["src", "include", "tests/unit", "tests/fuzz", "tests/examples", "tests/nginx"])
    scripts = ctext.files(["tests", "mappings"], (".sh", ".py"))
    function_types = {name for path in sources for name in FUNCTION_TYPE.findall(ctext.bare(ctext.read(path)))}
    for path in sources + scripts:
        text = ctext.read(path)
        found = list(faults(path, text, function_types)) if path in sources else []
        if "SPDX-License-Identifier: Apache-2.0" not in "\n".join(text.splitlines()[:3]):
            found.append((1, "no SPDX line at the top"))
        if text.count("\n") > LINES:
            found.append((LINES, "more than %d lines" % LINES))
        for line, fault in found:
            tally.fail("%s:%d" % (path, line), fault)
        if not found:
            tally.ok()
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""C source as far as the style tests need it: files, text without comments and literals, statements of the file scope."""
import os
import re

import common

TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def files(folders, endings=(".c", ".h")):
    found = []
    for folder in folders:
        for path, names, leaves in os.walk(os.path.join(common.ROOT, folder)):
            names.sort()
            found += [os.path.relpath(os.path.join(path, leaf), common.ROOT) for leaf in sorted(leaves) if leaf.endswith(endings)]
    return found


def read(path):
    with open(os.path.join(common.ROOT, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def bare(text):
    """Comments become blanks and literals lose their content; lines stay where they are."""
    def blank(match):
        token = match.group()
        if token[0] in "\"'":
            return token[0] + token[0]
        return "\n" * token.count("\n") + " "
    return TOKEN.sub(blank, text)


def without_directives(text):
    return re.sub(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", lambda m: "\n" * m.group().count("\n"), text, flags=re.M)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def file_scope(text):
    """(line, head) of each declaration or definition outside of functions; head ends before the first brace or `=`."""
    depth = 0
    start = 0
    head = None
    for offset, char in enumerate(text):
        if char in "{(":
            if char == "{" and depth == 0 and head is None:
                head = text[start:offset]
            depth += 1
        elif char in "})":
            depth -= 1
            if char == "}" and depth == 0 and head is not None and ")" in head and "=" not in head:
                start, head = offset + 1, None      # a function's body has no semicolon behind it
        elif char == ";" and depth == 0:
            whole = (text[start:offset] if head is None else head).split("=")[0]
            if whole.strip():
                yield line_of(text, start + len(text[start:offset]) - len(text[start:offset].lstrip())), " ".join(whole.split())
            start, head = offset + 1, None

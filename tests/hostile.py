# SPDX-License-Identifier: Apache-2.0
"""Input that was made to hurt: each of these ends with an exit code that is documented, within a time and an amount of memory, says what is wrong where
something is, and leaves the rest of the input converted. Nothing of it reaches a terminal as a control character.

The limits are far above what is needed, so that a slow machine does not fail; what they catch is growth that is not linear.
"""
import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

import common

SECONDS = 60
MIB = 1024 * 1024
GOOD = """apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: good, namespace: shop}
spec:
  ingressClassName: nginx
  rules:
  - {host: good.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: s, port: {number: 80}}}}]}}
"""


def ingress(name="bad", annotations="{}", host="bad.example.com", path="/", namespace="shop"):
    return ("apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: %s\n  namespace: %s\n  annotations: %s\nspec:\n  ingressClassName: nginx\n  rules:\n"
            "  - {host: %s, http: {paths: [{path: %s, pathType: ImplementationSpecific, backend: {service: {name: s, port: {number: 80}}}}]}}\n"
            % (name, namespace, annotations, host, path))


def quoted(**annotations):
    return json.dumps({"nginx.ingress.kubernetes.io/" + key.replace("_", "-"): value for key, value in annotations.items()})


def aliases():
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += ["a%d: &a%d [%s]" % (n, n, ", ".join(["*a%d" % (n - 1)] * 10)) for n in range(1, 12)]
    return "\n".join(levels) + "\n"


def colliding(count):
    """Keys of one hash in any table that adds up their bytes, or multiplies by 31 or 33."""
    pairs = ["Aa", "BB"]
    keys = [""]
    while len(keys) < count:
        keys = [key + pair for key in keys for pair in pairs]
    return keys[:count]


class Case:
    """text: a document beside a good one. code: exit codes that are right; good: the good Ingress is converted; says: words of a message; mib: of memory."""

    def __init__(self, name, text, code=(0, 1), good=True, says="", mib=700, after=True):
        self.name, self.text, self.code, self.good, self.says, self.mib, self.after = name, text, code, good, says, mib, after


def cases():
    yield Case("alias bomb", aliases(), code=(3,), says="alias")
    yield Case("an alias that holds itself", "a: &a [*a]\n", code=(3,))
    yield Case("10,000 lists in each other", "a: %s%s\n" % ("[" * 10000, "]" * 10000), code=(3,), says="deep")
    yield Case("10,000 maps in each other, JSON", '{"a":' * 10000 + "1" + "}" * 10000, code=(3,), says="deep", after=False)
    yield Case("10,000 maps in each other, by columns", "".join("%sa:\n" % (" " * n) for n in range(10000)), code=(3,), says="deep")
    yield Case("100 MB in one text", ingress(annotations='{x: "%s"}' % ("y" * 100000000)), code=(3,), says="64", mib=1500)
    yield Case("60 MB in one text", ingress(annotations='{x: "%s"}' % ("y" * 60000000)), mib=2500)
    yield Case("a million documents", "a: b\n---\n" * 1000000, mib=1500)
    yield Case("a million empty documents", "---\n" * 1000000, mib=1500)
    yield Case("a million annotations", ingress(annotations="{%s}" % ", ".join("example.com/a%d: b" % n for n in range(1000000))), says="and 999000 more messages of this code", mib=6000)
    yield Case("100,000 hosts in one Ingress", ingress().replace("  - {host: bad", "".join("  - {host: h%d.example.com}\n" % n for n in range(100000)) + "  - {host: bad"), mib=3000)
    slow = "(a+)+$" + "|".join("(x+x+)+%d" % n for n in range(20))
    yield Case("slow expressions in a path", ingress(annotations=quoted(use_regex="true"), path=json.dumps("/" + slow)))
    yield Case("an expression of 3,000 groups", ingress(annotations=quoted(use_regex="true"), path=json.dumps("/" + "(a" * 3000 + ")" * 3000)), code=(0, 1, 3))
    yield Case("an expression that repeats repeats", ingress(annotations=quoted(use_regex="true"), path=json.dumps("/(((a{1,200}){1,200}){1,200}){1,200}")), code=(0, 1, 3))
    yield Case("values that look ahead slowly", ingress(annotations=quoted(whitelist_source_range="1.1.1.1," * 20000, server_alias="a.example.com," * 5000)))
    yield Case("control characters", ingress(annotations=quoted(upstream_vhost="a\x1b[31mred\x07\x00b", configuration_snippet="more_set_headers \"X: \x1b]0;title\x07\";\n",
                                                                permanent_redirect="https://e\r\nSet-Cookie: a=b")))
    yield Case("control characters in names", ingress(name='"\\x1b[2Jbad"', host='"\\x1b[2J.example.com"'), code=(0, 1, 3))
    yield Case("characters that turn the text around", ingress(name='"\\u202egnp.exe"', annotations=quoted(upstream_vhost="\u202e\u2066abc")), code=(0, 1, 3))
    yield Case("keys of one hash", ingress(annotations="{%s}" % ", ".join("example.com/%s: b" % key for key in colliding(100000))), mib=3000)
    yield Case("huge numbers", '{"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "n", "generation": %s}, "spec": {"rules": [{"host": "n.example.com", '
               '"http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "s", "port": {"number": 1e400}}}}]}}]}}' % ("9" * 100000), code=(0, 1, 3), after=False)
    yield Case("numbers where none fit", ingress(annotations=quoted(proxy_body_size="9" * 5000 + "m", limit_rps="9" * 500, canary_weight="-" + "9" * 300, proxy_read_timeout="9" * 400)))
    yield Case("bytes that are no UTF-8", ingress(name="bad\udcff\udcc0\udcaf", host="\udcfe.example.com"), code=(0, 1, 3))
    yield Case("zero bytes", "a: \x00\x00\x00\n", code=(3,))
    yield Case("a List of 200,000 items that are nothing", "apiVersion: v1\nkind: List\nitems: [%s]\n" % ", ".join(["~"] * 200000), code=(0, 1, 3), mib=3000)
    yield Case("one tab for each column", "\t" * 100000 + "a: b\n", code=(3,))
    yield Case("a comment of 10 MB", "# " + "x" * 10000000 + "\n")
    yield Case("100,000 directives in a snippet", ingress(annotations=quoted(configuration_snippet="set $a b;\n" * 100000)), mib=3000)
    yield Case("a snippet of 100,000 brackets", ingress(annotations=quoted(configuration_snippet="if ($a) {" * 100000)), mib=3000)


def bound(mib):
    resource.setrlimit(resource.RLIMIT_AS, (mib * MIB, mib * MIB))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS * 3, SECONDS * 3))


def convert(binary, args, mib):
    started = time.monotonic()
    try:
        done = subprocess.run([binary, "convert"] + args, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=common.environment(),
                              preexec_fn=lambda: bound(mib), timeout=SECONDS * 3, check=False)
    except subprocess.TimeoutExpired:
        return common.Result(None, b"", b""), SECONDS * 3
    return common.Result(done.returncode, done.stdout, done.stderr), time.monotonic() - started


def raw(text):
    """The control characters in what a terminal would get."""
    return sorted({char for char in text.decode("utf-8", "replace") if (ord(char) < 32 and char not in "\n\t") or 127 <= ord(char) < 160 or char in "\u202e\u2066\ufffe"})


def wrong(binary, folder, case):
    with open(os.path.join(folder, "a.yaml"), "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(case.text)
        if case.after:
            file.write("\n---\n" + GOOD)
    if not case.after:
        with open(os.path.join(folder, "b.yaml"), "w", encoding="utf-8") as file:
            file.write(GOOD)
    result, seconds = convert(binary, ["-f", folder], case.mib)
    said = result.err.decode("utf-8", "replace")
    print("%-45s %6.2f s  exit code %s, %d bytes of messages" % (case.name, seconds, result.code, len(result.err)))
    if result.bug():
        return result.bug()
    if result.code not in case.code:
        return "exit code %d: %s" % (result.code, said[:600])
    if seconds > SECONDS:
        return "%.0f seconds" % seconds
    if b"good.example.com" not in result.out:
        return "the good Ingress is not converted: %s" % said[:600]
    if case.says not in said:
        return "not a word of `%s`: %s" % (case.says, said[:600])
    if raw(result.out) or raw(result.err):
        return "control characters are printed as they are: %r" % (raw(result.out) + raw(result.err))
    return ""


def file_names(binary, folder, tally):
    """Names of objects become names of files."""
    out = os.path.join(folder, "out")
    for name in ("../../escaped", "..", "a/../../b", "/etc/passwd", ".", "-rf", "a\\0b"):
        with open(os.path.join(folder, "in.yaml"), "w", encoding="utf-8") as file:
            file.write(ingress(name=json.dumps(name), namespace=json.dumps(name)) + "---\n" + GOOD)
        result, _ = convert(binary, ["-f", os.path.join(folder, "in.yaml"), "-o", "dir=" + os.path.join(out, "deep", "er"), "--layout", "by-namespace"], 700)
        found = [os.path.relpath(os.path.join(where, leaf), out) for where, _, leaves in os.walk(folder) for leaf in leaves]
        tally.check(not result.bug() and all(name.startswith(os.path.join("deep", "er")) or name == os.path.join("..", "in.yaml") for name in found),
                    "names of files: %r" % name, "%s %s" % (result.bug(), found))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--only", default="", help="cases whose name holds this")
    options = parser.parse_args()
    binary = os.path.abspath(options.binary)
    tally = common.Tally()
    for case in cases():
        if options.only in case.name:
            with tempfile.TemporaryDirectory() as folder:
                text = wrong(binary, folder, case)
            tally.check(not text, case.name, text)
    with tempfile.TemporaryDirectory() as folder:
        file_names(binary, folder, tally)
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())

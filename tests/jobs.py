# SPDX-License-Identifier: Apache-2.0
"""By how many threads the input is read and the output is proved shows nowhere: convert and verify of all fixtures, and of inputs that are large
enough to be cut into parts, say the same bytes with --jobs 1 and with --jobs 4. With a build with ThreadSanitizer (make test-threads)
races are found as well.

The large inputs hold what can go wrong where a text is cut: documents that cannot be read, comments and directives between documents, line ends
of other systems, byte order marks, texts that hold what looks like a marker, the same object in two parts.
"""
import argparse
import io
import os
import sys
import tempfile

import bench_made
import common

REPEATED = ("---\napiVersion: v1\nkind: Service\nmetadata:\n  name: same\n  namespace: team-1\nspec:\n  ports:\n  - port: 80\n", )
# Between two documents; each has to be read as if it stood in a text of its own.
ODD = [
    "---\na: [1\n", "---\n# nothing but a comment\n", "...\n# between\n%YAML 1.1\n---\nkind: ConfigMap\napiVersion: v1\nmetadata:\n  name: d\n",
    "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: block\ndata:\n  text: |\n    ---\n    x\n", "---\nkey: *nowhere\n", "---\nsame: 1\nsame: 2\n",
    "---\n{\"apiVersion\": \"v1\", \"kind\": \"Namespace\", \"metadata\": {\"name\": \"json\"}}\n", "---\ntext: \"\xe4\xf6\"\n", "---\n\n\n--- # again\n",
    "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: {{ .Release.Name }}\n", "---\n\tkey: tab\n", "--- \"text\n--- more\"\n", "---\n--- |\n%x\n---\n",
    "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: broken\nspec:\n  rules: 5\n  unknown: x\n",
]


def documents(items):
    text = io.StringIO()
    bench_made.as_documents(text, items)
    return text.getvalue()


def made():
    """Name and text of inputs of some hundred kilobytes."""
    plain = documents(bench_made.annotated(400))
    parts = ["---\n" + part for part in plain.split("---\n")[1:]]
    yield "annotated", plain.encode()
    yield "one host", documents(bench_made.one_host(1000)).encode()
    yield "www", documents(bench_made.www(200)).encode()
    odd = [part + (ODD[number // 5 % len(ODD)] if number % 5 == 0 else "") + (REPEATED[0] if number % 90 == 7 else "") for number, part in enumerate(parts)]
    yield "odd", "".join(odd).encode("latin-1")
    yield "odd, CRLF", "".join(odd).replace("\n", "\r\n").encode()
    yield "odd, CR", "".join(odd).replace("\n", "\r").encode()
    yield "byte order marks", "".join("\ufeff" + part if number % 3 else part for number, part in enumerate(odd)).encode()
    listed = io.StringIO()
    bench_made.as_json(listed, bench_made.annotated(50))
    yield "JSON", listed.getvalue().encode()
    yield "UTF-16", plain.encode("utf-16")


def compare(binary, args, folder, stdin, timeout):
    one, many = (common.run(binary, args + ["--jobs", jobs], cwd=folder, stdin=stdin, timeout=timeout) for jobs in ("1", "4"))
    fault = one.bug() or many.bug()
    if not fault and (one.code, one.out, one.err) != (many.code, many.out, many.err):
        fault = "--jobs 4 says something else than --jobs 1 (exit codes %s, %s)" % (many.code, one.code)
    return fault


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    binary, tally = os.path.abspath(options.binary), common.Tally()
    with tempfile.TemporaryDirectory() as scratch:
        work = []
        for case in common.cases(options.only):
            args = case.args()
            if args and args[0] in ("convert", "verify") and not any("dir=" in arg or arg.startswith("--jobs") for arg in args):
                work.append((case.name, args, case.folder, case.stdin()))
        for number, (name, text) in enumerate(made()):
            path = os.path.join(scratch, "%d.yaml" % number)
            with open(path, "wb") as file:
                file.write(text)
            work.append((name, ["convert", "--report", "json=" + os.devnull, "-f", path], scratch, None))
            work.append((name + ", report", ["convert", "--no-proof", "-o", "dir=" + os.path.join(scratch, "out%d" % number), "--force", "--report", "json=-", "-f", path],
                         scratch, None))
        for (name, *_), fault in zip(work, common.parallel(lambda item: compare(binary, *item[1:], timeout=600), work)):
            tally.check(not fault, name, fault)
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())

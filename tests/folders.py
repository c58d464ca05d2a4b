# SPDX-License-Identifier: Apache-2.0
"""What `convert -o dir=PATH` does to a folder: all files or none, nothing outside, nothing foreign, nothing twice."""
import argparse
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import common

CASE = os.path.join(common.FIXTURES, "choice", "namespace")
MARK = b"# Written by ing2gw"


def convert(binary, folder, *args, limit=None):
    """Exit code and messages. limit: no file may become larger (bytes)."""
    def bound():
        if limit is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    done = subprocess.run([binary, "convert", "-q", "-f", "input.yaml", "-o", "dir=" + folder] + list(args), cwd=CASE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env=common.environment(), preexec_fn=bound, timeout=60, check=False)
    return done.returncode, done.stderr.decode("utf-8", "replace")


def tree(folder):
    """path -> (bytes, time of the last change, number of the file)"""
    found = {}
    for where, _, leaves in os.walk(folder):
        for leaf in leaves:
            full = os.path.join(where, leaf)
            with open(full, "rb") as file:
                found[os.path.relpath(full, folder)] = (file.read(), os.stat(full).st_mtime_ns, os.lstat(full).st_ino)
    return found


def texts(folder):
    return {path: entry[0] for path, entry in tree(folder).items()}


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def twice(binary, folder, tally):
    for layout in ("single", "by-namespace", "by-role"):
        out = os.path.join(folder, "twice-" + layout)
        convert(binary, out, "--layout", layout)
        before = tree(out)
        convert(binary, out, "--layout", layout)
        tally.check(before and tree(out) == before, "a second run changes nothing: " + layout)
        listed = re.findall(r"^- (\S+)$", before["kustomization.yaml"][0].decode("utf-8"), re.M)
        tally.check(sorted(listed + ["kustomization.yaml"]) == sorted(before), "kustomization.yaml lists all files: " + layout, str(listed))
        tally.check(all(entry[0].startswith(MARK) for entry in before.values()), "every file has the mark: " + layout)


def another_layout(binary, folder, tally):
    out = os.path.join(folder, "another")
    convert(binary, out, "--layout", "by-namespace")
    write(os.path.join(out, "namespaces", "mine.yaml"), "a: b\n")
    convert(binary, out, "--layout", "single")
    tally.check(sorted(texts(out)) == ["gateway-api.yaml", "kustomization.yaml", "namespaces/mine.yaml"],
                "files of another layout go, foreign ones stay", str(sorted(texts(out))))


def parts(binary, folder, tally):
    whole, out = os.path.join(folder, "whole"), os.path.join(folder, "parts")
    convert(binary, whole, "--layout", "by-namespace")
    for namespace in ("shop", "search", "blog"):
        convert(binary, out, "--layout", "by-namespace", "-n", namespace)
    tally.check(texts(whole) == texts(out), "namespace by namespace is the whole")


def foreign(binary, folder, tally):
    out = os.path.join(folder, "foreign")
    write(os.path.join(out, "namespaces", "shop.yaml"), "mine: true\n")
    code, said = convert(binary, out, "--layout", "by-namespace")
    tally.check(code == 6 and "namespaces/shop.yaml" in said and "--force" in said, "a foreign file is an error", said[-300:])
    tally.check(list(texts(out)) == ["namespaces/shop.yaml"], "and nothing is written", str(list(texts(out))))
    code, _ = convert(binary, out, "--layout", "by-namespace", "--force")
    tally.check(code == 1 and texts(out)["namespaces/shop.yaml"].startswith(MARK), "--force replaces it", "exit code %s" % code)
    os.makedirs(os.path.join(folder, "named", "gateway-api.yaml"))
    code, said = convert(binary, os.path.join(folder, "named"), "--force")
    tally.check(code == 6 and "folder" in said, "a folder in the place of a file", said[-300:])


def links(binary, folder, tally):
    out, other = os.path.join(folder, "links"), os.path.join(folder, "other")
    os.makedirs(out)
    os.makedirs(other)
    os.symlink(other, os.path.join(out, "namespaces"))
    for force in ([], ["--force"]):
        code, said = convert(binary, out, "--layout", "by-namespace", *force)
        tally.check(code == 6 and "namespaces" in said and not os.listdir(other), "nothing is written through a linked folder", said[-300:])
    target = os.path.join(other, "target.yaml")
    write(target, MARK.decode("ascii") + "\n")
    os.symlink(target, os.path.join(out, "gateway-api.yaml"))
    code, said = convert(binary, out)
    tally.check(code == 6 and "gateway-api.yaml" in said, "a link is a foreign file", said[-300:])
    convert(binary, out, "--force")
    with open(target, "rb") as file:
        tally.check(file.read() == MARK + b"\n", "what a link points to stays")
    tally.check(not os.path.islink(os.path.join(out, "gateway-api.yaml")), "--force replaces the link itself")


def faults(binary, folder, tally):
    out = os.path.join(folder, "faults")
    convert(binary, out, "--layout", "by-namespace")
    before = tree(out)
    code, said = convert(binary, out, "--layout", "by-namespace", "--gateway", "shop/other", limit=200)
    tally.check(code == 6 and "cannot write" in said, "a full disk is an error", "exit code %s: %s" % (code, said[-300:]))
    tally.check(tree(out) == before, "and the old files stay, and nothing else", str(sorted(tree(out))))
    write(os.path.join(folder, "file"), "x")
    code, said = convert(binary, os.path.join(folder, "file"))
    tally.check(code == 6 and "cannot write" in said, "a file in the place of the folder", said[-300:])


def own_output(binary, folder, tally):
    """Output in the folder that is read is no input."""
    source = os.path.join(folder, "source")
    with open(os.path.join(CASE, "input.yaml"), encoding="utf-8") as file:
        write(os.path.join(source, "input.yaml"), file.read())
    args = [binary, "convert", "-f", source, "-o", "dir=" + os.path.join(source, "out"), "--layout", "by-role"]
    said = []
    for _ in range(2):
        said.append(subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=common.environment(), check=False).stderr)
        said.append(tree(os.path.join(source, "out")))
    tally.check(said[1] == said[3] and "infrastructure/gateway-classes.yaml" in said[3], "output in the input changes nothing")
    tally.check(b"I2G-0117" not in said[0] and b"I2G-0117" in said[2], "and is named")


def unread(binary, folder, tally):
    """Files of an earlier run stay where their input could not be read this time."""
    source, out = os.path.join(folder, "unread"), os.path.join(folder, "unread-out")
    with open(os.path.join(CASE, "input.yaml"), encoding="utf-8") as file:
        documents = file.read().split("\n---\n")
    for number, text in enumerate(documents):
        write(os.path.join(source, "%d.yaml" % number), text)

    def again():
        done = subprocess.run([binary, "convert", "-q", "-f", source, "-o", "dir=" + out, "--layout", "by-namespace"], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=common.environment(), timeout=60, check=False)
        return done.returncode, done.stderr.decode("utf-8", "replace")

    again()
    before = texts(out)
    for number, text in enumerate(documents):
        if "kind: Ingress\n" in text and "namespace: blog" in text:
            write(os.path.join(source, "%d.yaml" % number), "broken: [\n")
    code, said = again()
    after = texts(out)
    tally.check("namespaces/blog.yaml" in before and before["namespaces/blog.yaml"] == after.get("namespaces/blog.yaml"), "the file of what was not read stays")
    tally.check(code == 3 and "earlier runs stay in" in said, "and that is said", "exit code %s: %s" % (code, said[-300:]))
    tally.check(before["kustomization.yaml"] == after["kustomization.yaml"], "kustomization.yaml lists it")


def large(folder):
    path = os.path.join(folder, "large.yaml")
    if not os.path.exists(path):
        one = ("apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i%d, namespace: n%d}\nspec:\n  ingressClassName: nginx\n  rules:\n"
               "  - {host: h%d.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: s, port: {number: 80}}}}]}}\n")
        write(path, "---\n".join(one % (n, n % 100, n) for n in range(600)))
    return path


def signals(binary, folder, tally):
    """A signal at any moment: nothing half-written, and the exit code says which one it was."""
    out = os.path.join(folder, "signals")
    args = [binary, "convert", "-q", "-f", large(folder), "-o", "dir=" + out, "--layout", "by-namespace", "--no-proof"]
    started = time.monotonic()
    subprocess.run(args, stderr=subprocess.DEVNULL, env=common.environment(), timeout=120, check=False)
    takes, good = time.monotonic() - started, texts(out)
    tally.check(len(good) > 100, "a good run", str(len(good)))
    seen = set()
    for number in range(10):
        kind, code = ((signal.SIGINT, 130), (signal.SIGTERM, 143))[number % 2]
        shutil.rmtree(out)
        # a shell starts jobs in the background with SIGINT ignored, and the program keeps to that
        process = subprocess.Popen(args, stderr=subprocess.DEVNULL, env=common.environment(), preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        time.sleep(takes * (number + 1) / 10)
        process.send_signal(kind)
        ended = process.wait(timeout=120)
        seen.add(ended)
        there = texts(out) if os.path.isdir(out) else {}
        os.makedirs(out, exist_ok=True)
        tally.check(ended in (code, 0), "exit code after signal %d" % kind, str(ended))
        tally.check(all(good.get(name) == text for name, text in there.items()), "every file is whole, and none is left over")
    tally.check(130 in seen and 143 in seen, "the signals came in time", str(seen))


def closed_pipe(binary, folder, tally):
    """Whoever reads has enough: no message, and the exit code for output."""
    process = subprocess.Popen([binary, "convert", "-q", "--no-proof", large(folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=common.environment())
    process.stdout.read(1)
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    code = process.wait(timeout=120)
    tally.check(code == 6 and not said, "a closed pipe", "exit code %s: %s" % (code, said[-300:]))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    binary = os.path.abspath(parser.parse_args().binary)
    tally = common.Tally()
    with tempfile.TemporaryDirectory() as folder:
        for check in (twice, another_layout, parts, foreign, links, faults, own_output, unread, signals, closed_pipe):
            check(binary, folder, tally)
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())

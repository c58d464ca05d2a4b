# SPDX-License-Identifier: Apache-2.0
"""`ing2gw trace` as other programs use it: a stream of requests, closed pipes, faults of usage, the order of files.

    stream      an answer comes before the next request is asked; a line that is too long costs only itself; memory stays bounded
    ends        exit codes and messages of what goes wrong
    the same    one by one as all together; files in any order; a List as documents of their own
    fixtures    requests to all hosts and paths of all cases: whole answers, and pages of 80 columns
"""
import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile

import common
import kubeyaml

FOLDER = os.path.join(common.FIXTURES, "trace", "password")
MANIFESTS = os.path.join(FOLDER, "input.yaml")
REQUEST = {"host": "admin.example.com", "target": "/"}
STREAM = ["trace", "--requests", "-", "-o", "json", "-f", MANIFESTS]
LONGEST = 4 << 20


def line(request):
    return (json.dumps(request) + "\n").encode("utf-8")


def start(binary, args, **more):
    return subprocess.Popen([binary] + args, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            env=common.environment(), **more)


def conversation(binary):
    process = start(binary, STREAM)
    found = []
    for number in range(50):
        process.stdin.write(line(dict(REQUEST, target="/%d" % number)))
        process.stdin.flush()
        found.append(json.loads(process.stdout.readline())["status"])
    # What is not ended by a line end counts at the end of the input.
    out, err = process.communicate(line(dict(REQUEST, client="10.0.0.1"))[:-1])
    return found == [403] * 50 and json.loads(out)["status"] == 401 and process.returncode == 0 and not err


def long_lines(binary):
    """The longest line that is read, one that is longer by a byte, one of several blocks, and one behind them."""
    def padded(size):
        empty = len(line(dict(REQUEST, pad="")))
        return line(dict(REQUEST, pad="x" * (size + 1 - empty)))

    text = padded(LONGEST) + padded(LONGEST + 1) + padded(3 * LONGEST) + line(REQUEST)
    result = common.run(binary, STREAM, stdin=text)
    answers = [json.loads(answer) for answer in result.out.splitlines()]
    return (result.code == 3 and not result.bug() and [answer.get("status") for answer in answers] == [403, None, None, 403] and
            answers[1]["error"] == "line 2: the line is longer than %d bytes" % LONGEST and answers[2]["error"].startswith("line 3: "))


def bounded(binary):
    """Forty times as many requests take no more memory. Measured in processes of their own, because the peak is that of all children."""
    def peak(number):
        code = ("import resource, subprocess, sys\n"
                "subprocess.run(sys.argv[1:], stdin=sys.stdin, stdout=subprocess.DEVNULL, check=True)\n"
                "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
        done = subprocess.run([sys.executable, "-c", code, binary] + STREAM, input=line(REQUEST) * number, stdout=subprocess.PIPE,
                              env=environment, check=True)
        return int(done.stdout)

    environment = common.environment()
    # What the sanitizer keeps of freed memory is not the program's.
    environment["ASAN_OPTIONS"] += ":quarantine_size_mb=1:thread_local_quarantine_size_kb=64"

    return peak(40000) < peak(1000) * 1.2 + 1024


def closed_pipe(binary):
    """Nobody reads the answers: exit code 6, and nothing is said."""
    read, write = os.pipe()
    os.close(read)
    with open(write, "wb") as out:
        done = subprocess.run([binary] + STREAM, input=line(REQUEST) * 5, stdout=out, stderr=subprocess.PIPE, env=common.environment(), check=False)
    return done.returncode == 6 and not done.stderr


def full_disk(binary):
    if not os.path.exists("/dev/full"):
        return True
    with open("/dev/full", "wb") as out:
        done = subprocess.run([binary] + STREAM, input=line(REQUEST), stdout=out, stderr=subprocess.PIPE, env=common.environment(), check=False)
    return done.returncode == 6 and done.stderr.startswith(b"error: cannot write to standard output: ")


# Arguments, exit code, and what the message holds.
ENDS = [
    (["trace"], 2, "say which URL to trace"),
    (["trace", "http://a/"], 2, "must specify -f FILE"),
    (["trace", "--requests", "-", "-f", MANIFESTS], 2, "say -o json"),
    (["trace", "--requests", "-", "-o", "json", "-f", "-"], 2, "standard input can be read once only"),
    (["trace", "--requests", "-", "-o", "json", "-X", "PUT", "-f", MANIFESTS], 2, "stands in its line"),
    (["trace", "ftp://a/", "-f", MANIFESTS], 2, "no http or https URL"),
    (["trace", "http://a/", "-H", "no header", "-f", MANIFESTS], 2, "'Name: value'"),
    (["trace", "http://a/", "--client", "10.0.0", "-f", MANIFESTS], 2, "no IPv4 or IPv6 address"),
    (["trace", "http://a/", "--given", "waf=perhaps", "-f", MANIFESTS], 2, "pass or refuse"),
    (["trace", "http://a/", "--from", "ingress-ngnix", "-f", MANIFESTS], 2, "did you mean ingress-nginx?"),
    (["trace", "http://a/", "--channel", "standard", "-f", MANIFESTS], 2, "trace has no option --channel"),
    (["trace", "http://a/", "-o", "yaml", "-f", MANIFESTS], 2, "one of text|json"),
    (["trace", "http://a/", "-f", "/nowhere.yaml"], 3, "I2G-0101"),
    (["trace", "http://a/", "-q", "-f", "/nowhere.yaml"], 3, "I2G-0101"),
    (["trace", "--requests", "/nowhere.jsonl", "-o", "json", "-f", MANIFESTS], 3, "/nowhere.jsonl cannot be read"),
    (["trace", "--requests", FOLDER, "-o", "json", "-f", MANIFESTS], 3, "cannot be read"),
    (["trace", "http://admin.example.com/", "-f", MANIFESTS], 0, ""),
]


def together(binary):
    """Each request alone is answered as among all."""
    requests = [dict(REQUEST, target="/%d" % number, client="10.0.0.%d" % (number + 1), given={"auth.basic": "pass"}) for number in range(5)]
    requests.append(dict(REQUEST, scheme="https"))
    all_of_them = common.run(binary, STREAM, stdin=b"".join(map(line, requests))).out
    return all_of_them.count(b"\n") == 6 and all_of_them == b"".join(common.run(binary, STREAM, stdin=line(request)).out for request in requests)


def orders(binary):
    """The same objects in one file, in many, in any order, as a List; places apart."""
    folder = os.path.join(common.FIXTURES, "trace", "rewrite")
    with open(os.path.join(folder, "input.yaml"), encoding="utf-8") as file:
        objects = kubeyaml.load_all(file.read())
    with tempfile.TemporaryDirectory() as scratch:
        def write(name, text):
            path = os.path.join(scratch, name)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            return path

        one = write("one.yaml", kubeyaml.dump_all(objects[::-1]))
        many = [write("%d.yaml" % number, kubeyaml.dump_all([item])) for number, item in enumerate(objects)]
        whole = write("list.json", json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))
        answers = set()
        for files in ([one], many, many[::-1], [whole]):
            result = common.run(binary, ["trace", "https://shop.example.com/cart/x", "-o", "json"] + files)
            answers.add(json.dumps(dict(json.loads(result.out), route="")))
    return len(answers) == 1


# ---- fixtures ----

def questions(ingresses):
    """(host, target) of what the Ingresses name, and beside it."""
    found = [("unknown.test", "/")]
    for item in ingresses:
        rules = (item.get("spec") or {}).get("rules")
        for rule in rules if isinstance(rules, list) else []:
            host = str((rule or {}).get("host") or "unknown.test").replace("*", "any")
            paths = ((rule or {}).get("http") or {}).get("paths") or []
            for path in ["/"] + [str((one or {}).get("path") or "/") for one in paths]:
                found += [(host, target) for target in (path, path + "/x?y=%2f", path.upper()) if target]
    return sorted(set(found))


def fixture_faults(binary, case):
    """Faults of the answers to requests to all hosts and paths of a case."""
    objects = [item for document in kubeyaml.documents(case.read("input.yaml")) for item in document.items]
    asked = questions(kubeyaml.ingresses(objects))
    requests = [{"scheme": scheme, "host": host, "target": target, "headers": [["Origin", "https://a.example.com"], ["Cookie", "a=b"]],
                 "given": {"auth.basic": "pass", "backend": {"status": 200 if len(target) % 2 else 503}}}
                for host, target in asked for scheme in ("http", "https")]
    result = common.run(binary, ["trace", "--requests", "-", "-o", "json", "-f", "input.yaml"], cwd=case.folder, stdin=b"".join(map(line, requests)))
    faults = [result.bug()] if result.bug() else []
    answers = [json.loads(answer) for answer in result.out.decode("utf-8").splitlines()]
    faults += ["%d answers to %d requests" % (len(answers), len(requests))] if len(answers) != len(requests) else []
    faults += ["%s gets %s" % (request, answer) for request, answer in zip(requests, answers)
               if "error" in answer or (answer["status"] is None) != ("problem" in answer) or (answer["status"] or 200) not in range(200, 600)]
    for host, target in asked[::max(1, len(asked) // 2)]:
        faults += page_faults(binary, case, "http://%s/%s" % (host, target.lstrip("/")))
    return faults[:5]


def page_faults(binary, case, url):
    result = common.run(binary, ["trace", url, "-q", "-f", "input.yaml"], cwd=case.folder)
    if result.bug() or result.code not in (0, 3):
        return ["%s: %s" % (url, result.bug() or result.code)]
    lines = result.out.decode("utf-8").splitlines()
    # A word is never broken.
    wide = [text for text in lines[1:] if len(text) > 80 and " " in text[13:].strip()]
    last = [text for text in lines if text.startswith(("  answer ", "  unknown "))]
    return ["%s: too wide: %s" % (url, text) for text in wide] + ([] if last else ["%s: no answer" % url])


CHECKS = {"an answer before the next request": conversation, "long lines": long_lines, "memory": bounded, "closed pipe": closed_pipe,
          "full disk": full_disk, "one by one": together, "order of files": orders}


def main():
    parser = argparse.ArgumentParser()
    common.Builds.add_arguments(parser)
    builds, tally = common.Builds(parser.parse_args()), common.Tally()
    binary = builds.checked or builds.binary
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for name, check in CHECKS.items():
        tally.check(check(binary), "trace, " + name)
    chosen = [case for case in common.cases() if case.has("input.yaml")]
    for case, faults in zip(chosen, common.parallel(lambda case: fixture_faults(builds.pick(case.name), case), chosen)):
        tally.check(not faults, "trace of " + case.name, "\n    ".join([""] + faults))
    for args, code, message in ENDS:
        result = common.run(binary, args)
        good = result.code == code and message in result.err.decode("utf-8") and (message or not result.err)
        tally.check(good, " ".join(args), "%s %s" % (result.code, result.err.decode("utf-8", "replace")[:500]))
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())

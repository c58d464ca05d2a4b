# SPDX-License-Identifier: Apache-2.0
"""A cluster's control plane without nodes: a real etcd and a real kube-apiserver, in the namespaces that isolated() has made.

    isolated()              starts this program again where nothing but a loopback device is; nothing can leave the machine from there
    missing(*names)         why programs cannot be used, or an empty text
    Cluster(folder)         etcd and the API server, running until close()
        .create(object)     an empty text, or why the API server refuses it
        .get(path)          what it answers
        .crds(folder)       installs all definitions that stand there
        .settled(paths)     waits until nothing changes any more below these paths
    Processes               what was started and has to end
"""
import argparse
import base64
import http.client
import json
import os
import ssl
import subprocess
import time

import common
import kubeyaml
import real

# Addresses of this namespace: of the listeners, of the client of the records, and of pods (the API server takes no 127.x for them).
ENTRY, CLIENT, PODS = "198.51.100.1", "203.0.113.10", "198.18.0.1/15"
API, ETCD, PEERS = 6443, 2379, 2380
TOKEN = "judge"
TIMEOUT = 60
# Where Envoy Gateway has its certificates, whatever is said to it.
FIXED = "/certs"


# ---- where it runs ----

def missing(*names):
    return real.missing(("etcd", "kube-apiserver") + names, ("unshare", "ip", "mount", "openssl"))


def isolated():
    """False: such namespaces cannot be made here. The folder for the mount is left as it was found."""
    made = not os.path.isdir(FIXED)
    try:
        os.makedirs(FIXED, exist_ok=True)
    except OSError:
        return False
    addresses = " && ".join("ip addr add %s dev lo" % one for one in (ENTRY + "/32", CLIENT + "/32", PODS))
    try:
        return real.isolated("-nm", "mount -t tmpfs none %s && ip link set lo up && %s" % (FIXED, addresses))
    finally:
        if made:
            os.rmdir(FIXED)


class Processes:
    def __init__(self, folder):
        self.folder, self.running = folder, []

    def start(self, name, *command, env=None):
        with open(os.path.join(self.folder, name + ".log"), "wb") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, env=env)
        self.running.append(process)
        return process

    def log(self, name):
        with open(os.path.join(self.folder, name + ".log"), encoding="utf-8", errors="replace") as file:
            return file.read()[-2000:]

    def end(self, process):
        self.running.remove(process)
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def close(self):
        for process in reversed(list(self.running)):
            self.end(process)


def until(what, test, seconds=TIMEOUT, pause=0.1):
    """The first good value of test()."""
    end, why = time.monotonic() + seconds, ""
    while time.monotonic() < end:
        try:
            found = test()
            if found:
                return found
        except (OSError, ValueError, LookupError, http.client.HTTPException) as error:
            why = ": %r" % error
        time.sleep(pause)
    raise RuntimeError("%s: not ready after %d s%s" % (what, seconds, why))


def plain(address, port, path):
    """The text behind an address without TLS."""
    client = http.client.HTTPConnection(address, port, timeout=2)
    client.request("GET", path)
    answer = client.getresponse()
    text = answer.read().decode("utf-8", "replace")
    client.close()
    return text if answer.status == 200 else ""


# ---- the control plane ----

class Refused(Exception):
    pass


class Cluster:
    def __init__(self, folder, users=(), options=()):
        """users: tokens with a user of the same name each, who may do nothing yet; options: further ones of kube-apiserver."""
        self.users, self.options = users, list(options)
        self.folder = os.path.join(folder, "control")
        os.makedirs(self.folder)
        self.processes, self.client, self.kinds = Processes(self.folder), None, {}
        self.context = ssl.create_default_context()
        self.context.check_hostname = False
        self.context.verify_mode = ssl.CERT_NONE
        try:
            self.start()
        except BaseException:
            self.close()
            raise

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self):
        key, public = self.path("sa.key"), self.path("sa.pub")
        subprocess.run(["openssl", "genrsa", "-out", key, "2048"], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        subprocess.run(["openssl", "rsa", "-in", key, "-pubout", "-out", public], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        with open(self.path("tokens.csv"), "w", encoding="utf-8") as out:
            out.write("%s,admin,1,system:masters\n" % TOKEN)
            out.writelines("%s,%s,%s\n" % (user, user, user) for user in self.users)
        store = ["http://127.0.0.1:%d" % port for port in (ETCD, PEERS)]
        self.processes.start("etcd", real.program("etcd"), "--data-dir", self.path("etcd"), "--listen-client-urls", store[0], "--advertise-client-urls", store[0],
                             "--listen-peer-urls", store[1], "--initial-advertise-peer-urls", store[1], "--initial-cluster", "default=" + store[1],
                             "--unsafe-no-fsync")
        until("etcd", lambda: plain("127.0.0.1", ETCD, "/health"))
        self.processes.start(
            "apiserver", real.program("kube-apiserver"), "--etcd-servers=" + store[0], "--service-account-issuer=https://kubernetes.default.svc",
            "--service-account-signing-key-file=" + key, "--service-account-key-file=" + public, "--cert-dir=" + self.path("apiserver"),
            "--secure-port=%d" % API, "--bind-address=127.0.0.1", "--advertise-address=" + ENTRY, "--token-auth-file=" + self.path("tokens.csv"),
            "--authorization-mode=RBAC", "--service-cluster-ip-range=10.0.0.0/12", "--disable-admission-plugins=ServiceAccount", *self.options)
        until("the API server", lambda: self.get("/readyz", text=True) == "ok")
        with open(self.path("kubeconfig"), "w", encoding="utf-8") as out:
            json.dump({"apiVersion": "v1", "kind": "Config", "current-context": "x", "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
                       "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:%d" % API, "insecure-skip-tls-verify": True}}],
                       "users": [{"name": "u", "user": {"token": TOKEN}}]}, out)

    def request(self, method, path, body=None, kind="application/json"):
        """(status, text); over one connection."""
        headers = {"Authorization": "Bearer " + TOKEN}
        if body is not None:
            headers["Content-Type"] = kind
            body = json.dumps(body).encode("utf-8")
        for again in (True, False):
            try:
                if self.client is None:
                    self.client = http.client.HTTPSConnection("127.0.0.1", API, timeout=TIMEOUT, context=self.context)
                self.client.request(method, path, body, headers)
                answer = self.client.getresponse()
                return answer.status, answer.read().decode("utf-8")
            except (OSError, http.client.HTTPException):
                self.client = None
                if not again:
                    raise
        return None

    def get(self, path, text=False):
        status, found = self.request("GET", path)
        if status != 200:
            raise LookupError("%s: %d" % (path, status))
        return found if text else json.loads(found)

    # ---- objects ----

    def place(self, item, named=False):
        """Where objects of its kind are, or this one."""
        version, kind = item["apiVersion"], item["kind"]
        base = "/api/" + version if "/" not in version else "/apis/" + version
        if version not in self.kinds or kind not in self.kinds[version]:
            self.kinds[version] = {one["kind"]: one for one in self.get(base)["resources"] if "/" not in one["name"]}
        found = self.kinds[version][kind]
        inside = "/namespaces/" + (item["metadata"].get("namespace") or "default") if found["namespaced"] else ""
        return "%s%s/%s%s" % (base, inside, found["name"], "/" + item["metadata"]["name"] if named else "")

    def create(self, item):
        status, text = self.request("POST", self.place(item), item)
        return "" if status in (200, 201) else json.loads(text).get("message", text)

    def must(self, item):
        why = self.create(item)
        if why:
            raise Refused("%s %s: %s" % (item["kind"], item["metadata"]["name"], why))

    def read(self, item):
        return self.get(self.place(item, named=True))

    def delete(self, item):
        self.request("DELETE", self.place(item, named=True) + "?propagationPolicy=Background&gracePeriodSeconds=0")

    def crds(self, folder):
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                for item in kubeyaml.load_all(file.read()):
                    if item and item["kind"] == "CustomResourceDefinition":
                        self.must(dict(item, apiVersion="apiextensions.k8s.io/v1"))
        until("the definitions of " + folder, self.established)

    def established(self):
        found = self.get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions")["items"]
        return all(any(one["type"] == "Established" and one["status"] == "True" for one in (item.get("status") or {}).get("conditions") or []) for item in found)

    def secret(self, namespace, name, folder):
        """The keys of a Secret as files."""
        os.makedirs(folder, exist_ok=True)
        for key, value in self.get("/api/v1/namespaces/%s/secrets/%s" % (namespace, name))["data"].items():
            with open(os.path.join(folder, key), "wb") as out:
                out.write(base64.b64decode(value))

    def judged(self, gateway):
        """A controller has looked at the Gateway of that namespace and name."""
        found = self.get("/apis/gateway.networking.k8s.io/v1/namespaces/%s/gateways/%s" % gateway)
        return any(one["type"] == "Accepted" and one["status"] != "Unknown" for one in found["status"]["conditions"])

    def settled(self, paths, quiet=1.5, seconds=TIMEOUT):
        """Everything below the paths, when it has not changed for a while."""
        last, since = None, time.monotonic()
        end = since + seconds
        while True:
            found = [item for path in paths for item in self.get(path)["items"]]
            state = [(item["metadata"]["uid"], item["metadata"]["resourceVersion"]) for item in found]
            if state != last:
                last, since = state, time.monotonic()
            elif time.monotonic() - since >= quiet or time.monotonic() > end:
                return found
            time.sleep(0.3)

    def close(self):
        if self.client:
            self.client.close()
        self.processes.close()


def main(check, programs=()):
    """The program of a test: check(binary, tally) in these namespaces."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    args = parser.parse_args()
    why = missing(*programs) or ("" if isolated() else "no network namespaces can be made here")
    if why:
        print("skipped: %s\n0 passed, 0 failed, 1 skipped" % why)
        return 0
    tally = common.Tally()
    check(os.path.abspath(args.binary), tally)
    return tally.end()

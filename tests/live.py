# SPDX-License-Identifier: Apache-2.0
"""The live cluster against a real API server: what a dump holds, that converting it is converting the cluster, and what is asked of the server.

Everything runs in a network namespace of its own (tests/cluster.py). Secret values are planted all over the cluster, and may be in nothing
that comes out; the server's own audit log says which verbs were used; docs/cluster-role.yaml is tried as it stands.
"""
import base64
import json
import os
import subprocess
import sys
import tempfile

import cluster
import common
import kubeyaml
import real

READER, NOBODY = "reader", "nobody"
PLANTED = "pLaNtEd"
AUDIT = {"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": [{"level": "Metadata", "omitStages": ["RequestReceived"]}]}
API = "gateway.networking.k8s.io/v1"


def planted(text):
    return PLANTED + text


def coded(text):
    return base64.b64encode(text.encode("utf-8")).decode("ascii")


# ---- what stands in the cluster ----

def meta(name, namespace=None, **more):
    out = {"name": name, **more}
    if namespace:
        out["namespace"] = namespace
    return out


def pods(image, args, **more):
    return {"selector": {"matchLabels": {"app": "x"}}, "template": {"metadata": {"labels": {"app": "x"}}, "spec": {
        "containers": [{"name": "c", "image": image, "args": args, "env": [{"name": "PASSWORD", "value": planted("-environment")}], **more}]}}}


def ingress(namespace, name, host, annotations=None, labels=None, secret=None):
    rule = {"host": host, "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "web", "port": {"name": "http"}}}}]}}
    spec = {"ingressClassName": "nginx", "rules": [rule]}
    if secret:
        spec["tls"] = [{"hosts": [host], "secretName": secret}]
    return {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": meta(name, namespace, annotations=annotations or {}, labels=labels or {}), "spec": spec}


def secret(namespace, name, data, kind="Opaque"):
    applied = json.dumps({"data": {key: planted("-applied") for key in data}})
    return {"apiVersion": "v1", "kind": "Secret", "type": kind, "data": {key: coded(value) for key, value in data.items()},
            "metadata": meta(name, namespace, annotations={"kubectl.kubernetes.io/last-applied-configuration": applied}, labels={"a": "b"})}


def config_map(namespace, name, data):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta(name, namespace), "data": data}


def certificate(folder, host):
    """(certificate, key) as PEM texts; the key stands behind the certificate as well, as some people keep it."""
    key, cert = os.path.join(folder, "k.pem"), os.path.join(folder, "c.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "30", "-subj", "/CN=" + host, "-addext",
                    "subjectAltName=DNS:" + host], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    with open(key, encoding="ascii") as one, open(cert, encoding="ascii") as two:
        private, public = one.read(), two.read()
    return public + private, private


def objects(folder):
    public, private = certificate(folder, "shop.example.com")
    for name in ("shop", "other", "ingress-nginx"):
        yield {"apiVersion": "v1", "kind": "Namespace", "metadata": meta(name, labels={"team": name}, annotations={"note": planted("-namespace")})}
    yield {"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": meta("nginx"), "spec": {"controller": "k8s.io/ingress-nginx"}}
    for namespace in ("shop", "other"):
        yield {"apiVersion": "v1", "kind": "Service", "metadata": meta("web", namespace), "spec": {"selector": {"app": "web"}, "ports": [{"name": "http", "port": 8080}]}}
        yield secret(namespace, "staff", {"auth": "staff:" + planted("-password"), "more": planted("-more")})
        yield secret(namespace, "tls", {"tls.crt": public, "tls.key": private}, "kubernetes.io/tls")
        yield config_map(namespace, "unnamed", {"password": planted("-configmap")})
    yield {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": meta("web-1", "shop", labels={"kubernetes.io/service-name": "web"}),
           "addressType": "IPv4", "endpoints": [{"addresses": ["198.18.0.9"], "conditions": {"ready": True}}], "ports": [{"port": 8080}]}
    yield {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": meta("web-1", "other", labels={"kubernetes.io/service-name": "web"}),
           "addressType": "IPv4", "endpoints": [{"addresses": ["198.18.0.8"], "conditions": {"ready": False}}], "ports": [{"port": 8080}]}
    yield {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta("ingress-nginx-controller", "ingress-nginx"), "spec": pods(
        "registry.k8s.io/ingress-nginx/controller:v1.13.0", ["/nginx-ingress-controller", "--configmap=$(POD_NAMESPACE)/settings", "--tcp-services-configmap=ingress-nginx/tcp"])}
    yield {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta("app", "shop"), "spec": pods("example.com/app:1", ["--password=" + planted("-argument")])}
    yield config_map("ingress-nginx", "settings", {"proxy-read-timeout": "75", "proxy-set-headers": "other/headers"})
    yield config_map("ingress-nginx", "tcp", {"9000": "shop/web:8080"})
    yield config_map("other", "headers", {"X-Team": "a"})
    yield ingress("shop", "cart", "shop.example.com", {"nginx.ingress.kubernetes.io/proxy-body-size": "5m", "kubectl.kubernetes.io/last-applied-configuration": planted("-applied")}, {"app": "cart"}, "tls")
    yield ingress("shop", "admin", "admin.example.com", {"nginx.ingress.kubernetes.io/auth-type": "basic", "nginx.ingress.kubernetes.io/auth-secret": "staff"})
    yield ingress("other", "blog", "blog.example.com")
    yield {"apiVersion": API, "kind": "GatewayClass", "metadata": meta("eg"), "spec": {"controllerName": "gateway.envoyproxy.io/gatewayclass-controller"}}
    yield {"apiVersion": API, "kind": "Gateway", "metadata": meta("old", "other"), "spec": {"gatewayClassName": "eg", "listeners": [{"name": "http", "port": 80, "protocol": "HTTP"}]}}


# ---- running ----

class Live:
    def __init__(self, binary, folder, control, tally):
        self.binary, self.folder, self.control, self.tally = binary, folder, control, tally
        self.seen = []

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, *args, user=None, env=None, code=0):
        more = ["--token", user] if user else []
        done = common.run(self.binary, list(args) + more, cwd=self.folder, env=env or common.environment(KUBECONFIG=self.control.path("kubeconfig")))
        self.seen.append((args, done.out + done.err))
        name = "ing2gw " + " ".join(args)
        if done.bug():
            self.tally.fail(name, done.bug())
        elif code is not None:
            self.tally.check(done.code == code, name, "exit code %d\n%s" % (done.code, done.err.decode("utf-8", "replace")[-2000:]))
        return done

    def dump(self, *args, **more):
        return [item for item in kubeyaml.load_all(self.run("dump", *args, **more).out.decode("utf-8")) if item]

    def check(self, good, name, text=""):
        self.tally.check(good, name, text if isinstance(text, str) else repr(text))


def found(dump, kind, namespace=None):
    return [item for item in dump if item["kind"] == kind and namespace in (None, item["metadata"].get("namespace"))]


def names(dump, kind):
    return [(item["metadata"].get("namespace"), item["metadata"]["name"]) for item in found(dump, kind)]


# ---- checks ----

def what_is_kept(live):
    dump = live.dump("-A")
    head = dump[0]
    live.check((head["apiVersion"], head["kind"]) == ("ing2gw/v1", "Dump"), "first object", head)
    live.check(head["scope"] == {"allNamespaces": True} and head["gaps"] == [], "scope", head)
    live.check(head["gatewayAPI"] == {"version": "v1.5.1", "channel": "standard"}, "installed Gateway API", head)
    live.check(names(dump, "Ingress") == [("other", "blog"), ("shop", "admin"), ("shop", "cart")], "Ingresses", names(dump, "Ingress"))
    live.check(all(item["metadata"].get("creationTimestamp") for item in found(dump, "Ingress")), "creation times")
    live.check(set(names(dump, "ConfigMap")) == {("ingress-nginx", "settings"), ("ingress-nginx", "tcp"), ("other", "headers")}, "ConfigMaps that are named", names(dump, "ConfigMap"))
    live.check(names(dump, "Deployment") == [("ingress-nginx", "ingress-nginx-controller")], "Deployments of controllers", names(dump, "Deployment"))
    secrets = {(item["metadata"]["namespace"], item["metadata"]["name"]): item for item in found(dump, "Secret")}
    live.check({key: item["type"] for key, item in secrets.items()} == {(n, s): t for n in ("shop", "other") for s, t in (("staff", "Opaque"), ("tls", "kubernetes.io/tls"))}, "Secrets", secrets)
    live.check(all(set(item) == {"apiVersion", "kind", "metadata", "type"} and set(item["metadata"]) == {"name", "namespace"} for item in secrets.values()), "names and types only", secrets)
    slices = {item["metadata"]["namespace"]: item["endpoints"] for item in found(dump, "EndpointSlice")}
    live.check(slices["shop"] == [{"addresses": ["192.0.2.1"]}] and slices["other"] == [], "endpoints", slices)
    text = live.seen[-1][1].decode("utf-8")
    for word in ("managedFields", "last-applied", "resourceVersion", "uid:", "status:", "clusterIP", "198.18.", "env:"):
        live.check(word not in text, "no " + word)
    live.check(live.run("dump", "-A").out == live.run("dump", "-A").out, "the same cluster, the same bytes")


def certificates(live):
    dump = live.dump("-A", "--read-certificates")
    for item in found(dump, "Secret"):
        data = item.get("data", {})
        live.check(set(data) == ({"tls.crt"} if item["type"] == "kubernetes.io/tls" else set()), "keys of " + item["metadata"]["name"], data)
        pem = base64.b64decode(data.get("tls.crt", "")).decode("ascii")
        live.check("PRIVATE" not in pem, "no key behind the certificate")


def both_ways(live):
    """Converting a dump is converting the cluster."""
    for scope in ([], ["-A"], ["-n", "shop"], ["-n", "shop", "-l", "app=cart"], ["-A", "--read-certificates"]):
        live.run("dump", "--to", "dump.yaml", *scope)
        live.run("dump", "--to", "parts/", *scope)
        here = [one for one in scope if one != "--read-certificates"]
        for more in ([], ["--target", "envoy-gateway"], ["-o", "json", "--form", "exact"]):
            name = "converting %s %s" % (" ".join(scope), " ".join(more))
            direct = live.run("--cluster", "convert", *scope, *more, code=None)
            whole = live.run("convert", "-f", "dump.yaml", *more, code=None)
            said = live.run("convert", "-f", "dump.yaml", *here, *more, code=None)
            parts = live.run("convert", "-f", "parts", *more, code=None)
            live.check(direct.out == whole.out == said.out == parts.out and direct.code == whole.code, name, (direct.err + whole.err).decode("utf-8", "replace")[-3000:])
            live.check(direct.out.count(b"HTTPRoute") > 0 or "-n" not in scope, name + ": something")
        for file in os.listdir(live.path("parts")):
            os.remove(live.path("parts/" + file))


def meaning(live):
    all_of_it = live.run("--cluster", "convert", "-A", "--no-proof", code=1).out.decode("utf-8")
    live.check("admin.example.com" in all_of_it and "blog.example.com" in all_of_it, "-A prints all")
    shop = live.run("--cluster", "convert", "-n", "shop", code=1).out.decode("utf-8")
    live.check("blog.example.com" not in shop and "shop.example.com" in shop, "-n prints a part")
    live.check("gatewayClassName: eg" in shop and "kind: GatewayClass" not in shop, "the class is that of the cluster")
    answer = live.run("--cluster", "trace", "http://blog.example.com/", "-o", "json").out
    live.check(json.loads(answer)["status"] == 503, "no endpoint is ready", answer)
    answer = live.run("--cluster", "trace", "https://shop.example.com/", "-o", "json").out
    live.check(json.loads(answer)["status"] == 200 and json.loads(answer)["backends"][0]["port"] == 8080, "an endpoint is ready", answer)
    answer = live.run("--cluster", "trace", "http://admin.example.com/", "-o", "json").out
    live.check(json.loads(answer)["status"] == 401, "a password is asked for", answer)
    with open(live.path("out.yaml"), "w", encoding="utf-8") as out:
        out.write(all_of_it)
    done = live.run("--cluster", "verify", "--after", "out.yaml", code=None)
    live.check(done.code in (0, 5), "verify", done.err)


def rights(live, role):
    """The role of docs/ suffices, and every right that it lacks is a gap."""
    live.control.must(role)
    live.control.must({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": meta("reader"),
                       "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role["metadata"]["name"]}, "subjects": [{"kind": "User", "name": READER}]})
    cluster.until("the role", lambda: not live.dump("-A", user=READER)[0]["gaps"])
    live.check(live.run("dump", "-A", user=READER).out == live.run("dump", "-A").out, "the role suffices")
    gaps = live.dump("-n", "shop", user=NOBODY)[0]["gaps"]
    live.check({gap["kind"] for gap in gaps} >= {"Ingress", "Service", "Secret", "ConfigMap", "Namespace", "IngressClass", "CustomResourceDefinition"}, "nobody reads nothing", gaps)


def partial(live, role):
    """Without Secrets they are taken to be there, and the verdict is partial."""
    less = json.loads(json.dumps(role))
    less["metadata"]["name"] = "less"
    less["rules"] = [rule for rule in less["rules"] if rule["resources"] != ["secrets"]]
    live.control.must(less)
    live.control.must({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": meta("less"),
                       "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "less"}, "subjects": [{"kind": "User", "name": NOBODY}]})
    cluster.until("the smaller role", lambda: [gap["kind"] for gap in live.dump("-A", user=NOBODY)[0]["gaps"]] == ["Secret"])
    live.run("--cluster", "convert", "-A", "--report", "json=report.json", "-o", "dir=out", user=NOBODY, code=1)
    with open(live.path("report.json"), encoding="utf-8") as file:
        report = json.load(file)
    live.check(report["summary"]["proof"]["verdict"] == "partial", "verdict", report["summary"]["proof"]["verdict"])
    live.check(any(one["code"] == "I2G-0405" for one in report["diagnostics"]), "the gap is named")
    live.check("ing2gw dump" not in json.dumps(report), "report")


def plugin(live):
    """kubectl finds the program by its names, and says which words fit."""
    folder = live.path("plugin")
    os.makedirs(folder)
    for name in ("kubectl-ing2gw", "kubectl_complete-ing2gw"):
        os.symlink(live.binary, os.path.join(folder, name))
    env = common.environment(KUBECONFIG=live.control.path("kubeconfig"))
    env["PATH"] = folder + ":" + env["PATH"]
    kubectl = real.program("kubectl")

    def ask(*args):
        done = common.run(kubectl, args, cwd=live.folder, env=env)
        live.check(not done.bug(), "kubectl " + " ".join(args), done.bug())
        return done

    for args in (["convert", "-n", "shop"], ["dump", "-A"], ["trace", "http://admin.example.com/", "-o", "json"]):
        here = ask("ing2gw", *args)
        there = live.run("--cluster", *args, code=None)
        live.check(here.out == there.out and here.code == there.code, "kubectl ing2gw " + " ".join(args), here.err.decode("utf-8", "replace")[-1000:])
    live.check(b"kubectl ing2gw dump -A" in ask("ing2gw", "dump", "--help").out, "help says how it was called")
    fits = ask("__complete", "ing2gw", "convert", "--target", "is").out.decode("utf-8").splitlines()
    live.check(len(fits) == 2 and fits[0].startswith("istio\t") and fits[1] == ":4", "completion", fits)
    live.check(ask("__complete", "ing2gw", "convert", "--context", "").out.startswith(b"x\n"), "completion of contexts")
    live.check(ask("__complete", "ing2gw", "convert", "-f", "").out.strip().endswith(b":0"), "completion of files")


def only_reading(live):
    verbs, paths = set(), set()
    with open(live.control.path("audit.log"), encoding="utf-8") as file:
        for line in file:
            event = json.loads(line)
            if event.get("userAgent", "").startswith("ing2gw/"):
                verbs.add(event["verb"])
                paths.add(event["requestURI"].split("?")[0])
    live.check(verbs <= {"get", "list"} and "list" in verbs, "verbs in the audit log", verbs)
    live.check(len(paths) > 20, "requests in the audit log", paths)


def nothing_planted(live):
    words = [PLANTED.encode(), base64.b64encode(PLANTED.encode())[:-2], b"PRIVATE KEY", base64.b64encode(b"-----BEGIN PRIVATE")[:-2]]
    for args, text in live.seen:
        for word in words:
            live.check(word not in text, "%s prints no secret" % " ".join(args), word)
    for folder, _, files in os.walk(live.folder):
        for name in files if "control" not in folder else []:
            if name in ("k.pem", "c.pem"):
                continue
            with open(os.path.join(folder, name), "rb") as file:
                text = file.read()
            live.check(not any(word in text for word in words), name + " holds no secret")


def run(binary, tally):
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "audit.json"), "w", encoding="utf-8") as out:
            json.dump(AUDIT, out)
        control = cluster.Cluster(folder, users=(READER, NOBODY), options=["--audit-policy-file=" + os.path.join(folder, "audit.json"),
                                                                            "--audit-log-path=" + os.path.join(folder, "control", "audit.log")])
        live = Live(binary, folder, control, tally)
        try:
            control.crds(os.path.join(common.judges_folder(), "crds", "1.5", "standard"))
            for item in objects(folder):
                control.must(item)
            with open(os.path.join(common.ROOT, "docs", "cluster-role.yaml"), encoding="utf-8") as file:
                role = next(item for item in kubeyaml.load_all(file.read()) if item)
            what_is_kept(live)
            certificates(live)
            both_ways(live)
            meaning(live)
            rights(live, role)
            partial(live, role)
            plugin(live)
            live.run("dump", "-A", "-v")
            only_reading(live)
            nothing_planted(live)
        finally:
            control.close()


if __name__ == "__main__":
    sys.exit(cluster.main(run, ["kubectl"]))

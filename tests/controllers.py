# SPDX-License-Identifier: Apache-2.0
"""Real implementations of the Gateway API on a Cluster (tests/cluster.py), each with a data plane that answers requests.

    IMPLEMENTATIONS         by the name of their target table
        .controller         the controllerName of their classes
        .versions           the Gateway API version whose definitions they work with
        .parts              programs that they need beside the control plane
        .ports              of the data plane, by scheme
        (cluster, folder)   installed and running until close()
        .look_at(sets)      until its controller has looked at all of them, where it does so at once
        .serve(set)         a context: the data plane has what the Gateway of that set says; gives what it does not take of that
        .ask(services, requests)    the answers of the data plane, with echo servers at these addresses
        .own_listener_sets  it serves ListenerSets
        .reasons            its conditions have those of the specification, so that they can be compared
        .chance             another choice of the evaluator that is as right, where chance decides; or empty
        .without            filters that it does not know
        .equal              so many of a hundred recorded requests in normal form it answers as ingress-nginx did, at least
        .written            fixtures with objects of its own, as people write them
        .all_at_once        its controller looks at all Gateways, else at the one that is being served
"""
import asyncio
import contextlib
import json
import os
import subprocess
import time
import urllib.request

import asking
import cluster as control
import common
import real
import yaml

SYSTEM = "envoy-gateway-system"
ADMIN = 19900
WATCHED = ["/apis/gateway.networking.k8s.io/v1/" + kind for kind in ("gatewayclasses", "gateways", "httproutes")]


def policies(name):
    return os.path.join(common.judges_folder(), "policies", name)


def definitions(version, channel):
    return os.path.join(common.judges_folder(), "crds", version, channel)


class Implementation:
    written = ()

    def __init__(self, cluster, folder):
        self.cluster, self.folder = cluster, os.path.join(folder, self.name)
        os.makedirs(self.folder)
        self.processes = control.Processes(self.folder)
        cluster.crds(definitions(self.version, "experimental"))
        cluster.crds(policies(self.name))
        self.start()

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        with open(self.path(name), "w", encoding="utf-8") as out:
            out.write(content if isinstance(content, str) else json.dumps(content))
        return self.path(name)

    def close(self):
        self.processes.close()

    @staticmethod
    def wait_for(state, quiet=1.0, seconds=20):
        """Until what the data plane has does not change any more."""
        last, since = None, time.monotonic()
        end = since + seconds
        while time.monotonic() - since < quiet:
            if time.monotonic() > end:
                raise RuntimeError("what the data plane has does not come to rest")
            found = state()
            if found != last:
                last, since = found, time.monotonic()
            time.sleep(0.1)

    def look_at(self, sets):
        if self.all_at_once:
            for one in sets:
                control.until("the conditions of Gateway " + one.gateway[0], lambda one=one: self.cluster.judged(one.gateway))
            self.cluster.settled(WATCHED)

    def ask(self, services, requests):
        async def answers():
            client = asking.Client(self.ports, control.CLIENT)
            async with asking.serving(services):
                found = await asking.ask_all(client, control.ENTRY, requests)
            client.close()
            return found
        return asyncio.run(answers())

    # ---- one Envoy ----

    def envoy(self, config, *arguments):
        return self.processes.start("envoy", real.program("envoy"), "-c", config, "-l", "error", "--concurrency", "1", "--disable-hot-restart", *arguments)

    def lives(self, process):
        """It has all that it waits for at its start."""
        if process.poll() is not None:
            raise RuntimeError("Envoy ended: " + self.processes.log("envoy"))
        return "LIVE" in control.plain("127.0.0.1", ADMIN, "/ready")

    @staticmethod
    def rejections():
        """What of its configuration it does not take, or an empty text."""
        lines = control.plain("127.0.0.1", ADMIN, "/stats?filter=update_rejected").splitlines()
        return ", ".join(line for line in lines if not line.endswith(": 0"))


class EnvoyGateway(Implementation):
    reasons, equal = True, 88
    without, chance = (), ""
    name, target, version = "envoy-gateway", "envoy-gateway", "1.6"
    controller = "gateway.envoyproxy.io/gatewayclass-controller"
    parts = ("envoy-gateway", "envoy")
    ports = {"http": 10080, "https": 10443}
    own_listener_sets = all_at_once = True

    def start(self):
        cluster = self.cluster
        self.environment = dict(os.environ, KUBECONFIG=cluster.path("kubeconfig"), ENVOY_GATEWAY_NAMESPACE=SYSTEM, ENVOY_POD_NAME="pod-0",
                                ENVOY_NAMESPACE=SYSTEM, ENVOY_SERVICE_ZONE="z")
        cluster.must({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SYSTEM}})
        subprocess.run([real.program("envoy-gateway"), "certgen", "--disable-topology-injector"], env=self.environment, cwd=self.folder,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        cluster.secret(SYSTEM, "envoy-gateway", control.FIXED)
        cluster.secret(SYSTEM, "envoy", self.path("proxy"))
        config = self.write("config.yaml", {"apiVersion": "gateway.envoyproxy.io/v1alpha1", "kind": "EnvoyGateway", "gateway": {"controllerName": self.controller},
                                            "logging": {"level": {"default": "error"}},
                                            "provider": {"type": "Kubernetes", "kubernetes": {"leaderElection": {"disable": True}}}})
        self.processes.start("controller", real.program("envoy-gateway"), "server", "-c", config, env=self.environment)

    def deployment(self, namespace, name):
        """The one that the controller has made for a Gateway."""
        labels = "gateway.envoyproxy.io/owning-gateway-name=%s,gateway.envoyproxy.io/owning-gateway-namespace=%s" % (name, namespace)
        return self.cluster.get("/apis/apps/v1/namespaces/%s/deployments?labelSelector=%s" % (SYSTEM, urllib.request.quote(labels)))["items"][0]

    def local(self, value):
        """Its bootstrap, with the places and addresses that it has here."""
        if isinstance(value, dict):
            return {key: self.local(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.local(item) for item in value]
        if isinstance(value, str):
            if value.startswith("envoy-gateway." + SYSTEM) or value == "envoy-gateway":
                return "127.0.0.1"
            return value.replace("/sds/", self.folder + "/").replace(control.FIXED + "/", self.path("proxy") + "/")
        return {19000: ADMIN, 19001: ADMIN + 1}.get(value, value)

    def bootstrap(self, arguments):
        config = self.local(yaml.safe_load(arguments[arguments.index("--config-yaml") + 1]))
        config["cluster_manager"] = {}          # it would wait for its own pods
        config["static_resources"]["clusters"] = [one for one in config["static_resources"]["clusters"] if one.get("type") != "EDS"]
        for item in self.cluster.get("/api/v1/namespaces/%s/configmaps" % SYSTEM)["items"]:
            for key, value in (item.get("data") or {}).items():
                if key.startswith("xds-"):
                    self.write(key, value.replace(control.FIXED + "/", self.path("proxy") + "/"))
        return self.write("envoy.json", config)

    @contextlib.contextmanager
    def serve(self, one):
        namespace, name = one.gateway
        made = control.until("the data plane of Gateway %s/%s" % (namespace, name), lambda: self.deployment(namespace, name))
        arguments = next(one for one in made["spec"]["template"]["spec"]["containers"] if one["name"] == "envoy")["args"]
        process = self.envoy(self.bootstrap(arguments), "--service-cluster", arguments[arguments.index("--service-cluster") + 1], "--service-node", "pod-0")
        try:
            control.until("Envoy for %s/%s" % (namespace, name), lambda: self.lives(process))
            yield self.rejections()
        finally:
            self.processes.end(process)


class Traefik(Implementation):
    """One process for each Gateway, which sees nothing but its namespaces: it would serve all Gateways at once."""
    # of its version that can be built every redirect is 301 where it was 308, and no Strict-Transport-Security is sent
    reasons, equal = True, 25
    without, chance = ("CORS",), "ties=newest"
    name, target, version = "traefik", "traefik@3.6", "1.4"
    controller = "traefik.io/gateway-controller"
    parts = ("traefik",)
    ports = {"http": 80, "https": 443}
    own_listener_sets = all_at_once = False

    written = ("trace/after-middlewares",)
    # By which it is seen that Middlewares have been read: its client asks five things a second, and routes are there long before.
    SPACE, LAST = "traefik-judge", "there"

    def start(self):
        self.cluster.must({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.SPACE}})
        self.cluster.must({"apiVersion": "traefik.io/v1alpha1", "kind": "Middleware", "metadata": {"namespace": self.SPACE, "name": self.LAST},
                           "spec": {"headers": {"customResponseHeaders": {"X-There": "yes"}}}})

    def provider(self, name):
        option = "--providers." + name
        return [option + "=true", option + ".endpoint=https://127.0.0.1:%d" % control.API, option + ".token=" + control.TOKEN,
                option + ".certauthfilepath=" + self.cluster.path("apiserver/apiserver.crt")]

    @staticmethod
    def state():
        return control.plain("127.0.0.1", ADMIN, "/api/rawdata")

    @contextlib.contextmanager
    def serve(self, one):
        middlewares = any(item["kind"] == "Middleware" for item in getattr(one, "made", []))
        process = self.processes.start(
            "traefik", real.program("traefik"), "--entrypoints.web.address=%s:80" % control.ENTRY, "--entrypoints.websecure.address=%s:443" % control.ENTRY,
            "--entrypoints.traefik.address=127.0.0.1:%d" % ADMIN, "--api.insecure=true", "--global.checknewversion=false",
            "--global.sendanonymoususage=false", "--log.level=ERROR", "--providers.providersthrottleduration=100ms", *self.provider("kubernetesgateway"),
            "--providers.kubernetesgateway.namespaces=" + ",".join(one.spaces()), *(self.provider("kubernetescrd") if middlewares else []))
        try:
            control.until("Traefik", lambda: self.cluster.judged(one.gateway))
            if middlewares:
                control.until("its Middlewares", lambda: "%s-%s@kubernetescrd" % (self.SPACE, self.LAST) in self.state())
            self.wait_for(self.state)
            yield ""
        finally:
            self.processes.end(process)


class Contour(Implementation):
    """One process for each Gateway, which it is told by name."""
    reasons, equal = False, 25
    without, chance = ("CORS",), "conflict=drops-rule-turned"
    name, target, version = "contour", "contour", "1.3"
    controller = "projectcontour.io/gateway-controller"
    parts = ("contour", "envoy")
    ports = {"http": 8080, "https": 8443}
    own_listener_sets = all_at_once = False
    SPACE = "projectcontour"
    XDS, HTTP, HEALTH = 8011, 8012, 8013

    def start(self):
        self.cluster.must({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.SPACE}})
        self.bootstrap = self.path("envoy.json")
        subprocess.run([real.program("contour"), "bootstrap", self.bootstrap, "--xds-address", "127.0.0.1", "--xds-port", str(self.XDS), "--namespace", self.SPACE,
                        "--admin-address", self.path("admin.sock")], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=True)
        with open(self.bootstrap, encoding="utf-8") as file:
            config = json.load(file)
        config["admin"]["address"] = {"socket_address": {"address": "127.0.0.1", "port_value": ADMIN}}
        self.write("envoy.json", config)

    @contextlib.contextmanager
    def serve(self, one):
        config = self.write("contour.json", {"gateway": {"gatewayRef": dict(zip(("namespace", "name"), one.gateway))}})
        contour = self.processes.start(
            "contour", real.program("contour"), "serve", "--kubeconfig=" + self.cluster.path("kubeconfig"), "--xds-address=127.0.0.1", "--xds-port=%d" % self.XDS,
            "--insecure", "--disable-leader-election", "--http-address=127.0.0.1", "--http-port=%d" % self.HTTP, "--health-address=127.0.0.1",
            "--health-port=%d" % self.HEALTH, "--config-path=" + config)
        envoy = None
        try:
            control.until("Contour", lambda: self.cluster.judged(one.gateway))
            envoy = self.envoy(self.bootstrap, "--service-cluster", self.SPACE, "--service-node", "n0")
            control.until("Envoy for Contour", lambda: self.lives(envoy))
            self.wait_for(lambda: control.plain("127.0.0.1", ADMIN, "/listeners") + control.plain("127.0.0.1", ADMIN, "/stats?filter=update_success"))
            yield self.rejections()
        finally:
            for process in (envoy, contour):
                if process:
                    self.processes.end(process)


IMPLEMENTATIONS = {one.name: one for one in (EnvoyGateway, Traefik, Contour)}

# SPDX-License-Identifier: Apache-2.0
"""What Envoy Gateway's translator says, as one static configuration for one Envoy.

    static(dump, objects, addresses, admin)     dump: the key xds of the translator's JSON; addresses: those on which the listeners of a
                                                Gateway ("namespace/name") are, 80 as 10080 and 443 as 10443

    repeated(gateway)       why Envoy would not take the routes of a Gateway

Routes and endpoints are inlined. The dump holds no secrets: those that it names are taken from the objects. A configuration with a
backend outside of this machine is refused.
"""
import base64
import json

# Envoy Gateway moves ports below 1024 up by this.
SHIFT = 10000
# Authorities that TLS to backends may be checked by.
SYSTEM = "/etc/ssl/certs/ca-certificates.crt"


class Outside(Exception):
    pass


def secrets_of(objects):
    """Secrets as Envoy takes them, by the name that the translator gives them."""
    found = {"system_ca_certificates": {"validationContext": {"trustedCa": {"filename": SYSTEM}}}}
    for item in objects:
        if item.get("kind") not in ("Secret", "ConfigMap"):
            continue
        name = "%s/%s" % (item["metadata"].get("namespace", "default"), item["metadata"]["name"])
        data = dict(item.get("data") or {})
        if item["kind"] == "Secret":
            data = {key: base64.b64decode(value).decode("latin-1") for key, value in data.items()}
        data.update(item.get("stringData") or {})
        if "tls.crt" in data and "tls.key" in data:
            found[name] = {"tlsCertificate": {"certificateChain": {"inlineString": data["tls.crt"]}, "privateKey": {"inlineString": data["tls.key"]}}}
        if "ca.crt" in data:
            found[name + "/ca"] = {"validationContext": {"trustedCa": {"inlineString": data["ca.crt"]}}}
        if ".htpasswd" in data:
            found[name] = {"genericSecret": {"secret": {"inlineString": data[".htpasswd"]}}}
    return found


class Dump:
    """The resources of one Gateway."""

    KINDS = {"ListenersConfigDump": ("dynamicListeners", lambda item: item["activeState"]["listener"]),
             "RoutesConfigDump": ("dynamicRouteConfigs", lambda item: item["routeConfig"]),
             "ClustersConfigDump": ("dynamicActiveClusters", lambda item: item["cluster"]),
             "EndpointsConfigDump": ("dynamicEndpointConfigs", lambda item: item["endpointConfig"])}

    def __init__(self, gateway):
        found = {kind: [] for kind in self.KINDS}
        for config in gateway["configs"]:
            kind = config["@type"].rsplit(".", 1)[-1]
            if kind in self.KINDS:
                key, of = self.KINDS[kind]
                found[kind] += [of(item) for item in config.get(key, [])]
        # its own one answers whether Envoy is ready
        self.listeners = [item for item in found["ListenersConfigDump"] if not item["name"].startswith("envoy-gateway-proxy")]
        self.routes = {item["name"]: item for item in found["RoutesConfigDump"]}
        self.clusters = found["ClustersConfigDump"]
        self.endpoints = {item["clusterName"]: item for item in found["EndpointsConfigDump"]}
        self.used = set()

    def inline(self, value):
        """Routes by value instead of by name; what Secrets are named is noted."""
        if isinstance(value, dict):
            if isinstance(value.get("rds"), dict):
                value["routeConfig"] = json.loads(json.dumps(self.routes[value.pop("rds")["routeConfigName"]]))
                value["routeConfig"].pop("@type", None)
                # as where they come by name: backends that are not there are found out by requests
                value["routeConfig"]["validateClusters"] = False
            if "ads" in value.get("sdsConfig", {}):
                value.pop("sdsConfig")
                self.used.add(value["name"])
            value = list(value.values())
        for item in value if isinstance(value, list) else ():
            self.inline(item)

    def resources(self, address):
        for item in self.listeners + self.clusters:
            item.pop("@type", None)
            self.inline(item)
        for item in self.clusters:
            if item.get("type") == "EDS":
                name = item.pop("edsClusterConfig", {}).get("serviceName", item["name"])
                item["type"] = "STATIC"
                item["loadAssignment"] = self.endpoints.get(name, {"clusterName": name, "endpoints": []})
                item["loadAssignment"].pop("@type", None)
        stays_here(self.clusters)
        for item in self.listeners:
            item.pop("additionalAddresses", None)
            item.pop("accessLog", None)
            item["name"] = "%s %s" % (address, item["name"])
            item["address"]["socketAddress"].pop("ipv4Compat", None)
            item["address"]["socketAddress"]["address"] = address
        return self.listeners, self.clusters


def repeated(gateway):
    """The route configuration that names a hostname twice, with the name: Envoy refuses it. Or an empty text."""
    for item in Dump(gateway).routes.values():
        seen = set()
        for domain in [domain for host in item.get("virtualHosts") or [] for domain in host["domains"]]:
            if domain in seen:
                return "%s names %s twice" % (item["name"], domain)
            seen.add(domain)
    return ""


def stays_here(value):
    if isinstance(value, dict):
        there = value.get("socketAddress")
        address = there.get("address") if isinstance(there, dict) else None
        if address and not (address.startswith("127.") or address in ("localhost", "::1")):
            raise Outside("%s: a backend outside of this machine" % address)
        value = list(value.values())
    for item in value if isinstance(value, list) else ():
        stays_here(item)


def static(dump, objects, addresses, admin):
    listeners, clusters, used, known = [], {}, set(), secrets_of(objects)
    for name, gateway in sorted(dump.items()):
        one = Dump(gateway)
        mine, needed = one.resources(addresses[name])
        listeners += mine
        clusters.update((item["name"], item) for item in needed)
        used |= one.used
    return {"admin": {"address": {"socketAddress": {"address": "127.0.0.1", "portValue": admin}}},
            "node": {"id": "judge", "cluster": "judge"},
            "layeredRuntime": {"layers": [{"name": "static", "staticLayer": {"re2.max_program_size.error_level": 4294967295}}]},
            "staticResources": {"listeners": listeners, "clusters": list(clusters.values()),
                                "secrets": [dict(known[name], name=name) for name in sorted(used) if name in known]}}

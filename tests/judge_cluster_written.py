# SPDX-License-Identifier: Apache-2.0
"""Objects that people write by hand, as a fixture of `trace --after` has them: does an implementation do with them what the fixture says (tests/judge_cluster.py)?

Asked are the requests that need nothing but a client at the address of the records, with a password or a body: an authentication service is not there.
"""
import json
import os

import base64

import cluster as control
import common
import judge_envoy
import judge_recorded
import kubeyaml

ADDRESS, PORT = "198.18.251.1", 20080
PASSWORD = "Basic " + base64.b64encode(b"user:pass").decode("ascii")
DATA = {"users": base64.b64encode(judge_recorded.HTPASSWD.encode()).decode("ascii")}


class Written:
    """With a Gateway in one namespace, and Services on one port."""

    def __init__(self, name):
        self.folder = os.path.join(common.ROOT, "fixtures", name)
        self.path = os.path.join(self.folder, "input.yaml")
        with open(self.path, encoding="utf-8") as file:
            self.objects = kubeyaml.load_all(file.read())
        with open(os.path.join(self.folder, "requests.jsonl"), encoding="utf-8") as file:
            self.requests = [json.loads(line) for line in file if line.strip()]
        self.gateway = next((item["metadata"]["namespace"], item["metadata"]["name"]) for item in self.objects if item["kind"] == "Gateway")
        self.made, self.served = [], {}

    def spaces(self):
        return [self.gateway[0]]

    def place(self, cluster):
        cluster.must({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.gateway[0]}})
        for number, item in enumerate([item for item in self.objects if item["kind"] == "Service"]):
            name, port = item["metadata"]["name"], PORT + number
            self.made.append({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4", "ports": [{"port": port, "protocol": "TCP"}],
                              "metadata": {"name": name, "namespace": self.gateway[0], "labels": {"kubernetes.io/service-name": name}},
                              "endpoints": [{"addresses": [ADDRESS], "conditions": {"ready": True}}]})
            self.served[ADDRESS, port] = "%s/%s:%d" % (self.gateway[0], name, item["spec"]["ports"][0]["port"])
        self.made += [dict(item, data=DATA) if item["kind"] == "Secret" else item for item in self.objects]
        for item in self.made:
            if item["kind"] == "GatewayClass":
                cluster.create(item)     # it may be there already
            else:
                cluster.must(item)


def sent(request):
    """As a client sends it; None: it cannot do so."""
    given = request.get("given") or {}
    if set(given) - {"auth.basic"} or request.get("client", control.CLIENT) != control.CLIENT:
        return None
    more = [["Authorization", PASSWORD]] if given else []
    return {"scheme": "http", "method": request.get("method", "GET"), "host": request["host"], "target": request["target"],
            "headers": more + (request.get("headers") or []), "body_len": request.get("body") or 0}


def run(implementation, binary, tally):
    for name in implementation.written:
        one, result = Written(name), None
        one.place(implementation.cluster)
        with implementation.serve(one) as why:
            asked = [request for request in one.requests if sent(request)]
            theirs = [] if why else implementation.ask(one.served, [sent(request) for request in asked])
        result = common.run(binary, ["trace", "--requests", "-", "--after", one.path, "--world", "closed", "-o", "json"],
                            stdin="".join(json.dumps(request) + "\n" for request in asked).encode())
        ours = [json.loads(line) for line in result.out.decode().splitlines()]
        tally.check(len(ours) == len(asked) == len(theirs), name, why or result.err.decode())
        for request, mine, other in zip(asked, ours, theirs):
            if not mine.get("unknown"):
                tally.check(judge_envoy.agree(sent(request), mine, other), "%s, %s" % (name, json.dumps(request)), "%s, and the real one says %s" % (json.dumps(mine), other))

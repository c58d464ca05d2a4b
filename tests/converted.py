# SPDX-License-Identifier: Apache-2.0
"""Ingresses of ingress-nginx, converted: what a Gateway would read, what was said about it, and which differences were named."""
import json
import os
import tempfile

import common
import gateway_eval as gateway
import kubeyaml
import named


class Converted:
    """.fault is empty, or a text that says why there are no .manifests and no .diagnostics."""

    def __init__(self, binary, args, text):
        with tempfile.TemporaryDirectory() as scratch:
            where = os.path.join(scratch, "report.json")
            fixed = ["convert", "-", "--from", "ingress-nginx", "-o", "json", "--report", "json=" + where]
            result = common.run(binary, fixed + args, stdin=text.encode("utf-8"))
            self.fault = result.bug() or ("" if result.code in (0, 1) else "exit code %d: %s" % (result.code, result.err[:300]))
            if self.fault:
                return
            with open(where, encoding="utf-8") as file:
                report = json.load(file)
        self.diagnostics, self.named = report["diagnostics"], named.Named(report)
        self.printed = list(kubeyaml.unfold(json.loads(result.out))) if result.out.strip() else []
        self.manifests = gateway.Manifests(self.printed)

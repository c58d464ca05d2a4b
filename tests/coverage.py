# SPDX-License-Identifier: Apache-2.0
"""How much is covered, in numbers: tables for the README, made by running the program.

    controllers    annotations of each controller by what becomes of them for the standard and for the best target
    targets        features of each target by how they are said, and the share of real uses of annotations that it carries

Every annotation is converted with the values of its row, with TLS and without, and with the manifest of its row where it has one; the best
that any of these comes to counts. Uses are weighted by coverage/uses.tsv.
"""
import argparse
import json
import os
import sys
import tempfile

import common
import kubeyaml
import tables

USES = os.path.join(common.ROOT, "tests", "coverage", "uses.tsv")
# With TLS and without, because some annotations speak of one only.
PLAIN = """apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: app, annotations: {%s}}
spec:
%s%s  rules:
    - host: app.example.com
      http:
        paths:
          - {path: /app, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}
"""
TLS = "  tls: [{hosts: [app.example.com], secretName: app-tls}]\n"
SERVICE = """---
apiVersion: v1
kind: Service
metadata: {name: web, annotations: {%s}}
spec: {ports: [{port: 80}]}
"""
# The annotation that chooses a controller stands in no table.
CLASS = "kubernetes.io/ingress.class"
# From best to worst; None: no row says anything, and nothing is known.
STATES = ("written", "different", "kept", "idle", "policy", "closed", "lost", "pending", "unknown")
CARRIED = ("written", "different", "kept", "idle")
AS_THEY_ARE = ("written", "kept", "idle")


def samples(key, item, ingress_class="nginx"):
    """Manifests in which the annotation has the values of its row."""
    if item.get("manifest"):
        yield item["manifest"]
        return
    on_service = "Service" in item.get("read_on", [])
    for field in ("example", "other"):
        if item.get(field) is not None:
            for tls in (TLS, ""):
                name = "" if key == CLASS else "  ingressClassName: %s\n" % ingress_class
                said = "%s: %s" % (json.dumps(key), json.dumps(str(item[field])))
                yield PLAIN % ("" if on_service else said, name, tls) + (SERVICE % said if on_service else "")


def apart(sample, number):
    """The objects of a sample in a namespace and with hosts of their own, so that many samples make one input."""
    objects = [item for item in kubeyaml.load_all(sample.replace("example.com", "s%d.example.com" % number)) if item]
    own = next((item["metadata"].get("namespace") for item in objects if item["kind"] == "Ingress"), None)
    for item in objects:
        if item["metadata"].get("namespace") in (None, own):
            item["metadata"]["namespace"] = "s%d" % number
    return objects


def reports(binary, rows, arguments=()):
    """(index of the row, Ingress of a report) for every sample of (annotation, row, class). Samples with a ConfigMap run alone: it counts for all."""
    runs, owner = [[]], {}
    for i, (key, item, ingress_class) in enumerate(rows):
        for sample in samples(key, item, ingress_class):
            number = len(owner)
            owner["s%d" % number] = i
            objects = apart(sample, number)
            if any(item["kind"] == "ConfigMap" for item in objects):
                runs.append(objects)
            else:
                runs[0] += objects

    def run(objects):
        with tempfile.TemporaryDirectory() as scratch:
            path = os.path.join(scratch, "report.json")
            common.run(binary, ["convert", "-", "--no-proof", "--report", "json=" + path, *arguments], stdin=kubeyaml.dump_all(objects).encode("utf-8"))
            with open(path, encoding="utf-8") as file:
                return json.load(file)
    for report in common.parallel(run, runs):
        for ingress in report["ingresses"] + report.get("others", []):
            if ingress["namespace"] in owner:
                yield owner[ingress["namespace"]], ingress


def state(ingress, fact):
    """One of STATES."""
    if fact["code"] == "I2G-0224":
        return "pending"
    if fact["state"] in ("inexpressible", "extension") and ingress.get("state") == "closed" and fact["loss"] == "security":
        return "policy" if fact["state"] == "extension" else "closed"
    return {"translated": "written", "different": "different", "metadata": "kept", "ineffective": "idle", "extension": "policy",
            "inexpressible": "lost"}.get(fact["state"], "unknown")


def states(binary, rows, arguments=()):
    """The best state of each (annotation, row, class)."""
    best = ["unknown"] * len(rows)
    for i, ingress in reports(binary, rows, arguments):
        for fact in ingress["facts"]:
            if fact["key"].split("#")[0] == rows[i][0]:
                best[i] = min(best[i], state(ingress, fact), key=STATES.index)
    return best


# ---- what there is ----

def controller_rows(name):
    """[(annotation, row, class)] of a controller; of an alias what it does not say is its main row's."""
    table = tables.load("controllers", name + ".yaml")
    listed = {row["name"]: row for row in tables.rows(table, "annotations")}
    ingress_class = ((table.get("recognise") or {}).get("classes") or [name])[0]
    for row in listed.values():
        full = dict(listed.get(row.get("alias_of"), {}), **row)
        if full.get("example") is None:
            full["example"] = "x"
        for key in sorted(tables.full_keys(table, row)):
            yield key, full, ingress_class


def prefixes(whole=True):
    """[(prefix, class)] of all controllers, the longest first; without whole, of those whose tables are in part."""
    found = []
    for name in tables.names("controllers"):
        table = tables.load("controllers", name + ".yaml")
        recognise = table.get("recognise") or {}
        if table.get("complete") and not whole:
            continue
        for prefix in recognise.get("prefixes") or []:
            found.append((prefix, (recognise.get("classes") or [name])[0]))
    return sorted(found, key=lambda one: (-len(one[0]), one))


def uses():
    """Annotation -> number of uses."""
    found = {}
    with open(USES, encoding="utf-8") as file:
        for line in file:
            if not line.startswith("#"):
                key, number = line.rstrip("\n").split("\t")
                found[key] = int(number)
    return found


def used_rows():
    """[(annotation, row, class)] of what people use: as the controller with its prefix has it, else any value, as for other tools."""
    known = {}
    for name in tables.names("controllers"):
        for key, row, ingress_class in controller_rows(name):
            known[key, ingress_class] = row
    starts = prefixes()
    for key in uses():
        ingress_class = next((one for prefix, one in starts if key.startswith(prefix)), "nginx")
        yield key, known.get((key, ingress_class)) or {"example": "nginx" if key == CLASS else "true"}, ingress_class


# ---- tables ----

TITLES = {"written": "carried", "different": "with a difference", "kept": "kept for its tool", "idle": "needs nothing", "policy": "a target has a policy",
          "closed": "closes its route", "lost": "lost, with the reason", "pending": "not worked out", "unknown": "unknown"}
SHOWN = ("written", "different", "idle", "policy", "closed", "lost", "pending", "unknown")


def by_controller(binary):
    """[(controller, {state: number of rows})] for the standard."""
    for name in tables.names("controllers"):
        rows, best = list(controller_rows(name)), {}
        # with each prefix, of which some count for some annotations alone
        for (_, row, _), found in zip(rows, states(binary, rows)):
            best[row["name"]] = min(best.get(row["name"], "unknown"), found, key=STATES.index)
        if best:
            yield name, {found: list(best.values()).count(found) for found in STATES}


def said(target):
    """Feature -> how a target says it; what it does not say is that of the target that it extends."""
    table = tables.load("targets", target + ".yaml")
    rows = said(table["extends"]) if table.get("extends") else {}
    for row in tables.rows(table, "features"):
        if "since_target" not in row or row["feature"] not in rows:
            rows[row["feature"]] = row
    return rows


def by_feature(target):
    """{standard, policy, static, none: number of features}."""
    counts = {"standard": 0, "policy": 0, "static": 0, "none": 0}
    for row in said(target).values():
        how = row["how"]
        counts["policy" if row.get("policy") else how if how in ("static", "none") else "standard"] += 1
    return counts


NGINX = "nginx.ingress.kubernetes.io/"


def by_use(binary):
    """Target -> ({state: uses}, the same of ingress-nginx alone)."""
    numbers, rows, counts = uses(), list(used_rows()), {}
    standard = dict(zip(rows_keys(rows), states(binary, rows, ["--target", "standard"])))
    starts, all_starts = (tuple(prefix for prefix, _ in prefixes(whole)) for whole in (False, True))
    tools = [row["key"] for row in tables.rows(tables.load("ecosystem.yaml"), "ecosystem")]
    for key in standard:
        # a name without a row, of a controller that has more than its table
        if standard[key] == "unknown" and key.startswith(starts):
            standard[key] = "pending"
        # no controller and no tool of ours: that ingress-nginx passes it over says nothing
        elif standard[key] == "idle" and not key.startswith(all_starts) and key != CLASS and not any(tables.is_about(tool, key) for tool in tools):
            standard[key] = "unknown"
    # what nobody has worked out is so for every target
    open_rows = [row for row in rows if standard[row[0]] not in ("pending", "unknown")]
    for target in tables.names("targets"):
        found = dict(standard)
        if target != "standard":
            found.update(zip(rows_keys(open_rows), states(binary, open_rows, ["--target", target])))
        counts[target] = tuple({name: sum(numbers[key] for key in found if found[key] == name and key.startswith(start)) for name in STATES}
                               for start in ("", NGINX))
    return counts


def rows_keys(rows):
    return [key for key, _, _ in rows]


def share(counts, of=CARRIED):
    return 100.0 * sum(counts[name] for name in of) / sum(counts.values())


def row(*cells):
    return "| %s |\n" % " | ".join(str(cell) for cell in cells)


def head(*cells):
    return row(*cells) + row(*["---"] * len(cells))


def controllers_table(binary):
    text = head("Controller", *(TITLES[name] for name in SHOWN))
    for name, counts in by_controller(binary):
        text += row("`%s`" % name, *(counts[found] or "" for found in SHOWN))
    return text


def targets_table(binary):
    text = head("`--target`", "Features in the Gateway API", "in its policies", "by itself", "not", "Uses carried", "as they are", "of ingress-nginx", "as they are")
    for target, (counts, nginx) in by_use(binary).items():
        features = by_feature(target)
        text += row("`%s`" % target, features["standard"], features["policy"], features["static"], features["none"],
                    *("%.0f %%" % share(part, of) for part in (counts, nginx) for of in (CARRIED, AS_THEY_ARE)))
    return text


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    binary = os.path.abspath(parser.parse_args().binary)
    print(controllers_table(binary))
    print(targets_table(binary), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())

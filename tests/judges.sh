#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Gets the judges that tests/versions pins: kubectl-validate and the CRDs of the Gateway API versions. What is there already
# is left alone. Everything ends in ${XDG_CACHE_HOME:-~/.cache}/ing2gw-judges:
#
#   bin/kubectl-validate-VERSION    the validator
#   policies/envoy-gateway/*.yaml   CRDs of kinds beside the Gateway API; of nginx-gateway-fabric and kong where their modules are to be had
#   crds/1.5/standard/*.yaml        CRDs by the name that --gateway-api takes, and by channel
#   go/                             a Go of our own, where the machine has none that is new enough
set -eu
cd "$(dirname "$0")/.."
. tests/versions

. tests/judges_common.sh
alone lock

validator=$cache/bin/kubectl-validate-$KUBECTL_VALIDATE
if [ ! -x "$validator" ]; then
	need_go
	say "building kubectl-validate $KUBECTL_VALIDATE (minutes)"
	(cd "$work" && GOBIN=$work/bin "$go" install "sigs.k8s.io/kubectl-validate@$KUBECTL_VALIDATE")
	mv "$work/bin/kubectl-validate" "$validator"
fi

# crds NAME VERSION
crds() {
	local folder=$cache/crds/$1 stamp="$2, patch 1" dir
	if [ -f "$folder/version" ] && [ "$(cat "$folder/version")" = "$stamp" ]; then
		return
	fi
	need_go
	say "getting the CRDs of Gateway API $1 ($2)"
	dir=$(module_folder sigs.k8s.io/gateway-api "$2")
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
kinds envoy-gateway github.com/envoyproxy/gateway "$ENVOY_GATEWAY" charts/gateway-helm/charts/crds/crds/generated '*.yaml'
kinds_if_there nginx-gateway-fabric github.com/nginx/nginx-gateway-fabric/v2 "$NGINX_GATEWAY_FABRIC" config/crd/bases '*.yaml'
kinds_if_there kong github.com/kong/kubernetes-configuration/v2 "$KONG_CONFIGURATION" config/crd/gateway-operator '*kongplugins.yaml'
kinds cert-manager github.com/cert-manager/cert-manager "$CERT_MANAGER" deploy/crds '*.yaml'
say "ready in $cache"
echo "1 passed, 0 failed, 0 skipped"

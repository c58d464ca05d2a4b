#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the machine must have, by the name that its distribution gives it.
#
#   deps.sh check SET...     says what is missing (exit 1) and changes nothing
#   deps.sh install SET...   installs what is missing, quietly, as root or with sudo
#
# Sets: build, test, judges, judges-envoy, fuzz, fuzz-coverage, lint. A part counts as present when it works (a header that the compiler finds, a command
# that runs), never by the package manager's word, so that parts from elsewhere are good too.
set -u

root=$(cd "$(dirname "$0")/.." && pwd)
cc=${CC:-cc}

judges=${XDG_CACHE_HOME:-$HOME/.cache}/ing2gw-judges

has_command() { command -v "$1" >/dev/null 2>&1; }

# The first C compiler that is there; the one that was asked for wins.
compiler() {
	local c
	for c in "$cc" cc gcc clang; do
		if has_command "${c%% *}"; then
			printf '%s\n' "$c"
			return
		fi
	done
	return 1
}

# has_header FILE MODULE: the preprocessor finds it, with the flags of pkg-config where that knows the module.
has_header() {
	local c flags
	c=$(compiler) || return 1
	flags=$(pkg-config --cflags "$2" 2>/dev/null)
	# Flags are words, to be split.
	# shellcheck disable=SC2086
	printf '#include <stdarg.h>\n#include <stddef.h>\n#include <stdint.h>\n#include <setjmp.h>\n#include <%s>\n' "$1" |
		$c ${CPPFLAGS-} ${CFLAGS-} $flags -E - >/dev/null 2>&1
}

# can_link COMPILER FLAG SOURCE: a program of this text can be linked with that flag.
can_link() {
	local dir rc
	dir=$(mktemp -d) || return 1
	printf '%s\n' "$3" >"$dir/a.c"
	$1 "$2" -o "$dir/a" "$dir/a.c" >/dev/null 2>&1
	rc=$?
	rm -rf "$dir"
	return $rc
}

has_python_yaml() {
	"$root/tests/python.sh" -c 'import yaml' >/dev/null 2>&1
}

# An nginx that runs and is not too old: the machine's, or the one that unpack_nginx got.
has_nginx() {
	local program
	for program in nginx /usr/sbin/nginx /usr/local/sbin/nginx "$judges/nginx/usr/sbin/nginx"; do
		if "$program" -v 2>&1 | grep -q 'nginx/1\.\(2[2-9]\|[3-9][0-9]\)\.'; then
			return
		fi
	done
	return 1
}

# An etcd that runs: the machine's, or the one that unpack got.
has_etcd() {
	etcd --version >/dev/null 2>&1 || "$judges/etcd/usr/bin/etcd" --version >/dev/null 2>&1
}

# present PART
present() {
	case $1 in
	cc) compiler >/dev/null && has_header stdio.h none ;;
	make) has_command make ;;
	pkg-config) has_command pkg-config ;;
	yaml) has_header yaml.h yaml-0.1 ;;
	cjson) has_header cjson/cJSON.h libcjson ;;
	pcre2) CPPFLAGS="${CPPFLAGS-} -DPCRE2_CODE_UNIT_WIDTH=8" has_header pcre2.h libpcre2-8 ;;
	crypto) has_header openssl/x509.h libcrypto ;;
	curl) has_header curl/curl.h libcurl ;;
	cmocka) has_header cmocka.h cmocka ;;
	sanitizers) can_link "$(compiler)" -fsanitize=address,undefined 'int main(void) { return 0; }' ;;
	clang) has_command clang ;;
	llvm) { has_command llvm-cov && has_command llvm-profdata; } || { has_command llvm-cov-14 && has_command llvm-profdata-14; } ;;
	libfuzzer) has_command clang && can_link clang -fsanitize=fuzzer,address \
		'int LLVMFuzzerTestOneInput(const char *p, unsigned long n) { (void)p; (void)n; return 0; }' ;;
	jq) has_command jq ;;
	nginx) has_nginx ;;
	etcd) has_etcd ;;
	iproute) has_command ip ;;
	namespaces) has_command unshare && has_command mount ;;
	openssl) has_command openssl ;;
	python) has_command python3 ;;
	python-yaml) has_python_yaml ;;
	pip) python3 -m pip --version >/dev/null 2>&1 ;;
	certificates) [ -s /etc/ssl/certs/ca-certificates.crt ] || [ -s /etc/ssl/cert.pem ] || [ -s /etc/ssl/ca-bundle.pem ] ||
		[ -s /etc/pki/tls/certs/ca-bundle.crt ] ;;
	clang-tidy) has_command clang-tidy ;;
	cppcheck) has_command cppcheck ;;
	*) echo "deps: no part is called $1" >&2; exit 2 ;;
	esac
}

manager() {
	local m
	for m in apt-get dnf apk pacman zypper; do
		if has_command "$m"; then
			printf '%s\n' "$m"
			return
		fi
	done
	echo none
}

# packages PART MANAGER: names of the packages, or nothing where it comes with another part.
packages() {
	case $1:$2 in
	cc:apt-get) echo gcc libc6-dev ;;
	cc:dnf | cc:zypper) echo gcc glibc-devel ;;
	cc:apk) echo gcc musl-dev ;;
	pkg-config:dnf) echo pkgconf-pkg-config ;;
	pkg-config:apk | pkg-config:pacman) echo pkgconf ;;
	yaml:apt-get) echo libyaml-dev ;;
	yaml:apk) echo yaml-dev ;;
	yaml:pacman) echo libyaml ;;
	yaml:*) echo libyaml-devel ;;
	cjson:apt-get) echo libcjson-dev ;;
	cjson:apk) echo cjson-dev ;;
	cjson:pacman) echo cjson ;;
	cjson:zypper) echo cJSON-devel ;;
	cjson:*) echo cjson-devel ;;
	pcre2:apt-get) echo libpcre2-dev ;;
	pcre2:apk) echo pcre2-dev ;;
	pcre2:pacman) echo pcre2 ;;
	pcre2:*) echo pcre2-devel ;;
	crypto:apt-get) echo libssl-dev ;;
	crypto:apk) echo openssl-dev ;;
	crypto:pacman) echo openssl ;;
	crypto:zypper) echo libopenssl-devel ;;
	crypto:*) echo openssl-devel ;;
	curl:apt-get) echo libcurl4-openssl-dev ;;
	curl:apk) echo curl-dev ;;
	curl:pacman) echo curl ;;
	curl:*) echo libcurl-devel ;;
	cmocka:apt-get) echo libcmocka-dev ;;
	cmocka:apk) echo cmocka-dev ;;
	cmocka:pacman) echo cmocka ;;
	cmocka:*) echo libcmocka-devel ;;
	sanitizers:dnf) echo libasan libubsan ;;
	sanitizers:apt-get) echo gcc libc6-dev ;;
	sanitizers:apk) echo clang compiler-rt ;;
	sanitizers:*) echo gcc ;;
	libfuzzer:apt-get) echo clang libclang-rt-dev ;;
	libfuzzer:pacman) echo clang compiler-rt ;;
	libfuzzer:*) echo clang compiler-rt ;;
	nginx:apt-get | etcd:apt-get) ;; # see unpack
	iproute:dnf) echo iproute ;;
	iproute:*) echo iproute2 ;;
	namespaces:*) echo util-linux ;;
	python:pacman) echo python ;;
	python:*) echo python3 ;;
	python-yaml:apt-get) echo python3-yaml ;;
	python-yaml:apk) echo py3-yaml ;;
	python-yaml:pacman) echo python-yaml ;;
	python-yaml:zypper) echo python3-PyYAML ;;
	python-yaml:*) echo python3-pyyaml ;;
	pip:apk) echo py3-pip ;;
	pip:pacman) echo python-pip ;;
	pip:*) echo python3-pip ;;
	certificates:*) echo ca-certificates ;;
	clang-tidy:dnf | clang-tidy:apk) echo clang-tools-extra ;;
	clang-tidy:pacman) echo clang ;;
	clang-tidy:zypper) echo clang-tools ;;
	*) echo "$1" ;;
	esac
}

parts_of() {
	case $1 in
	build)
		echo cc make pkg-config yaml cjson pcre2 crypto
		if [ -n "$(find "$root/src/http" -name '*.c' 2>/dev/null)" ]; then
			echo curl
		fi
		;;
	test) echo cmocka sanitizers clang python python-yaml jq nginx ;;
	judges) echo python pip python-yaml certificates ;;
	judges-envoy) echo python pip python-yaml certificates etcd iproute namespaces openssl ;;
	fuzz) echo clang libfuzzer ;;
	fuzz-coverage) echo llvm ;;
	lint) echo clang-tidy cppcheck ;;
	*) echo "deps: no set is called $1" >&2; exit 2 ;;
	esac
}

missing_parts() {
	local set part
	for set in "$@"; do
		for part in $(parts_of "$set"); do
			present "$part" || printf '%s\n' "$part"
		done
	done
}

install_packages() {
	local sudo=''
	if [ "$(id -u)" != 0 ]; then
		if has_command sudo; then
			sudo=sudo
		else
			echo "deps: not root and no sudo; install by hand: $*" >&2
			return 1
		fi
	fi
	case $(manager) in
	apt-get)
		local apt="$sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3"
		# The words of $apt are to be split.
		# shellcheck disable=SC2086
		$apt install -y --no-install-recommends "$@" >/dev/null 2>&1 && return 0
		# shellcheck disable=SC2086
		$apt update >/dev/null && $apt install -y --no-install-recommends "$@" >/dev/null
		;;
	dnf) $sudo dnf -q -y install "$@" >/dev/null ;;
	apk) $sudo apk add -q "$@" ;;
	pacman) $sudo pacman -Sy --needed --noconfirm --noprogressbar "$@" >/dev/null ;;
	zypper) $sudo zypper -q --non-interactive install --no-recommends "$@" >/dev/null ;;
	none)
		echo "deps: no package manager that is known here; install by hand: $*" >&2
		return 1
		;;
	esac
}

# unpack FOLDER PROGRAM VERSION-OPTION PACKAGE...: Debian's package of a service starts it and lets it start with the machine; only the program is
# wanted, so it is taken out of the first of these packages that has one that runs.
unpack() {
	local folder=$1 program=$2 version=$3 dir package rc=1
	shift 3
	dir=$(mktemp -d) || return 1
	for package in "$@"; do
		(cd "$dir" && apt-get -qq -o Acquire::Retries=3 -o APT::Sandbox::User=root download "$package") >/dev/null 2>&1 || continue
		dpkg-deb -x "$dir/$package"_*.deb "$dir/root" || continue
		if "$dir/root/$program" "$version" >/dev/null 2>&1; then
			mkdir -p "$judges/$folder" && cp -R "$dir/root/usr" "$judges/$folder/" && rc=0
			break
		fi
	done
	rm -rf "$dir"
	return $rc
}

# get_unpacked FOLDER PROGRAM VERSION-OPTION PACKAGE...: after an update of the lists where it takes one
get_unpacked() {
	local sudo=''
	unpack "$@" && return
	[ "$(id -u)" = 0 ] || sudo=sudo
	$sudo apt-get -qq update >/dev/null 2>&1 && unpack "$@"
}

# wanted PART: it is among what is missing, and its package is to be unpacked
wanted() {
	[ "$(manager)" = apt-get ] && [[ " ${missing[*]} " == *" $1 "* ]]
}

names_of() {
	local part m
	m=$(manager)
	for part in "$@"; do
		packages "$part" "$m"
	done | tr ' ' '\n' | sort -u
}

[ $# -ge 2 ] || { echo "usage: deps.sh check|install SET..." >&2; exit 2; }
what=$1
shift
mapfile -t missing < <(missing_parts "$@" | sort -u)
[ ${#missing[@]} -gt 0 ] || exit 0
mapfile -t names < <(names_of "${missing[@]}")

case $what in
check)
	case $(manager) in
	apt-get) how='apt-get install' ;;
	dnf) how='dnf install' ;;
	apk) how='apk add' ;;
	pacman) how='pacman -S' ;;
	zypper) how='zypper install' ;;
	*) how='install' ;;
	esac
	echo "missing: ${missing[*]}" >&2
	echo "  get it with: make deps    (or: $how ${names[*]})" >&2
	exit 1
	;;
install)
	echo "installing: ${missing[*]}"
	if [ ${#names[@]} -gt 0 ]; then
		install_packages "${names[@]}" || { echo "deps: could not install ${names[*]}" >&2; exit 1; }
	fi
	if wanted nginx && ! has_nginx; then
		get_unpacked nginx usr/sbin/nginx -v nginx nginx-core nginx-light || { echo 'deps: could not get nginx' >&2; exit 1; }
	fi
	if wanted etcd && ! has_etcd; then
		get_unpacked etcd usr/bin/etcd --version etcd-server || { echo 'deps: could not get etcd' >&2; exit 1; }
	fi
	mapfile -t missing < <(missing_parts "$@" | sort -u)
	if [ ${#missing[@]} -gt 0 ]; then
		echo "deps: still missing after the installation: ${missing[*]}" >&2
		exit 1
	fi
	;;
*)
	echo "usage: deps.sh check|install SET..." >&2
	exit 2
	;;
esac

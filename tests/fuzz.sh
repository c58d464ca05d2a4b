#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds every tests/fuzz/fuzz_*.c with libFuzzer and the sanitizers over the library's sources, and runs each for a while from
# the fixtures. Findings stay in build/fuzz/NAME.findings and fail. Called by `make fuzz`:
#
#   fuzz.sh SECONDS SOURCE...     with CFLAGS_OF_OURS, LIBS and JOBS in the environment
set -u
cd "$(dirname "$0")/.." || exit 1

seconds=$1
shift
# Everything but main() of the command line too.
mapfile -t cli < <(find src/cli -name '*.c' ! -name main.c | LC_ALL=C sort)
set -- "$@" "${cli[@]}"
cc=${CC:-clang}
jobs=${JOBS:-2}
out=build/fuzz
passed=0
failed=0
mkdir -p "$out/obj" "$out/seeds"

# One object a source; make is not asked, because these flags are used nowhere else.
build_object() {
	local object=$out/obj/${1//\//_}.o
	if [ ! -e "$object" ] || [ -n "$(find src include build/gen -newer "$object" -name '*.[ch]' -print -quit)" ]; then
		# Flags are words, to be split.
		# shellcheck disable=SC2086
		"$cc" $CFLAGS_OF_OURS -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -c -o "$object" "$1"
	fi
}
export -f build_object
export out cc CFLAGS_OF_OURS
if ! printf '%s\0' "$@" | xargs -0 -P "$jobs" -I{} bash -c 'build_object {}'; then
	echo 'FAILED fuzz: the library does not compile'
	echo '0 passed, 1 failed, 0 skipped'
	exit 1
fi

objects=()
for source in "$@"; do
	objects+=("$out/obj/${source//\//_}.o")
done

# Every input file of the fixtures is a seed, by its content, so that names do not collide.
while IFS= read -r -d '' file; do
	cp "$file" "$out/seeds/$(cksum <"$file" | tr ' ' -)"
done < <(find fixtures -type f \( -path '*/input/*' -o -name 'input.yaml' \) -size -64k -print0 2>/dev/null)

# Beginnings for what is no manifest. The first byte of an input of fuzz_convert chooses options and shape, as that of fuzz_values
# does; see there.
seed() {
	mkdir -p "$out/$1.seeds"
	# The text is a format on purpose: it holds bytes as escapes.
	# shellcheck disable=SC2059
	printf -- "$2" >"$out/$1.seeds/$(cksum <<<"$2" | tr ' ' -)"
}
seed fuzz_convert '\xa0more_set_headers "X-Frame-Options: DENY";\nif ($host = a) { return 403; }\n'
seed fuzz_convert '\xa1deny all; # no\nproxy_set_header Host "a b";'
seed fuzz_convert '\xc0x(/|$)(.*)\0/$2'
seed fuzz_convert '\xc2v1.0/(.*)\0/p/$1'
seed fuzz_convert '\xe0auth-type\0basic'
seed fuzz_convert '\xe1whitelist-source-range\00010.0.0.0/8,::1'
seed fuzz_convert '\xe0canary-weight\00030'
seed fuzz_values 'on|off\0^(a|b)+,?\s$\0a, b'
seed fuzz_values 'GET|POST\0\00010.0.0.0/8, ::1'
seed fuzz_values '\x80name: x\nrecognise:\n  prefixes: [x.io/]\nannotations:\n  - name: a\n    type: int\n    feature: timeout.request\n'
seed fuzz_values '\x80ecosystem:\n  - {key: a.io/*, place: drop, tool: a, note: b}\n'
seed fuzz_values '\x80name: x\ngateway_class: x\nfeatures:\n  - {feature: auth.basic, how: none, without: it}\n'
# Texts of nginx; the first byte from 0x80 on chooses where they stand, see fuzz_snippet.c.
while IFS= read -r text; do
	for place in '' '\x80' '\x81' '\x82' '\x83' '\x8c' '\xb0' '\xc4'; do
		seed fuzz_snippet "$place$text"
	done
done <<'EOF'
more_set_headers "X-A: b" "X-C:"; add_header X-D $e always; proxy_hide_header F;
proxy_set_header Host $host; proxy_set_header X-A "$http_b"; more_set_input_headers -r "X: y";
return 301 https://$host$request_uri; return 200 "ok"; return https://a.example/b?c;
rewrite ^/(.*)$ https://a.example/$1? permanent; rewrite ^/x/(.*)$ /$1 break;
if ($scheme = http) { return 308 https://$server_name$request_uri; }
if ($host != "a.example.com") { set $x 1; } if ($x = 1) { return 403; }
location = /a { deny all; } location ~ \\.php$ { root /b; }
allow 10.0.0.0/8; allow ::1/64; deny all; satisfy any; auth_basic "x"; auth_request /a;
map $a $b { default 0; ~*c 1; } limit_req_zone $a zone=b:1m rate=1r/s;
access_by_lua_block { x = "}" -- }\n y = [==[ } ]==] }
set $a "b${c}"; set $d "$a$a"; add_header X-E "$d"; } location / {
proxy_read_timeout 5; client_max_body_size 1m; frobnicate;
EOF
seed fuzz_options 'convert\0-f\0x\0--report\0json=y\0--max-size=10M\0-o\0dir=x'
seed fuzz_options '--strict=security\0convert\0--accept\0a,b\0--gateway=a/b\0--\0-x'
seed fuzz_options 'trace\0http://a/\0-H\0A: b\0-XPUT\0--given\0auth.basic=pass\0--body=1K\0--before\0x'
seed fuzz_trace '{"host": "a.example.com", "target": "/x/y?z", "scheme": "https", "given": {"auth.external": 401}}\n'
seed fuzz_trace '{"host": "q.w.example.com:80", "target": "/", "method": "POST", "body": 2000, "headers": [["X-A", "b"]], "client": "10.0.0.1", "http": "1.0"}\n'
seed fuzz_trace '{"host": "c7", "target": "http://a.example.com/x/..", "sni": "b.example.com", "given": {"auth.basic": "pass", "backend": {"status": 404, "tls": false, "headers": [["Location", "/"]]}}}'

for target in tests/fuzz/fuzz_*.c; do
	if [ ! -f "$target" ]; then
		echo 'FAILED fuzz: tests/fuzz/fuzz_*.c is not there'
		failed=$((failed + 1))
		break
	fi
	name=$(basename "$target" .c)
	# shellcheck disable=SC2086
	if ! "$cc" $CFLAGS_OF_OURS -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -o "$out/$name" \
		"$target" "${objects[@]}" $LIBS; then
		echo "FAILED $name: does not compile"
		failed=$((failed + 1))
		continue
	fi
	mkdir -p "$out/$name.corpus" "$out/$name.findings" "$out/$name.seeds"
	if "$out/$name" -max_total_time="$seconds" -timeout=25 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 \
		-artifact_prefix="$out/$name.findings/" "$out/$name.corpus" "$out/$name.seeds" "$out/seeds" >"$out/$name.log" 2>&1; then
		runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$out/$name.log")
		echo "$name: ${runs:-0} inputs"
		passed=$((passed + 1))
	else
		echo "FAILED $name: see $out/$name.findings"
		tail -n 60 "$out/$name.log"
		failed=$((failed + 1))
	fi
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]

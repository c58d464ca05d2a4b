#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds every tests/fuzz/fuzz_*.c with libFuzzer and the sanitizers over the library's sources. Called by `make fuzz` and
# `make fuzz-coverage`, with CFLAGS_OF_OURS, LIBS and JOBS in the environment; TARGET=fuzz_x is that one alone:
#
#   fuzz.sh run SECONDS SOURCE...         each runs for a while from the fixtures and its seeds. Findings stay in build/fuzz/NAME.findings
#                                         and fail
#   fuzz.sh coverage SECONDS SOURCE...    the same first, where a target has no corpus yet; then the part of the lines that all known
#                                         inputs of a target reach, in the files that its comment names behind "covers:", where less
#                                         than 90 % fails, and behind "touches:"
set -u
cd "$(dirname "$0")/.." || exit 1

# Read as a whole before it begins, so that it may change while it runs.
{
what=$1
seconds=$2
shift 2
# Everything but main() of the command line too.
mapfile -t cli < <(find src/cli -name '*.c' ! -name main.c | LC_ALL=C sort)
set -- "$@" "${cli[@]}"
cc=${CC:-clang}
jobs=${JOBS:-2}
out=build/fuzz
least=90
passed=0
failed=0
mkdir -p "$out/obj" "$out/cov" "$out/seeds"

# One object a source; make is not asked, because these flags are used nowhere else. Older than one of its files: made again.
# build_object FOLDER FLAGS SOURCE
build_object() {
	local object=$1/${3//\//_}.o files
	files=$(sed -e 's/^[^:]*://' -e 's/\\$//' "$object.d" 2>/dev/null)
	# Flags and names of files are words, to be split.
	# shellcheck disable=SC2086
	if [ ! -e "$object" ] || [ -z "$files" ] || [ -n "$(find $files -newer "$object" -print -quit 2>&1)" ]; then
		"$cc" $CFLAGS_OF_OURS -O1 -g $2 -MMD -MF "$object.d" -c -o "$object" "$3"
	fi
}
export -f build_object
export out cc CFLAGS_OF_OURS
sanitize='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all'
if ! printf '%s\0' "$@" | xargs -0 -P "$jobs" -I{} bash -c "build_object '$out/obj' '$sanitize' {}"; then
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

# For fuzz_trace with requests to their hosts behind them.
# requests_to HOST
requests_to() {
	printf '{"host": "%s", "target": "/"}\n' "$1"
	printf '{"host": "%s", "target": "/x/y?z=1", "scheme": "https", "given": {"auth.basic": "pass", "auth.client-certificate": "pass", "backend": ' "$1"
	printf '{"status": 404, "headers": [["Location", "http://a/b"], ["Set-Cookie", "a=b; Path=/x; Domain=c; Secure"]]}}}\n'
	printf '{"host": "%s", "target": "/", "method": "OPTIONS", "client": "10.1.2.3", "body": 99999999, "headers": [["Origin", "https://%s"], ' "$1" "$1"
	printf '["Cookie", "INGRESSCOOKIE=a|b; canary=always"], ["X-Forwarded-For", "10.0.0.1, ::1"], ["X-Forwarded-Proto", "https"], '
	printf '["X-Forwarded-Host", "q, r"], ["X-Forwarded-Port", "444"], ["X-Canary", "always"], ["X_A", "b"]], "given": {"auth.external": 401}}\n'
	printf '{"host": "%s", "target": "/", "sni": "b.example.com", "scheme": "https", "given": {"auth.external": {"status": 200, "headers": ' "$1"
	printf '[["Set-Cookie", "a=b"], ["X-Auth-Request-User", "c"]]}, "auth.basic": "refuse", "backend": {"status": 503, "tls": true}}}\n'
}

mkdir -p "$out/fuzz_trace.seeds"
for file in "$out"/seeds/* tests/fuzz/seeds/fuzz_trace.yaml; do
	{
		cat "$file"
		printf '\0'
		sed -n 's/^ *-* *host: *"*\([^" ]*\)"* *$/\1/p' "$file" | sort -u | head -n 6 | while read -r host; do requests_to "$host"; done
		requests_to x.d.example.com
		printf '{"host": null, "target": "/", "http": "1.0"}\n'
	} >"$out/fuzz_trace.seeds/${file##*/}"
done

# For fuzz_gateway what was printed for each target.
mkdir -p "$out/fuzz_gateway.seeds"
while IFS= read -r -d '' file; do
	cp "$file" "$out/fuzz_gateway.seeds/$(cksum <"$file" | tr ' ' -)"
done < <(find fixtures -type f -name 'expected*.yaml' -size -64k -print0 2>/dev/null)

# For fuzz_whole bytes of no meaning; it begins with a choice each.
mkdir -p "$out/fuzz_whole.seeds"
for number in $(seq 60); do
	sha512sum <<<"$number" | cut -c1-128 >"$out/fuzz_whole.seeds/$number"
done

# Beginnings for what is no manifest. The first byte of an input of fuzz_convert chooses options and shape; see there.
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
seed fuzz_convert '\xa0set $a "b\\"c"; if ($a ~ "^x{2}${b}$") { return 301 https://c; }'
seed fuzz_convert "\\xa0a 'b' c\\\\ d#e; # f\\n{}};\"x\"y;;"
seed fuzz_convert '\xa0content_by_lua_block { local x = "}" -- }\n y = [==[ } ]] ]==] --[[ } ]] z = { 1 } }\naccess_by_lua_block { [=[ }'
seed fuzz_convert '\xa0a{b{c{d{e{f{g{h{i{j{k{l{m{n{o{p{q{r{s{t{u{v{w{x{y{z{a{b{c{d{e{f{g{h;}}}}}}}}}}}}}'
seed fuzz_convert '\xa0location = /x { proxy_pass http://a; } rewrite ^/(.*)$ /b/$1 break; add_header X-A "$b" always; auth_basic off; limit_rate 1k'
seed fuzz_values 'on|off\0^(a|b)+,?\s$\0a, b'
seed fuzz_values 'GET|POST\0\00010.0.0.0/8, ::1'
seed fuzz_tables 'name: x\nrecognise:\n  prefixes: [x.io/]\nannotations:\n  - name: a\n    type: int\n    feature: timeout.request\n'
seed fuzz_tables 'ecosystem:\n  - {key: a.io/*, place: drop, tool: a, note: b}\n'
seed fuzz_tables 'name: x\ngateway_class: x\nfeatures:\n  - {feature: auth.basic, how: none, without: it}\n'
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
seed fuzz_request '\x00a.x:80\0/%%41//./b/../c?d=e#f\0X-A\0b\0Cookie\0a=b; c=d'
seed fuzz_request '\x00A.x.\0/a%%2f%%2e%%2e/b'
seed fuzz_request '\x01\0http://[::1]:80?q\0x_a\0'
seed fuzz_request '\x02a\0HTTP://h.x:1/..x/.?#'
seed fuzz_request '\x04[::1]:80\0  //a//.. \0'
seed fuzz_request '\x00https://[::1]:8443/a?b#c\0a.x:81/b'
seed fuzz_request '\x00http://u:p@a.x/\0ftp://a.x'
# Expressions; the first byte chooses letter case, anchoring and domain, see fuzz_language.c.
while IFS= read -r text; do
	for place in '\x00' '\x01' '\x02' '\x05' '\x08' '\x10' '\x18' '\x20'; do
		seed fuzz_language "$place$text"
	done
done <<'EOF'
/x(/|$)(.*)\0/x\0/x/y\0/xy
^/a|/b$\0/a\0/c/b
[]a-c[:^alpha:]\\d]+?\0a-\0]1
(?i)a{2,3}(?-i:b|c)*\0AAb\0aaC
(?m)^a$\\n?\\Z\0a\0a\n\0b\na
\\Qa.b\\E*\\x41[^\\n]\\x{62}\\cA\0a.bbAc
(?<n>a|)+\\b(?'m'\\w)\\B.\\z\0aab\0a b
\\A(?:[^/]+/)*.*\\.png$\0/a/b.png\0a.png
(?s-m:.)\\h\\v\\N\\s\\S\\W\\D[\\b\\e\\01]\0a \n
(?#c)((a*)*|(a|b){0,2}){1,3}$\0abab
[\\w-]+\\.x\\.y\0a.x.y
[[:alpha:][:digit:]][[:lower:]][[:upper:]][[:alnum:]][[:ascii:]][[:blank:]][[:cntrl:]]?\0a\0aaAa1 \0b
[[:graph:]][[:print:]][[:punct:]][[:space:]][[:^word:]][[:xdigit:]]{2,}[^[:^lower:]]\0aa. -ffa
[\\Qa-]\\E[:x]+[[]?[]-a]*\0a-\0[a:
a(?=b)(?!c)(?<=d)\\1(?>e)f++(?(1)g)(?R)\0a
EOF
seed fuzz_rewrite '\x00/x(/|$)(.*)\0/p/$2\0/x/y?z\0a.x\0b'
seed fuzz_rewrite '\x04/(?<a>[^/]+)/(.*)\0/$a$host$1$subdomain\0/x%%22/y\0b.x\0a=b'
seed fuzz_rewrite '\x01/([a-z]+)\0http://$1/${host}?a=$arg_q&b\0/x%%3fy?q=1\0a\010.0.0.1, ::1'
seed fuzz_rewrite '\x0a/.*\0/$scheme$remote_addr$request_uri$http_x_a$cookie_a$is_args$args$the_real_ip$full_x_forwarded_for$server_port$pass_port\0/\0a\0a=b'
seed fuzz_rewrite '\x12/.*\0$best_http_host$request_method$redirect_host$pass_access_scheme$escaped_request_uri$namespace$ingress_name$server_name$uri\0/\0a\0b'
seed fuzz_rewrite '\x20/x\0$ssl_client_verify$literal_dollar$server_protocol$content_length$http_host$realip_remote_addr$0$_$\0/x\0\0b'
seed fuzz_rewrite '\x00/[Ab-d[:upper:]](?:x\\Q.y\\E|\\x41)*\0/$1\0/Acx.y\0a\0b'
for word in true ' no' on 30 '-1 ' 10m '2 k' '10.0.0.0/8, ::1' '1.2.3, ' a,b GET 'a b' /x https://a.b/c 'http://' '^a+$' n/m '/m' '*.a.b:80'; do
	for type in '\x00' '\x01' '\x02' '\x03' '\x04' '\x05' '\x06' '\x07' '\x08' '\x09' '\x0a' '\x0b' '\x0c' '\x0d' '\x0e' '\x0f' '\x10' '\x11'; do
		seed fuzz_annotations "$type\\x00\\x00$word"
	done
done
for key in scheme method port target headers client body sni entry http host given; do
	for value in null true '[]' '{}' 7 '"x"' '[["a", 1]]' '{"backend": 1}' '{"auth.external": "pass", "a": "refuse", "b": null}' '{"backend": {"status": 7, "tls": "x", "headers": 1}}' \
		'{"auth.external": {"status": "x", "headers": {}}, "c": 1}' '["a"]' '0' '70000' '1.5' '""'; do
		seed fuzz_trace "{\"host\": \"a.example.com\", \"target\": \"/x\", \"$key\": $value}"
	done
done
seed fuzz_trace '{"target": "/"}\n{"host": "a"}\n{"host": "a", "target": "\\u0000"}\n[1]\n{"host": 1'
seed fuzz_trace 'backend=404\n'
seed fuzz_trace 'auth.external=403\n'
seed fuzz_trace 'auth.basic=refuse\n'
seed fuzz_trace '{"host": "q.w.example.com", "target": "/", "given": {"auth.basic": "pass", "backend": {"status": 404}}}'
seed fuzz_trace '{"host": "c7", "target": "http://a.example.com/x/..", "sni": "b.example.com", "given": {"auth.basic": "pass", "backend": {"status": 404, "tls": false, "headers": [["Location", "/"]]}}}'

link() {
	# shellcheck disable=SC2086
	"$cc" $CFLAGS_OF_OURS -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all $LIBS_BEFORE -o "$@" $LIBS
}
LIBS_BEFORE=''

# The folders with seeds: those of the target, and manifests where it reads them.
seeds_of() {
	printf '%s\n' "$out/$1.corpus" "$out/$1.seeds"
	grep -q '^ \* seeds: ' "tests/fuzz/$1.c" || printf '%s\n' "$out/seeds"
}

# run_target NAME
run_target() {
	local runs name=$1 seeds
	if ! link "$out/$name" "tests/fuzz/$name.c" "${objects[@]}"; then
		echo "FAILED $name: does not compile"
		return 1
	fi
	mapfile -t seeds < <(seeds_of "$name")
	if "$out/$name" -max_total_time="$seconds" -timeout=25 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 \
		-artifact_prefix="$out/$name.findings/" "${seeds[@]}" >"$out/$name.log" 2>&1; then
		runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$out/$name.log")
		echo "$name: ${runs:-0} inputs"
		return 0
	fi
	echo "FAILED $name: see $out/$name.findings"
	tail -n 60 "$out/$name.log"
	return 1
}

tool() {
	command -v "$1" || command -v "$1-14" || { echo "fuzz: $1 is missing" >&2; return 1; }
}

# The part of the lines of a file that was reached, out of the report of llvm-cov (its tenth column).
part_of() {
	awk -v file="$1" '$1 != "" && substr(file, length(file) - length($1) + 1) == $1 { sub("%", "", $10); print $10 }' "$2" | tail -n 1
}

# cover_target NAME
cover_target() {
	local name=$1 files parsers file object part rc=0 cov profdata seeds mine=()
	mapfile -t parsers < <(sed -n 's/^ \* covers: //p' "tests/fuzz/$name.c" | tr ' ' '\n')
	mapfile -t files < <(sed -n -e 's/^ \* covers: //p' -e 's/^ \* touches: //p' "tests/fuzz/$name.c" | tr ' ' '\n')
	[ ${#parsers[@]} -gt 0 ] || { echo "FAILED $name: its comment names no file behind \"covers:\""; return 1; }
	cov=$(tool llvm-cov) && profdata=$(tool llvm-profdata) || return 1
	printf '%s\0' "${files[@]}" | xargs -0 -P "$jobs" -I{} bash -c "build_object '$out/cov' '$sanitize -fprofile-instr-generate -fcoverage-mapping' {}" ||
		return 1
	for object in "${objects[@]}"; do
		file=$out/cov/$(basename "$object")
		case " ${files[*]//\//_} " in
		*" $(basename "$object" .o) "*) mine+=("$file") ;;
		*) mine+=("$object") ;;
		esac
	done
	LIBS_BEFORE='-fprofile-instr-generate'
	link "$out/$name.cov" "tests/fuzz/$name.c" "${mine[@]}" || return 1
	mapfile -t seeds < <(seeds_of "$name")
	rm -f "$out/$name.profraw"
	LLVM_PROFILE_FILE=$out/$name.profraw "$out/$name.cov" -runs=0 -timeout=25 -max_len=65536 "${seeds[@]}" >"$out/$name.cov.log" 2>&1 ||
		{ tail -n 20 "$out/$name.cov.log"; return 1; }
	"$profdata" merge -o "$out/$name.profdata" "$out/$name.profraw" &&
		"$cov" report "$out/$name.cov" -instr-profile="$out/$name.profdata" >"$out/$name.coverage" 2>/dev/null || return 1
	for file in "${files[@]}"; do
		part=$(part_of "$file" "$out/$name.coverage")
		echo "$name: ${part:-0} % of the lines of $file"
		[[ " ${parsers[*]} " == *" $file "* ]] || continue
		awk -v part="${part:-0}" -v least="$least" 'BEGIN { exit !(part >= least) }' || { echo "FAILED $name: less than $least % of $file"; rc=1; }
	done
	return $rc
}

# Texts with several faults each, whole tables, and inputs that have found something.
for file in tests/fuzz/seeds/* tests/fuzz/found/*; do
	name=${file##*/}
	name=${name%%.*}
	[ ! -f "$file" ] || { mkdir -p "$out/$name.seeds"; cp "$file" "$out/$name.seeds/"; }
done
for file in mappings/*.yaml mappings/*/*.yaml fixtures/tables/*/*.yaml; do
	name=${file%/*}
	[ "${file##*/}" = input.yaml ] || [ "${file##*/}" = expected.yaml ] || cp "$file" "$out/fuzz_tables.seeds/${name##*/}-${file##*/}"
done

for target in tests/fuzz/${TARGET:-fuzz_*}.c; do
	if [ ! -f "$target" ]; then
		echo "FAILED fuzz: $target is not there"
		failed=$((failed + 1))
		break
	fi
	name=$(basename "$target" .c)
	mkdir -p "$out/$name.corpus" "$out/$name.findings" "$out/$name.seeds"
	rc=0
	if [ "$what" = run ] || [ -z "$(find "$out/$name.corpus" -type f -print -quit)" ]; then
		run_target "$name" || rc=1
	fi
	if [ "$what" = coverage ] && [ "$rc" = 0 ]; then
		cover_target "$name" || rc=1
	fi
	if [ "$rc" = 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
	fi
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
exit
}

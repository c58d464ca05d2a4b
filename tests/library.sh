#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The examples of the library (tests/examples/*.c) compile with its header and its archive alone, as a user's program would,
# without warnings, and run. Each gets the files of the quickstart as its arguments and requests to their hosts on standard input; its
# output and its exit code must be those of the command with its name and the same files.
set -u
cd "$(dirname "$0")/.." || exit 1

cc=${CC:-cc}
mapfile -t inputs < <(find fixtures/quickstart/input -name '*.yaml' 2>/dev/null | LC_ALL=C sort)
libs=$(pkg-config --libs yaml-0.1 libcjson libpcre2-8 libcrypto 2>/dev/null || echo '-lyaml -lcjson -lpcre2-8 -lcrypto')
if [ -d src/http ]; then
	libs="$libs $(pkg-config --libs libcurl 2>/dev/null || echo -lcurl)"
fi
libs="$libs -pthread"
requests=$(sed -n 's/^ *- host: *\(.*\)/{"host": "\1", "scheme": "https", "target": "\/"}/p' "${inputs[@]}")
passed=0
failed=0

fail() {
	printf 'FAILED %s\n' "$*"
	failed=$((failed + 1))
}

for example in tests/examples/*.c; do
	if [ ! -f "$example" ]; then
		fail 'library: tests/examples/*.c is not there'
		break
	fi
	program=build/test/$(basename "$example" .c)-example
	# The words of $libs are to be split.
	# shellcheck disable=SC2086
	if ! "$cc" -std=c11 -Wall -Wextra -Wpedantic -Werror -g -fsanitize=address,undefined -Iinclude -o "$program" "$example" \
		build/test/libing2gw.a $libs; then
		fail "$example: does not compile"
		continue
	fi
	# A leak must not look like exit code 1, which says that something was lost on purpose.
	output=$(ASAN_OPTIONS=exitcode=99 "$program" "${inputs[@]}" 2>"$program.report" <<<"$requests")
	code=$?
	command=$(basename "$example" .c)
	case $command in
	trace) arguments=(--requests - -o json) wanted='^{"status": 200' ;;
	*) arguments=() wanted='^kind: HTTPRoute' ;;
	esac
	expected=$(build/test/ing2gw "$command" "${arguments[@]}" "${inputs[@]}" 2>/dev/null <<<"$requests")
	expected_code=$?
	if [ "$code" != "$expected_code" ]; then
		fail "$example: ended with $code, the command with $expected_code"
		tail -n 40 "$program.report"
	elif ! grep -q "$wanted" <<<"$output"; then
		fail "$example: nothing like $wanted in its output"
	elif [ "$output" != "$expected" ]; then
		fail "$example: its output is not that of the command"
	else
		passed=$((passed + 1))
	fi
done

# The header stands alone, in C and in C++ where there is a compiler for it.
if printf '#include "ing2gw.h"\nint main(void) { return 0; }\n' |
	"$cc" -std=c11 -Wall -Wextra -Wpedantic -Werror -Iinclude -fsyntax-only -x c -; then
	passed=$((passed + 1))
else
	fail 'include/ing2gw.h does not stand alone'
fi
if command -v c++ >/dev/null 2>&1; then
	if printf '#include "ing2gw.h"\nint main() { return 0; }\n' | c++ -Wall -Wextra -Werror -Iinclude -fsyntax-only -x c++ -; then
		passed=$((passed + 1))
	else
		fail 'include/ing2gw.h is no C++'
	fi
fi

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]

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

# Every input file of the fixtures is a seed, by its content, so that names do not collide.
while IFS= read -r -d '' file; do
	cp "$file" "$out/seeds/$(cksum <"$file" | tr ' ' -)"
done < <(find fixtures -type f \( -path '*/input/*' -o -name 'input.yaml' \) -size -64k -print0 2>/dev/null)

for target in tests/fuzz/fuzz_*.c; do
	if [ ! -f "$target" ]; then
		echo 'FAILED fuzz: tests/fuzz/fuzz_*.c is not there'
		failed=$((failed + 1))
		break
	fi
	name=$(basename "$target" .c)
	# shellcheck disable=SC2086
	if ! "$cc" $CFLAGS_OF_OURS -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -o "$out/$name" \
		"$target" "$out"/obj/*.o $LIBS; then
		echo "FAILED $name: does not compile"
		failed=$((failed + 1))
		continue
	fi
	mkdir -p "$out/$name.corpus" "$out/$name.findings"
	if "$out/$name" -max_total_time="$seconds" -timeout=25 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 \
		-artifact_prefix="$out/$name.findings/" "$out/$name.corpus" "$out/seeds" >"$out/$name.log" 2>&1; then
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

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# All groups of the unit tests, each as a process of its own, on all cores; the long ones first. Ends with the sum.
unit=$1
cd "$(dirname "$0")/.." || exit 1
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
log=$(mktemp) || exit 1
trap 'rm -f "$log" "$log".*' EXIT
export unit log
{
	printf '%s\n' proof product readback
	sed -n 's/^GROUP(\(.*\))$/\1/p' build/test/gen/groups.h | grep -v -x -e proof -e product -e readback
} | xargs -P "$jobs" -n 1 sh -c '"$unit" "$1" >"$log.$1" 2>&1 || echo "group $1 ended with exit code $?" >>"$log.$1"' group
cat "$log".*
# each group ends with its own sum; one that died has none, and one that sanitizers stopped at its end says that nothing failed
awk '/^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$/ { passed += $1; failed += $3; skipped += $5; told[FILENAME] = $3 > 0 ? 2 : 1 }
	/^group [a-z_]+ ended with exit code / { broken[FILENAME] = 1 }
	FNR == 1 { files++ }
	END { for (name in told) ended++
		for (name in broken) failed += told[name] == 1
		failed += files - ended
		printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
		exit failed > 0 || files == 0 }' "$log".*

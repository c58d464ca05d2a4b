# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Adds up checks. Every check prints a closing line "N passed, N failed, N skipped" (make may grumble after it); one without
# it, or one that says that nothing failed and still exits non-zero, counts as a failure. To be sourced:
#
#   tally NAME COMMAND...    runs it, shows what matters, adds its counts
#   tally_end                prints the sum as the last line; status 1 when anything failed
#
# Output of a check goes through whole with TALLY_SHOW=1; else only when it failed.

tally_passed=0
tally_failed=0
tally_skipped=0

# The counts of the closing line of a log, or nothing.
tally_line() {
	sed -n 's/^\([0-9][0-9]*\) passed, \([0-9][0-9]*\) failed, \([0-9][0-9]*\) skipped$/\1 \2 \3/p' "$1" | tail -n 1
}

tally() {
	local name=$1 log rc start line passed failed skipped
	shift
	log=$(mktemp) || exit 1
	start=$SECONDS
	if [ "${TALLY_SHOW:-0}" = 1 ]; then
		printf '== %s\n' "$name"
		"$@" 2>&1 | tee "$log"
		rc=${PIPESTATUS[0]}
	else
		"$@" >"$log" 2>&1
		rc=$?
	fi
	line=$(tally_line "$log")
	if [ -z "$line" ]; then
		line='0 1 0'
		echo "(no closing line; exit code $rc)" >>"$log"
		rc=1
	fi
	read -r passed failed skipped <<<"$line"
	if [ "$rc" != 0 ] && [ "$failed" = 0 ]; then
		failed=1
		echo "(exit code $rc)" >>"$log"
	fi
	if [ "$failed" != 0 ] && [ "${TALLY_SHOW:-0}" != 1 ]; then
		printf -- '-- %s\n' "$name"
		grep -v -e '^\[ RUN ' -e '^\[ *OK \]' "$log" | tail -n "${TALLY_LINES:-200}"
	fi
	printf '%-24s %5d passed %4d failed %4d skipped  %4d s\n' "$name" "$passed" "$failed" "$skipped" $((SECONDS - start))
	tally_passed=$((tally_passed + passed))
	tally_failed=$((tally_failed + failed))
	tally_skipped=$((tally_skipped + skipped))
	rm -f "$log"
}

# once COMMAND...: a command without counts as one check.
once() {
	if "$@"; then
		echo "1 passed, 0 failed, 0 skipped"
	else
		echo "0 passed, 1 failed, 0 skipped"
	fi
}

tally_end() {
	printf '%d passed, %d failed, %d skipped\n' "$tally_passed" "$tally_failed" "$tally_skipped"
	[ "$tally_failed" = 0 ]
}

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs the first python3 that has PyYAML: on some machines the first one on the PATH is not the distribution's, and the
# distribution's package python3-yaml belongs to that one alone.
for python in ${PYTHON:+"$PYTHON"} python3 /usr/bin/python3 /usr/local/bin/python3; do
	if "$python" -c 'import yaml' >/dev/null 2>&1; then
		exec "$python" "$@"
	fi
done
echo "no python3 with PyYAML: make deps-test" >&2
exit 1

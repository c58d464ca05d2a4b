#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# All checks that need no judges; `make test` gets here with everything installed. Shows what failed and one line a check.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/tally.sh

make=${MAKE:-make}
binary=build/test/ing2gw
# Of checks with hundreds of runs of the program sanitizers see a share, another one every day; SHARE=1: all, before a release.
some=(--binary build/ing2gw --checked "$binary" --share "${SHARE:-0.1}")

py() {
	local script=$1
	shift
	tests/python.sh "tests/$script.py" "$@"
}

tally 'build, sanitizers'  once "$make" --no-print-directory test-build
# what is there of an older build says nothing about this one
if [ "$tally_failed" != 0 ]; then
	tally_end
	exit 1
fi
tally 'build, release'     once "$make" --no-print-directory binary
tally 'build, clang'       once "$make" --no-print-directory clang-build
tally 'include rule'       py includes
tally 'style'              py style
tally 'tables'             py tables
tally 'schemas'            py schemas --binary "$binary"
tally 'unit tests'         tests/unit.sh build/test/unit
tally 'library example'    tests/library.sh
tally 'golden cases'       py golden --binary "$binary"
tally 'threads'            py jobs --binary build/ing2gw
tally 'folders'            py folders --binary "$binary"
tally 'build, faults'      once "$make" --no-print-directory build/faulty
tally 'failing calls'      py faults --binary build/faulty --every "${EVERY:-50}"
# limits of memory and time would be those of the sanitizers
tally 'hostile input'      py hostile --binary build/ing2gw
# many conversions that other tests make with sanitizers
tally 'stability'          py stability --binary build/ing2gw
tally 'fields by version'  py fields --binary build/ing2gw
tally 'trace'              py trace "${some[@]}"
tally 'answers, recorded'  py oracle --binary "$binary"
tally 'answers, golden'    py cases --binary "$binary"
tally 'answers, Kong'      py kong --binary "$binary"
tally 'random Kong sets'   py kong_sets --binary build/ing2gw
tally 'answers, Gateways'  py gwcases --binary "$binary"
tally 'answers, agreeing'  py gwagree --binary "$binary"
# thousands of mutants
tally 'verify'             py verify --binary build/ing2gw
tally 'routing, recorded'  py routing "${some[@]}"
tally 'closed routes'      py closing --binary "$binary"
tally 'real nginx'         py nginx --binary "$binary" --render build/test/render
tally 'explain pages'      py explain "${some[@]}"
# some thousand annotations converted for each target
tally 'readme'             py readme --binary build/ing2gw
tally 'properties'         py properties "${some[@]}"
tally 'targets'            py targets --binary build/ing2gw
tally_end

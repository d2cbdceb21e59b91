#!/bin/sh
# All tests but the slow ones, on each version of PostgreSQL. The coverage is measured once, on the first.
#
#   scripts/ci/test.sh [VERSION...]     18 and 15 unless told otherwise
#
# Results: RESULTS/junit/postgres-VERSION.xml for each version, RESULTS/coverage (HTML and Cobertura).
# Environment: lib.sh lists what all steps share.
set -eu
# shellcheck source=scripts/ci/lib.sh
. "$(dirname "$0")/lib.sh"
need node npm

[ "$#" -gt 0 ] || set -- 18 15
# It would take the place of both versions, and the report would name the wrong one.
unset TEST_DATABASE_URL

rm -rf "$RESULTS/junit" "$RESULTS/coverage"
npm run -s generate

failed=
first=$1
for version in "$@"; do
  case $version in 15 | 18) ;; *) die 2 "no tests for PostgreSQL $version: 15 or 18" ;; esac
  coverage=
  [ "$version" != "$first" ] || coverage="--coverage --coverage.reportsDirectory=$RESULTS/coverage \
    --coverage.reporter=text-summary --coverage.reporter=html --coverage.reporter=cobertura"
  say "tests on PostgreSQL $version"
  # Both versions run even if the first fails: one build shows all there is to repair.
  # shellcheck disable=SC2086 # the options are separate words
  TEST_POSTGRES=$version npx vitest run --project '!slow' --reporter=default --reporter=junit \
    "--outputFile.junit=$RESULTS/junit/postgres-$version.xml" $coverage || failed="$failed $version"
done

[ -z "$failed" ] || die 1 "tests failed on PostgreSQL$failed"
say "tests passed on PostgreSQL $*"

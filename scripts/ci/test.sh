#!/bin/sh
# Runs all tests except the slow ones on each version of PostgreSQL. Coverage is measured on the first version.
#
#   scripts/ci/test.sh [VERSION...]     default: 18 15
#
# Results: RESULTS/junit/postgres-VERSION.xml for each version, RESULTS/coverage (HTML and Cobertura).
# Environment: see lib.sh.
set -eu
# shellcheck source=scripts/ci/lib.sh
. "$(dirname "$0")/lib.sh"
need node npm

[ "$#" -gt 0 ] || set -- 18 15
# It would replace both versions, and the reports would name the wrong one.
unset TEST_DATABASE_URL

rm -rf "$RESULTS/junit" "$RESULTS/coverage"
npm run -s generate

failed=
first=$1
for version in "$@"; do
  case $version in 15 | 18) ;; *) die 2 "PostgreSQL $version is not supported. Use 15 or 18" ;; esac
  coverage=
  [ "$version" != "$first" ] || coverage="--coverage --coverage.reportsDirectory=$RESULTS/coverage \
    --coverage.reporter=text-summary --coverage.reporter=html --coverage.reporter=cobertura"
  say "tests on PostgreSQL $version"
  # Both versions run even if the first fails, so that one build shows all failures.
  # shellcheck disable=SC2086 # the options are separate words
  TEST_POSTGRES=$version npx vitest run --project '!slow' --reporter=default --reporter=junit \
    "--outputFile.junit=$RESULTS/junit/postgres-$version.xml" $coverage || failed="$failed $version"
done

[ -z "$failed" ] || die 1 "tests failed on PostgreSQL$failed"
say "tests passed on PostgreSQL $*"

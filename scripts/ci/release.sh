#!/bin/sh
# Registers a version, uploads the reports of the pipeline's tools, and asks whether the version may ship.
# For any CI: it needs sh and curl, works as a copy in another repository, and can be run again safely.
#
#   SRP_URL=https://releases.example.org SRP_TOKEN=… scripts/ci/release.sh \
#     --project 3 --version 1.4.0 --artifact shop=dist/shop.tar.gz \
#     --evidence unit=junit.xml --evidence sbom=sbom.json --evidence-as gitleaks secrets=gitleaks.json \
#     --environment production
#
# --help lists all options.
set -eu

usage() {
  cat <<'USAGE'
usage: release.sh --project ID --version VERSION [OPTION ...] (--environment NAME | --no-assert)

  --project ID                     id of the project, or its key
  --project-name NAME              instead of --project: the one project with exactly this name
  --create-project                 with --project-name: create the project if none has this name
  --version VERSION                version of the release: a SemVer or an image tag
  --commit SHA                     commit that it was built from (default: git rev-parse HEAD)
  --branch NAME                    branch; used only if the release is new
  --artifact [NAME=]FILE           a file that was built; registered by its SHA-256; can be repeated
  --artifact NAME=sha256:DIGEST    an image, by the digest of its manifest in the registry
  --artifact-kind KIND             kind of the following artifacts: archive, binary, npm … (default: archive;
                                   of an image that is given by its digest: container)
  --artifact-digest NAME=sha256:DIGEST
                                   another digest of this artifact, such as the index of an image; can be repeated
  --evidence [LABEL=]FILE          a report; the server recognises its kind; can be repeated
  --evidence-as KIND [LABEL=]FILE  a report of this kind, for content that is ambiguous, such as gitleaks
  --about ARTIFACT                 the following evidence is about this artifact: its file, its name from --artifact,
                                   or its sha256:DIGEST; "release": about the whole release
  --scanners LABEL=WORD[,WORD ...] all scanners of the tool that ran, if its clean reports do not show it: vuln,
                                   secret, misconfig, license, code
  --seal                           seal the release before asking: no artifact can be added afterwards
  --environment NAME               ask whether the release may go to this environment
  --no-assert                      do not ask; a later step of the pipeline does
  --intent rollback                ask whether the release may come back; it is found, and nothing is registered
  --running                        with --intent rollback, instead of --version: what ran before a deployment that did
                                   not succeed, by the record of the environment
  --deployment started             ask, and record the start of the deployment if the answer is yes
  --deployment succeeded|failed    record how the deployment ended; does not ask
  --format text|markdown|json      what the standard output has: the reasons of a denial (default), the decision for
                                   the summary of a job or a merge request, or the whole answer of the server
  --tell-refusals                  end with 3 instead of 2 if the server answered and refused, such as a wrong token
  --dry-run                        check the options and files, tell what would be sent, and send nothing

With a label, evidence supersedes the previous evidence of its kind and label. Give each report its own label. In one
call, a label can be given once for the release, and once for each artifact.

Environment:
  SRP_URL      address of the server, such as https://releases.example.org
  SRP_TOKEN    token; not needed with AUTH_MODE=none. Its scopes: releases:write, evidence:write, verdicts:read;
               for --deployment also deployments:write, for --intent rollback releases:read, for --running
               deployments:read, for --project-name projects:read, for --create-project projects:write for all projects
  SRP_TIMEOUT  seconds to wait for one answer (default: 120)
  SRP_RETRIES  number of retries if the connection fails, or the answer is 429, 502 or 503 (default: 3)

Exit code: 0 allowed; 1 denied; 2 could not ask. The reasons of a denial go to the standard output, one per line.
Everything else goes to the error output: warnings about uploads, and which evidence they supersede. With --no-assert, and
with --deployment succeeded or failed, 0 says that everything was recorded. A dry run that would ask ends with 2, because
nobody answered. With --tell-refusals, 2 says that the server did not answer or has a fault, and 3 that it refused.
USAGE
}

# Keeps the token out of `sh -x` traces and process lists: tracing is off here, and the variable is not exported.
case $- in *x*) trace=-x ;; *) trace=+x ;; esac
{ set +x; } 2>/dev/null
token=${SRP_TOKEN:-}
unset SRP_TOKEN
# A line break would start another header, and a quote would end the string in curl's configuration.
case $token in *[!A-Za-z0-9._~+/=-]*) bad_token=1 ;; *) bad_token= ;; esac
set "$trace"

# Texts of documents and people go to the log of the pipeline, which CI systems read for commands: "##[…]" and "##vso[…]"
# anywhere, "::…::" at the beginning of a line.
no_marks() { LC_ALL=C sed -e ':a' -e 's/##/# #/' -e 'ta'; }
for_log() { no_marks | LC_ALL=C sed 's/^\([^A-Za-z0-9:]*\)::/\1: :/'; }
say() { printf '==> %s\n' "$*" | for_log >&2; }
die() {
  printf 'release.sh: %s\n' "$*" | for_log >&2
  exit "${die_code:-2}"
}

# value OPTION COUNT [VALUE]: fails if the option has no value.
value() { if [ "$2" -lt 2 ] || [ -z "$3" ]; then die "$1 needs a value. See --help"; fi; }
TAB=$(printf '\t')
# on_one_line WHAT TEXT: the API allows no control characters, and the work lists below have one entry per line.
on_one_line() {
  [ -z "$(printf '%s' "$2" | LC_ALL=C tr -dc '\000-\037\177' | od -An -tx1)" ] ||
    die "$1 contains a line break or another control character"
}
# one_of OPTION VALUE WORD...: prints the value if it is one of the words.
one_of() {
  option=$1 word=$2
  shift 2
  for known in "$@"; do
    if [ "$known" = "$word" ]; then printf '%s' "$word"; return 0; fi
  done
  die "$option must be one of: $*"
}
number() { case $2 in '' | *[!0-9]*) die "$1 must be a whole number, not '$2'" ;; esac; }

# split [NAME=]FILE: sets $name ("-" for none) and $file. File names can also contain "=".
split() {
  name=- file=$1
  if [ ! -f "$1" ]; then
    case $1 in ?*=*) name=${1%%=*} file=${1#*=} ;; esac
  fi
  if [ ! -f "$file" ] || [ ! -r "$file" ]; then die "cannot read the file $file"; fi
}

# hexadecimal OPTION TEXT: prints the digest in sha256:DIGEST.
hexadecimal() {
  hex=$(printf '%s' "${2##*sha256:}" | tr A-F a-f)
  case $hex in *[!0-9a-f]*) hex= ;; esac
  [ "${#hex}" -eq 64 ] || die "$1 must have sha256: and 64 hexadecimal digits, not '$2'"
  printf '%s' "$hex"
}

digest() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum <"$1"; else shasum -a 256 <"$1"; fi | cut -c 1-64
}

# add_artifact [NAME=]FILE, or NAME=sha256:DIGEST
add_artifact() {
  case $1 in
    ?*=sha256:*)
      if [ ! -f "$1" ]; then
        sha256=$(hexadecimal --artifact "$1")
        printf '%s\t%s\t%s\t-\n' "${kind:-container}" "${1%=sha256:*}" "$sha256" >>"$work/artifacts"
        return 0
      fi
      ;;
  esac
  split "$1"
  [ "$name" != - ] || name=$(basename -- "$file")
  sha256=$(digest "$file")
  printf '%s\t%s\t%s\t%s\n' "${kind:-archive}" "$name" "$sha256" "$file" >>"$work/artifacts"
}

# about ARTIFACT: sets $about to the digest of the artifact, or "-" for the release.
about() {
  about=-
  [ "$1" != release ] || return 0
  if [ -f "$1" ]; then about=$(digest "$1"); return 0; fi
  while IFS=$TAB read -r _ name sha256 _; do
    if [ "$name" = "$1" ]; then about=$sha256; return 0; fi
  done <"$work/artifacts"
  case $1 in
    sha256:*) about=$(hexadecimal --about "$1") ;;
    *) die "cannot read the file $1, and no --artifact before --about has this name" ;;
  esac
}

# add_evidence KIND [LABEL=]FILE
add_evidence() {
  split "$2"
  # With one label, the second report of a kind would supersede the first, and its failures would not count.
  while IFS=$TAB read -r _ other artifact path; do
    if [ "$name" != - ] && [ "$name" = "$other" ] && [ "$about" = "$artifact" ]; then
      die "label $name was given twice: $path and $file. Give each report its own label"
    fi
  done <"$work/evidence"
  printf '%s\t%s\t%s\t%s\n' "$1" "$name" "$about" "$file" >>"$work/evidence"
}

# add_pair OPTION FILE NAME VALUE: remembers a value for the name of an artifact or a label.
add_pair() {
  [ -n "$3" ] && [ -n "$4" ] || die "$1 needs a name, an equals sign and a value. See --help"
  printf '%s\t%s\n' "$3" "$4" >>"$2"
}

# values_of NAME FILE: prints the values that were remembered, separated by commas.
values_of() {
  list=
  while IFS=$TAB read -r owner value; do
    [ "$owner" != "$1" ] || list=$list,$value
  done <"$2"
  printf '%s' "${list#,}"
}

# known_names OPTION FILE LIST WHAT: fails if a name was given that the list of artifacts or evidence does not have.
known_names() {
  while IFS=$TAB read -r owner _; do
    found=
    while IFS=$TAB read -r _ name _; do
      [ "$name" != "$owner" ] || found=1
    done <"$3"
    [ -n "$found" ] || die "$1: no $4 has the name $owner"
  done <"$2"
}

work=$(mktemp -d) || exit 2
denied='' code=0
# Exit code 1 is reserved for a denial: any other failure becomes 2.
trap 'code=$?; rm -rf "$work"; if [ "$code" -eq 1 ] && [ -z "$denied" ]; then exit 2; fi' EXIT
trap 'exit 2' HUP INT TERM
: >"$work/artifacts"
: >"$work/evidence"
: >"$work/digests"
: >"$work/scanners"

project='' version='' commit='' branch='' environment='' no_assert='' kind='' about=-
project_name='' create_project='' seal='' intent='' deployment='' format='' dry_run='' running='' answered_code=2
while [ "$#" -gt 0 ]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --no-assert) no_assert=1; shift; continue ;;
    --create-project) create_project=1; shift; continue ;;
    --seal) seal=1; shift; continue ;;
    --dry-run) dry_run=1; shift; continue ;;
    --running) running=1; shift; continue ;;
    --tell-refusals) answered_code=3; shift; continue ;;
  esac
  value "$1" "$#" "${2:-}"
  on_one_line "$1" "$2"
  case $1 in
    --project) project=$2 ;;
    --project-name) project_name=$2 ;;
    --intent) intent=$(one_of "$1" "$2" ordinary rollback) ;;
    --deployment) deployment=$(one_of "$1" "$2" started succeeded failed) ;;
    --format) format=$(one_of "$1" "$2" text markdown json) ;;
    --version) version=$2 ;;
    --commit) commit=$2 ;;
    --branch) branch=$2 ;;
    --environment) environment=$2 ;;
    --artifact-kind) kind=$2 ;;
    --artifact) add_artifact "$2" ;;
    --artifact-digest)
      hex=$(hexadecimal "$1" "$2")
      add_pair "$1" "$work/digests" "${2%=sha256:*}" "sha256:$hex"
      ;;
    --about) about "$2" ;;
    --scanners)
      case $2 in ?*=?*) ;; *) die "$1 needs a label and words, such as trivy=vuln,secret" ;; esac
      add_pair "$1" "$work/scanners" "${2%%=*}" "${2#*=}"
      ;;
    --evidence) add_evidence - "$2" ;;
    --evidence-as)
      value "$1" "$(($# - 1))" "${3:-}"
      on_one_line "$1" "$3"
      add_evidence "$2" "$3"
      shift
      ;;
    *) die "unknown option $1. See --help" ;;
  esac
  shift 2
done

[ -z "$bad_token" ] || die 'SRP_TOKEN contains a character that is not allowed in a token'
command -v curl >/dev/null 2>&1 || die 'curl is not installed'
url=${SRP_URL:-}
url=${url%/}
case $url in http://?* | https://?*) ;; *) die "SRP_URL must be an http or https address, not '$url'" ;; esac
timeout=${SRP_TIMEOUT:-120} retries=${SRP_RETRIES:-3}
number SRP_TIMEOUT "$timeout"
number SRP_RETRIES "$retries"
[ -z "$project" ] || [ -z "$project_name" ] || die '--project and --project-name cannot be used together'
if [ -z "$project_name" ]; then
  case $project in '' | -* | *[!a-z0-9-]*) die "--project must be the id or the key of a project, not '$project'" ;; esac
fi
[ -z "$create_project" ] || [ -n "$project_name" ] || die '--create-project needs --project-name'
if [ -n "$running" ]; then
  [ -z "$version" ] && [ "$intent" = rollback ] || die '--running needs --intent rollback, and replaces --version'
else
  [ -n "$version" ] || die '--version is missing. See --help'
fi
[ -n "$environment" ] || [ -n "$no_assert" ] ||
  die '--environment is missing. Name the environment, or use --no-assert'
[ -z "$environment" ] || [ -z "$no_assert" ] || die '--environment and --no-assert cannot be used together'
[ -z "$deployment$intent" ] || [ -n "$environment" ] || die '--deployment and --intent need --environment'
if [ "$intent" = rollback ]; then
  [ -z "$create_project$seal" ] && [ ! -s "$work/artifacts" ] && [ ! -s "$work/evidence" ] ||
    die '--intent rollback is about a release that exists: it cannot be used with --artifact, --evidence, --seal or --create-project'
fi
known_names --artifact-digest "$work/digests" "$work/artifacts" 'artifact'
known_names --scanners "$work/scanners" "$work/evidence" 'evidence with a label'
[ -n "$commit" ] || [ "$intent" = rollback ] || commit=$(git rev-parse HEAD 2>/dev/null) || die 'this folder is not a Git checkout. Use --commit'

# --- HTTP --------------------------------------------------------------------------------------------

# encoded TEXT: percent-encodes a part of a URL.
encoded() {
  case $1 in
    *[!A-Za-z0-9._~-]*) printf '%s' "$1" | od -An -v -tx1 | tr -s ' \n' ' ' | sed 's/ $//; s/^ */ /; s/ /%/g' ;;
    *) printf '%s' "$1" ;;
  esac
}

# json_text TEXT: prints a JSON string. Control characters were refused before.
json_text() { printf '"%s"' "$(printf '%s' "$1" | sed 's/[\\"]/\\&/g')"; }

# values PATH: prints each string, number and literal at this path of the answer, one per line, such as `.reasons[]`.
# Escaped control characters stay escaped, because a terminal could interpret them. Control characters that JSON does not
# escape, and characters that reorder text, become blanks.
values() {
  LC_ALL=C awk -v want="$1" '
    { text = text $0 }
    END {
      n = length(text)
      for (i = 1; i <= n; i++) {
        c = substr(text, i, 1)
        if (c == "\"") {
          line = ""
          while (++i <= n && (c = substr(text, i, 1)) != "\"") {
            if (c == "\\") {
              c = substr(text, ++i, 1)
              c = c ~ /["\\\/]/ ? c : c ~ /[nrt]/ ? " " : "\\" c
            }
            line = line c
          }
          gsub("\\302[\\200-\\237]|\\330\\234|\\342\\200[\\216\\217\\250-\\256]|\\342\\201[\\246-\\251]", " ", line)
          if (is_key) { path = at[depth] "." line; is_key = 0 } else if (path == want) print line
        } else if (c ~ /[-0-9a-z]/) {
          line = c
          while (substr(text, i + 1, 1) ~ /^[-+.0-9a-zE]$/) line = line substr(text, ++i, 1)
          if (path == want) print line
        } else if (c == "{" || c == "[") {
          at[++depth] = path
          is_list[depth] = (c == "[")
          is_key = !is_list[depth]
          if (is_list[depth]) path = path "[]"
        } else if (c == "}" || c == "]") {
          depth--
          is_key = 0
        } else if (c == "," && depth > 0) {
          path = at[depth] (is_list[depth] ? "[]" : "")
          is_key = !is_list[depth]
        }
      }
    }' "$work/body"
}

with_token() {
  { set +x; } 2>/dev/null
  # Not an argument: every user of the host could read it.
  printf '%s' "${token:+header = \"authorization: Bearer $token\"}" | curl -q -K - --path-as-is "$@" 2>"$work/error"
  set -- "$?"
  set "$trace"
  return "$1"
}

# pause ATTEMPT PROBLEM: waits for the seconds in Retry-After, up to 30 s; without it 1, 2, 4 s …
pause() {
  wait=$(sed -n 's/^[Rr]etry-[Aa]fter: *\([0-9]\{1,6\}\)[^0-9]*$/\1/p' "$work/head" 2>/dev/null | tail -n 1)
  [ -n "$wait" ] || wait=$((1 << ($1 < 4 ? $1 : 4)))
  [ "$wait" -le 30 ] || wait=30
  say "$2. Retrying in $wait s"
  sleep "$wait"
}

# ask METHOD PATH [ARGUMENTS OF CURL...]: sets $status; the answer is in $work/body. It does not follow redirects, which
# would send the token elsewhere.
ask() {
  method=$1 path=$2 attempt=0
  shift 2
  while :; do
    : >"$work/body"
    : >"$work/head"
    failed=0
    status=$(with_token -sS -g --proto =http,https --connect-timeout 10 --max-time "$timeout" -o "$work/body" \
      -D "$work/head" -w '%{http_code}' -X "$method" "$@" "$url$path") || failed=$?
    case $failed:$status in
      0:429 | 0:502 | 0:503) problem="the server answered $status" ;;
      0:*) return 0 ;;
      # The name is unknown, or the connection failed or broke. A timeout is not retried.
      5:* | 6:* | 7:* | 35:* | 52:* | 55:* | 56:*) problem=$(head -n 1 "$work/error") ;;
      *) die "$method $path: $(head -n 1 "$work/error")" ;;
    esac
    if [ "$attempt" -ge "$retries" ]; then
      [ "$failed" -ne 0 ] || return 0
      die "$method $path: $problem"
    fi
    pause "$attempt" "$method $path: $problem"
    attempt=$((attempt + 1))
  done
}

# answered MESSAGE...: the server answered, and the question cannot be asked like this.
answered() {
  die_code=$answered_code
  die "$@"
}

refused() {
  detail=$(values .detail)
  # The page of a proxy has no detail. Its first characters may explain the problem.
  [ -n "$detail" ] || detail=$(head -c 200 "$work/body" | LC_ALL=C tr -c '\040-\176' ' ')
  case $status in
    408 | 429) ;;
    3* | 4*) answered "$method $path: $status: $detail" ;;
  esac
  die "$method $path: $status: $detail"
}

# made: checks that the resource exists now, and that the answer comes from this platform.
made() {
  case $status in 200 | 201) ;; *) refused ;; esac
  id=$(sed -n '1s/^{"id":"\([0-9a-f-]\{36\}\)".*/\1/p' "$work/body")
  [ -n "$id" ] || die "$method $path: $status, but the answer is not from a release platform. Check SRP_URL"
}

# remarks FILE: tells what an upload supersedes, and the first warnings about it.
remarks() {
  values '.supersedes[].id' | while read -r line; do say "evidence $1 supersedes $line"; done
  for list in .warnings .summary.contradictions.first .summary.warnings.first; do
    values "${list}[].message" >"$work/lines"
    head -n 5 "$work/lines" | while read -r line; do say "warning: $1: $line"; done
    more=$(($(wc -l <"$work/lines") - 5))
    [ "$more" -le 0 ] || say "warning: $1: and $more more"
  done
}

# --- What it prints --------------------------------------------------------------------------------------

# code_spans PREFIX: each line of the input as Markdown that is neither markup, mention nor command, whatever it contains.
code_spans() {
  no_marks | LC_ALL=C awk -v before="$1" '{
    sub(/^ +/, "")
    sub(/ +$/, "")
    fence = "`"
    while (index($0, fence)) fence = fence "`"
    print before fence " " ($0 == "" ? "(empty)" : $0) " " fence
  }'
}

# listed TITLE: the lines of the input as a list, if there are any.
listed() {
  cat >"$work/lines"
  [ -s "$work/lines" ] || return 0
  printf '**%s**\n\n' "$1"
  cat "$work/lines"
  printf '\n'
}

# page: prints the address of the page of the release, if the answer has one.
page() {
  values .page | LC_ALL=C grep '^https\{0,1\}://[][A-Za-z0-9:/._~?=%&-]*$' | head -n 1 || :
}

# heading TEXT END: prints "## TEXT VERSION END ENVIRONMENT".
heading() {
  printf '## %s %s %s %s\n\n' "$1" "$(printf '%s\n' "$version" | code_spans '')" "$2" \
    "$(printf '%s\n' "$environment" | code_spans '')"
}

# markdown DECISION: the same as GET /releases/{id}/summary.md.
markdown() {
  go=go
  [ "$intent" != rollback ] || go='go back'
  case $1 in
    allow) heading '✅ Allowed:' "may $go to" ;;
    *) heading '❌ Denied:' "may not $go to" ;;
  esac
  values '.reasons[]' | code_spans '- ' | listed Reasons
  values '.overrides[]' | code_spans '- ' | listed 'A break-glass overrides'
  values '.nextSteps[]' | no_marks | sed 's/^/- /' | listed 'Next steps'
  verdict=$(values '.verdicts[].id' | head -n 1)
  link=$(page)
  case $verdict in
    '' | null) printf 'No verdict was stored' ;;
    *) printf 'Verdict `%s`' "$verdict" ;;
  esac
  printf '%s\n' "${link:+ · [Page of the release](<$link>)}"
}

# In JSON, "#" is only in strings, where it can be escaped.
json() { LC_ALL=C sed -e ':a' -e 's/##/#\\u0023/' -e 'ta' "$work/body"; echo; }

# shown DECISION: prints the answer of the gate in the chosen format.
shown() {
  case $format in
    markdown) markdown "$1" ;;
    json) json ;;
    *) values '.reasons[]' | for_log ;;
  esac
}

# --- What it does --------------------------------------------------------------------------------------

# plan: tells what would be sent.
plan() {
  say "dry run: nothing is sent to $url"
  [ -z "$project_name" ] || say "would find the project $project_name${create_project:+, or create it}"
  if [ "$intent" = rollback ]; then
    say "would find release ${version:-that runs in $environment}"
  else
    say "would register release $version, commit $commit"
  fi
  while IFS=$TAB read -r _ name sha256 _; do say "would add artifact $name: $sha256"; done <"$work/artifacts"
  while IFS=$TAB read -r _ name _ file; do say "would upload $file, label $name"; done <"$work/evidence"
  [ -z "$seal" ] || say 'would seal the release'
  case $environment:$deployment in
    :*) return 0 ;;
    *:succeeded | *:failed) ;;
    *) say "would ask: may $version go to $environment?" ;;
  esac
  [ -z "$deployment" ] || say "would record for $environment: $deployment"
}

if [ -n "$dry_run" ]; then
  plan
  [ -n "$no_assert" ] || die 'a dry run has no answer'
  exit 0
fi

# find_project NAME: sets $project to the id of the one project with this name, or to nothing.
find_project() {
  ask GET "/projects?limit=1000&q=$(encoded "$1")"
  [ "$status" = 200 ] || refused
  case $(head -c 1 "$work/body") in '[') ;; *) die "$method $path: 200, but the answer has no projects. Check SRP_URL" ;; esac
  # Another page could have a second project of this name.
  if grep -qi '^link:.*rel="\{0,1\}next' "$work/head"; then die "too many projects have names like $1. Use --project"; fi
  values '[].id' >"$work/ids"
  values '[].name' >"$work/names"
  project=
  while IFS= read -r name <&3 && IFS= read -r id <&4; do
    [ "$name" = "$1" ] || continue
    [ -z "$project" ] || die "several projects have the name $1, such as $project and $id. Use --project"
    project=$id
  done 3<"$work/names" 4<"$work/ids"
}

if [ -n "$project_name" ]; then
  find_project "$project_name"
  if [ -z "$project" ]; then
    [ -n "$create_project" ] || die "no project that this token may see has the name $project_name. Use --create-project"
    # Two pipelines that do this at the same time get the same project.
    printf '%s' "$project_name" >"$work/lines"
    ask POST /projects -H 'content-type: application/json' -H "idempotency-key: release.sh-$(digest "$work/lines")" \
      --data-raw "{\"name\":$(json_text "$project_name"),\"status\":\"active\"}"
    [ "$status" = 201 ] || refused
    project=$(values .id)
    say "created project $project: $project_name"
  fi
  number "the id of the project $project_name" "$project"
fi

if [ -n "$running" ]; then
  ask GET "/environments/$(encoded "$environment")/deployments?project=$project"
  [ "$status" = 200 ] || refused
  release=$(values '[].releaseId')
  version=$(values '[].release.version')
  # One project has one release there. Anything else is not from this platform.
  [ "${#release}" -eq 36 ] || answered "no release of project $project runs in $environment by the record"
elif [ "$intent" = rollback ]; then
  ask GET "/projects/$project/releases?state=all&version=$(encoded "$version")"
  [ "$status" = 200 ] || refused
  release=$(values '[].id' | head -n 1)
  [ "${#release}" -eq 36 ] || answered "project $project has no release $version"
else
  ask PUT "/projects/$project/releases/$(encoded "$version")" -H 'content-type: application/json' \
    --data-raw "{\"commit\":$(json_text "$commit")${branch:+,\"branch\":$(json_text "$branch")}}"
  made
  release=$id
fi
say "release $version is $release"

# The loop reads from a file, not from a pipe: in a pipe, a failure would end only the subshell of the loop.
while IFS=$TAB read -r kind name sha256 file; do
  more=
  [ "$file" = - ] || more=",\"size\":$(($(wc -c <"$file")))"
  digests=$(values_of "$name" "$work/digests" | sed 's/,/","/g')
  [ -z "$digests" ] || more="$more,\"digests\":[\"$digests\"]"
  ask POST "/releases/$release/artifacts" -H 'content-type: application/json' --data-raw \
    "{\"kind\":$(json_text "$kind"),\"name\":$(json_text "$name"),\"sha256\":\"$sha256\"$more}"
  if [ "$status" = 409 ] && [ "$(values .code)" = artifact-exists ]; then
    # An artifact never changes. The answer names the digests that it was registered without.
    detail=$(values .detail)
    case $detail in *sha256:*) say "warning: artifact $name: $detail" ;; esac
  else
    made
  fi
  say "artifact $name: $sha256"
done <"$work/artifacts"

while IFS=$TAB read -r kind name about file; do
  query=
  [ "$kind" = - ] || query="&kind=$(encoded "$kind")"
  [ "$name" = - ] || query="$query&label=$(encoded "$name")"
  [ "$about" = - ] || query="$query&artifact=$about"
  scanners=$(values_of "$name" "$work/scanners")
  [ -z "$scanners" ] || query="$query&scanners=$(encoded "$scanners")"
  # XML begins with "<", optionally after a byte order mark.
  case $(head -c 200 "$file" | LC_ALL=C tr -d '\357\273\277 \t\r\n' | cut -c 1) in
    '<') type=application/xml ;;
    *) type=application/json ;;
  esac
  # `Expect` would cost a second with a proxy that does not support it.
  ask POST "/releases/$release/evidence${query:+?${query#&}}" -H "content-type: $type" -H 'expect:' \
    --data-binary "@$file"
  made
  say "evidence $file: $(values .kind), $id"
  remarks "$file"
done <"$work/evidence"

if [ -n "$seal" ]; then
  ask POST "/releases/$release/seal"
  made
  say "release $version is sealed"
fi

if [ -n "$no_assert" ]; then
  say 'did not ask for a verdict: --no-assert'
  exit 0
fi

# record STATE: records the deployment, and sets $authorization.
record() {
  ask POST "/environments/$(encoded "$environment")/deployments" -H 'content-type: application/json' \
    --data-raw "{\"releaseId\":\"$release\",\"state\":\"$1\"}"
  made
  authorization=$(values .authorization)
  say "deployment $id of $version to $environment: $1, $authorization"
}

case $deployment in
  succeeded | failed)
    record "$deployment"
    case $format in
      markdown) printf '%s: %s, %s\n' "$(heading 'Deployment of' to)" "$deployment" "$authorization" ;;
      json) json ;;
    esac
    exit 0
    ;;
esac

ask GET "/assert?release=$release&environment=$(encoded "$environment")${intent:+&intent=$intent}"
case $status in
  200)
    # A proxy that answers 200 to everything must not let a release pass.
    case $(head -c 20 "$work/body") in
      '{"decision":"allow",'*) ;;
      *) die "$method $path: 200, but the answer has no decision. Check SRP_URL" ;;
    esac
    say "allowed: $version may go to $environment"
    # Only while a person has broken the glass: what would deny the release otherwise.
    values '.overrides[]' | while IFS= read -r line; do say "a break-glass overrides $line"; done
    shown allow >"$work/shown"
    if [ -n "$deployment" ]; then
      record started
      case $authorization in
        authorized | rollback | break-glass) ;;
        *)
          # People said no after the gate had said yes.
          say "denied: the deployment of $version to $environment is $authorization. Ask again"
          printf '%s: the deployment is %s: the answer changed since the gate was asked\n' "$version" "$authorization"
          denied=1
          exit 1
          ;;
      esac
    fi
    cat "$work/shown"
    ;;
  409)
    [ "$(values .code)" = release-denied ] || refused
    say "denied: $version may not go to $environment"
    values '.nextSteps[]' | while IFS= read -r line; do say "next: $line"; done
    link=$(page)
    [ -z "$link" ] || say "page: $link"
    shown deny
    denied=1
    exit 1
    ;;
  *) refused ;;
esac

#!/usr/bin/env bash
# What a CI job does with keyholder, for any CI. The workflow files beside it only say when.
#
#   keyholder-ci.sh install        fetch the program (KEYHOLDER_URL) and check it (KEYHOLDER_SHA256)
#   keyholder-ci.sh plan BASE      what a change would do, with the settings of BASE; files into $OUT
#   keyholder-ci.sh comment        $OUT/plan.md as the one comment on a pull request of GitHub
#   keyholder-ci.sh apply          do what was reviewed: $OUT/plan.json, tied to PLAN_ID where it is set
#   keyholder-ci.sh due            do what time alone causes
#   keyholder-ci.sh nightly        look, keep what was seen, and fail where somebody changed something by hand
#
# PROJECT is the folder of keyholder.yaml (default: here), OUT where files go (default: keyholder-out), KEYHOLDER the program,
# KEYHOLDER_FLAGS more options for it. Nothing here reads a token: keyholder does, from the variables its settings name.
set -euo pipefail

project=${PROJECT:-.}
out=${OUT:-keyholder-out}
keyholder=${KEYHOLDER:-keyholder}
mkdir -p "$out"
out=$(cd "$out" && pwd)

# KEYHOLDER_FLAGS is split at blanks on purpose: it is a list of options.
run() {
    # shellcheck disable=SC2086
    "$keyholder" --project "$project" ${KEYHOLDER_FLAGS:-} "$@"
}

# Exit codes of keyholder that are no fault of the job: 2 changes pending, 3 held or refused by a rule, 7 steps by hand.
# A held step is in the comment; it does not keep the rest from being reviewed.
tolerate() {
    local code=0
    "$@" || code=$?
    case $code in
        0 | 2 | 3 | 7) return 0 ;;
        *) return "$code" ;;
    esac
}

case ${1:-} in
    install)
        into=${2:-$HOME/.local/bin}
        mkdir -p "$into"
        curl --fail --silent --show-error --location "$KEYHOLDER_URL" --output "$into/keyholder.new"
        printf '%s  %s\n' "$KEYHOLDER_SHA256" "$into/keyholder.new" | sha256sum --check --quiet -
        chmod +x "$into/keyholder.new"
        mv "$into/keyholder.new" "$into/keyholder"
        ;;
    plan)
        base=${2:?the commit that the change starts from}
        # Annotations go to the log, the rest into files. Settings come from BASE: a change never brings its own.
        tolerate run plan --base "$base" --settings "$base:keyholder.yaml" --out "$out/plan.json" \
            --format "markdown=$out/plan.md" --format "sarif=$out/keyholder.sarif" \
            --format "${ANNOTATIONS:-text}${ANNOTATIONS_FILE:+=$ANNOTATIONS_FILE}"
        ;;
    comment)
        # The first line of the page is a marker, the same for every plan of this project: one comment is edited in place.
        marker=$(head -n 1 "$out/plan.md")
        export marker
        comments="repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments"
        own='.[] | select(.user.login == "github-actions[bot]") | select(.body | startswith(env.marker)) | .id'
        id=$(gh api --paginate "$comments" --jq "$own" | head -n 1)
        if [ -n "$id" ]; then
            gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" --field "body=@$out/plan.md"
        else
            gh api --silent --method POST "$comments" --field "body=@$out/plan.md"
        fi
        ;;
    apply)
        run apply --yes "$out/plan.json" ${PLAN_ID:+--expect-id "$PLAN_ID"}
        ;;
    due)
        # What is held was told when it was held first; it is no reason for a red run every hour.
        tolerate run apply --due --yes
        ;;
    nightly)
        run observe --out "$out/observed.json" >"$out/observe.txt"
        cat "$out/observe.txt"
        run plan --observed "$out/observed.json" --max-age 1h --exit-code \
            --format "markdown=$out/drift.md" --format "json=$out/drift.json" --format text
        ;;
    *)
        sed -n '2,/^set /p' "$0" | sed -e '$d' -e 's/^# \{0,1\}//'
        exit 64
        ;;
esac

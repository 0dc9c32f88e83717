#!/usr/bin/env bash
# What a CI job does with keyholder, for any CI. The workflow files beside it only say when.
#
#   keyholder-ci.sh install          fetch the program (KEYHOLDER_URL) and check it (KEYHOLDER_SHA256)
#   keyholder-ci.sh change REF       clone REPOSITORY into CLONE, with BRANCH, and check out REF of it: the change, as data
#   keyholder-ci.sh plan TIP         what merging the change into TIP would do, with the settings of TIP; files into OUT
#   keyholder-ci.sh comment          OUT/plan.md as the one comment on a pull request of GitHub
#   keyholder-ci.sh reviewed A B     the plans of the requests that were merged from A to B, into OUT/reviewed
#   keyholder-ci.sh apply            do what was reviewed: OUT/plan.json and OUT/reviewed; tied to PLAN_ID where it is set
#   keyholder-ci.sh again            plan BRANCH as it is now, to be looked at and then applied with PLAN_ID
#   keyholder-ci.sh due              do what time alone causes
#   keyholder-ci.sh nightly          look, say what is pending, and fail where somebody changed something by hand
#   keyholder-ci.sh replan           have every open merge request of GitLab planned again
#
# PROJECT is the folder of keyholder.yaml (default: here), OUT where files go (default: keyholder-out), KEYHOLDER the program,
# KEYHOLDER_FLAGS more options for it, BRANCH the branch that is applied (default: main), REPOSITORY its address. Of the
# vendors' tokens nothing here reads one: keyholder does, from the variables its settings name.
# Some functions are called by names that are put together from the host.
# shellcheck disable=SC2317
set -euo pipefail

# KEYHOLDER_FLAGS is split at blanks on purpose: it is a list of options.
run() {
    # shellcheck disable=SC2086
    "$keyholder" --project "$project" ${KEYHOLDER_FLAGS:-} "$@"
}

# say error|notice TEXT
say() {
    if [ -n "${GITHUB_ACTIONS:-}" ]; then
        echo "::$1::$2"
    else
        echo "$1: $2" >&2
    fi
}

# Exit codes of keyholder that are no fault of the job: 2 changes pending, 3 held or refused by a rule, 7 steps by hand.
# What is held is on the page; it does not keep the rest from being reviewed and done.
is_fine() {
    case $1 in
        3) say notice "something is held by a rule; what is not held went on" ;;
        7) say notice "steps by hand are overdue" ;;
        0 | 2) ;;
        *) return 1 ;;
    esac
}

# While another run holds the state (8) this one waits: runs are kept apart by the journal and not by the CI, so that none is
# dropped. Doing it again is safe: what was done is seen as done. Each try takes the files as they are by then, since what was
# merged meanwhile may have taken away what this run would give.
patiently() {
    local code try
    for ((try = 1; ; try++)); do
        newest || return 1
        code=0
        run "$@" || code=$?
        if [ "$code" != 8 ] || [ "$try" -ge "${TRIES:-40}" ]; then
            return "$code"
        fi
        sleep "${WAIT:-30}"
    done
}

# The branch as it is now, where the job says which one.
newest() {
    if [ -n "${BRANCH:-}" ]; then
        git -C "$project" fetch --quiet --no-tags origin "$BRANCH" &&
            git -C "$project" -c core.hooksPath=/dev/null -c advice.detachedHead=false checkout --quiet --detach FETCH_HEAD
    fi
}

# configure KEY VALUE: for every git that is started from here, and in no file.
configure() {
    local at=${GIT_CONFIG_COUNT:-0}
    export "GIT_CONFIG_KEY_$at=$1" "GIT_CONFIG_VALUE_$at=$2" GIT_CONFIG_COUNT=$((at + 1))
}

# git, and the git that keyholder starts, ask this helper for the job's own token; the host of REPOSITORY alone gets it. It
# stands in no file and in no argument.
authenticate() {
    local host
    # In a container the checkout is often another user's, which git refuses to look at.
    configure safe.directory "$PWD"
    export GIT_TERMINAL_PROMPT=0
    if [ -n "${CI_JOB_TOKEN:-}" ]; then
        export GITLAB_TOKEN=$CI_JOB_TOKEN
    fi
    case ${REPOSITORY:-} in
        http://* | https://*) host=$(printf '%s' "$REPOSITORY" | sed -E 's,^(https?://[^/]*).*,\1,') ;;
        *) return 0 ;;
    esac
    if [ -z "${GITHUB_TOKEN:-}${GITLAB_TOKEN:-}" ]; then
        return 0
    fi
    # No helper of the machine, which might keep it.
    configure "credential.$host.helper" ''
    # Expanded by the shell that git starts, not here.
    # shellcheck disable=SC2016
    configure "credential.$host.helper" '!f() { test "$1" = get || exit 0; if [ -n "$GITHUB_TOKEN" ]; then echo username=x-access-token; echo "password=$GITHUB_TOKEN"; else echo username=gitlab-ci-token; echo "password=$GITLAB_TOKEN"; fi; }; f'
}

# What the merge will make, and not what the branch has: a branch that is behind would seem to undo what others merged. Whoever
# wrote the change is the author of the trial merge, as they are of what a squash would make.
merged() {
    local tip=$1 head trial tree name email
    head=$(git -C "$project" rev-parse --verify --quiet 'HEAD^{commit}')
    if git -C "$project" merge-base --is-ancestor "$tip" "$head"; then
        return 0
    fi
    if ! trial=$(git -C "$project" merge-tree --write-tree --name-only --no-messages "$tip" "$head"); then
        echo "The change and the branch it goes to contradict each other; merge the branch into the change first:"
        # A file's name at the start of a line could be a command to the runner.
        printf '%s\n' "$trial" | sed -e 1d -e 's/^/- /'
        return 1
    fi
    tree=$(printf '%s\n' "$trial" | sed -n 1p)
    name=$(git -C "$project" log -1 --format=%an "$head")
    email=$(git -C "$project" log -1 --format=%ae "$head")
    trial=$(GIT_AUTHOR_NAME=${name:-unknown} GIT_AUTHOR_EMAIL=${email:-unknown} GIT_COMMITTER_NAME=keyholder GIT_COMMITTER_EMAIL=keyholder@localhost \
        git -C "$project" commit-tree --no-gpg-sign -p "$tip" -p "$head" -m "Trial merge" "$tree")
    git -C "$project" -c core.hooksPath=/dev/null -c advice.detachedHead=false checkout --quiet --detach "$trial"
}

# A page in place of a plan: the plan of an earlier commit must not stand there as if it were this one's. The words come from
# files that anybody may have written.
unplanned() {
    local words=$1
    {
        printf '## This change cannot be planned\n\n'
        printf 'What an earlier plan showed does not hold for this commit, and nothing of it can be applied.\n\n<pre>\n'
        head -c 40000 "$words" | iconv -c -f UTF-8 -t UTF-8 | sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/>/\&gt;/g'
        printf '\n</pre>\n'
    } >"$out/plan.md"
}

plan_change() {
    local tip words code=0
    tip=$(git -C "$project" rev-parse --verify "${1:?the tip of the branch that the change goes to}^{commit}")
    words=$scratch/words
    rm -f "$out/plan.json" "$out/plan.md" "$out/keyholder.sarif"
    if ! merged "$tip" >"$words"; then
        cat "$words" >&2
        say error "the change cannot be merged into the branch it goes to"
        unplanned "$words"
        return 1
    fi
    # Annotations go to the log, the rest into files. Settings come from the tip: a change never brings its own.
    run plan --base "$tip" --settings "$tip:keyholder.yaml" --out "$out/plan.json" --budget 65000 \
        --format "markdown=$out/plan.md" --format "sarif=$out/keyholder.sarif" \
        --format "${ANNOTATIONS:-text}${ANNOTATIONS_FILE:+=$ANNOTATIONS_FILE}" 2>"$words" || code=$?
    cat "$words" >&2
    if is_fine "$code"; then
        return 0
    fi
    if [ ! -s "$out/plan.md" ]; then
        unplanned "$words"
        run check --format sarif >"$out/keyholder.sarif" 2>"$scratch/check" || true
        case ${ANNOTATIONS:-text} in
            text) ;;
            *) run check --format "$ANNOTATIONS" 2>"$scratch/check" >"${ANNOTATIONS_FILE:-/dev/stdout}" || true ;;
        esac
    fi
    return "$code"
}

# One comment is edited in place. The marker is ours and not the plan's: a page without a plan has none.
comment() {
    local comments own id
    marker="<!-- keyholder-ci: ${COMMENT:-keyholder} -->"
    export marker
    { echo "$marker" && cat "$out/plan.md"; } >"$scratch/comment.md"
    comments="repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments"
    own='.[] | select(.user.login == "github-actions[bot]") | select(.body | startswith(env.marker)) | .id'
    id=$(gh api --paginate "$comments" --jq "$own" | sed -n 1p)
    if [ -n "$id" ]; then
        gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" --field "body=@$scratch/comment.md"
    else
        gh api --silent --method POST "$comments" --field "body=@$scratch/comment.md"
    fi
}

# Names of files of which one can change a plan; of a request without any, no plan was made.
plans_hang_on='\.(ya?ml|csv)$'

# Requests that were merged by a commit: number and head.
github_requests() {
    gh api "repos/$GITHUB_REPOSITORY/commits/$1/pulls" \
        --jq ".[] | select(.merged_at != null and .base.ref == \"$branch\") | \"\\(.number) \\(.head.sha)\""
}

# The plan that was kept for a request. The run must be one of our workflow as the branch itself has it: whoever may push may
# let a workflow of the same name, on a branch of their own, keep whatever they like.
github_plan() {
    local number=$1 head=$2 into=$3 found run_id about
    found=".artifacts | sort_by(.created_at) | reverse | .[] | select(.expired | not) | .workflow_run.id"
    for run_id in $(gh api "repos/$GITHUB_REPOSITORY/actions/artifacts?name=keyholder-plan-$number-$head&per_page=100" --jq "$found"); do
        about=$(gh api "repos/$GITHUB_REPOSITORY/actions/runs/$run_id" --jq '"\(.event) \(.head_branch) \(.path)"')
        case $about in
            pull_request_target\ *\ .github/workflows/keyholder-plan.yml* | \
                schedule\ "$branch"\ .github/workflows/keyholder-plan.yml* | \
                workflow_dispatch\ "$branch"\ .github/workflows/keyholder-plan.yml*) ;;
            *) continue ;;
        esac
        rm -rf "$scratch/download"
        gh run download "$run_id" --repo "$GITHUB_REPOSITORY" --name "keyholder-plan-$number-$head" --dir "$scratch/download" || continue
        mv "$scratch/download/plan.json" "$into" && return 0
    done
    return 1
}

github_files() {
    gh api --paginate "repos/$GITHUB_REPOSITORY/pulls/$1/files" --jq '.[].filename'
}

gitlab() {
    curl --fail --silent --show-error --location --header "PRIVATE-TOKEN: $KEYHOLDER_READ_TOKEN" \
        "$CI_API_V4_URL/projects/$CI_PROJECT_ID/$1"
}

gitlab_requests() {
    gitlab "repository/commits/$1/merge_requests?per_page=100" | jq --raw-output --arg branch "$branch" \
        '.[] | select(.state == "merged" and .target_branch == $branch) | "\(.iid) \(.sha)"'
}

# Each plan was kept with the commit it is of: a pipeline may have been of the merge result, or of an earlier push.
gitlab_plan() {
    local number=$1 head=$2 into=$3 pipeline job
    for pipeline in $(gitlab "merge_requests/$number/pipelines?per_page=100" | jq 'sort_by(-.id) | .[].id'); do
        for job in $(gitlab "pipelines/$pipeline/jobs?per_page=100" | jq '.[] | select(.name == "keyholder:plan") | .id'); do
            if [ "$(gitlab "jobs/$job/artifacts/keyholder-out/head" || true)" = "$head" ] &&
                gitlab "jobs/$job/artifacts/keyholder-out/plan.json" >"$into.new"; then
                mv "$into.new" "$into" && return 0
            fi
        done
    done
    rm -f "$into.new"
    return 1
}

gitlab_files() {
    gitlab "merge_requests/$1/diffs?per_page=100" | jq --raw-output '.[].new_path'
}

# Several requests may have come with one push, by a merge queue for instance.
reviewed() {
    local before=$1 after=$2 host=github commits commit number head
    if [ -n "${GITLAB_CI:-}" ]; then
        host=gitlab
    fi
    rm -rf "$out/reviewed" "$out/missing"
    mkdir -p "$out/reviewed"
    if git -C "$project" merge-base --is-ancestor "$before" "$after" 2>/dev/null; then
        commits=$(git -C "$project" rev-list --reverse --first-parent "$before..$after")
    else
        commits=$after
    fi
    for commit in $commits; do
        "${host}_requests" "$commit"
    done | sort -u >"$scratch/requests"
    if [ ! -s "$scratch/requests" ]; then
        say notice "these commits came by no request: nothing was reviewed, and nothing is applied"
    fi
    while read -r number head; do
        if "${host}_plan" "$number" "$head" "$out/reviewed/$number.json" </dev/null; then
            echo "the plan of request $number"
        elif "${host}_files" "$number" </dev/null >"$scratch/files" && ! grep -qE "$plans_hang_on" "$scratch/files"; then
            echo "request $number has nothing to plan"
        else
            echo "request $number" >>"$out/missing"
        fi
    done <"$scratch/requests"
}

# What to press is said in docs/ci.md, "When a plan is too old".
apply_reviewed() {
    local now file expires code=0 left=0 plans=()
    now=${CLOCK:-$(date -u +%Y-%m-%dT%H:%M:%SZ)}
    for file in "$out/plan.json" "$out"/reviewed/*.json; do
        [ -e "$file" ] || continue
        # One plan that is too old would keep the others from being done.
        expires=$(sed -n 's/^    "expires": "\([0-9TZ:.-]*\)".*/\1/p' "$file" | sed -n 1p)
        if [ -n "$expires" ] && [[ $expires < $now ]]; then
            say error "$(basename "$file" .json): this plan expired at $expires and is not applied; plan again and have that reviewed (see \"When a plan is too old\" in docs/ci.md)"
            left=4
        else
            plans+=("$file")
        fi
    done
    if [ -s "$out/missing" ]; then
        while read -r file; do
            say error "$file: no plan of what was merged was kept, and nothing of it is applied; plan again and have that reviewed (see \"When a plan is too old\" in docs/ci.md)"
        done <"$out/missing"
        left=4
    fi
    if [ ${#plans[@]} -gt 0 ]; then
        patiently apply --yes "${plans[@]}" ${PLAN_ID:+--expect-id "$PLAN_ID"} \
            --format "markdown=$out/applied.md" --format text || code=$?
        is_fine "$code" || return "$code"
    fi
    return "$left"
}

nightly() {
    local code=0
    # The read holds everybody's e-mail and phone: it stays on this machine and goes with the job.
    patiently observe --out "$scratch/night.observed.json" || code=$?
    if [ ! -s "$scratch/night.observed.json" ]; then
        return "$code"
    fi
    run plan --observed "$scratch/night.observed.json" --max-age 1h \
        --format "markdown=$out/drift.md" --format "json=$out/drift.json" --format text || code=$?
    is_fine "$code" || return "$code"
    if ! grep -qE '^  "drift": \[\],?$' "$out/drift.json"; then
        say error "somebody changed something by hand: see drift.md"
        return 2
    fi
}

main() {
    project=${PROJECT:-.}
    out=${OUT:-keyholder-out}
    keyholder=${KEYHOLDER:-keyholder}
    branch=${BRANCH:-main}
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    mkdir -p "$out"
    out=$(cd "$out" && pwd)
    authenticate
    case ${1:-} in
        install)
            local into=${2:-$HOME/.local/bin}
            mkdir -p "$into"
            curl --fail --silent --show-error --location "$KEYHOLDER_URL" --output "$scratch/keyholder"
            printf '%s  %s\n' "$KEYHOLDER_SHA256" "$scratch/keyholder" | sha256sum --check --quiet -
            chmod +x "$scratch/keyholder"
            mv "$scratch/keyholder" "$into/keyholder"
            ;;
        change)
            # Always this repository and never a fork: what `origin` is, the journal is read from. A host keeps the change of a
            # fork under a ref of its own.
            local clone=${CLONE:-change}
            git init --quiet "$clone"
            git -C "$clone" remote add origin "${REPOSITORY:?its address}"
            git -C "$clone" fetch --quiet --no-tags origin \
                "+refs/heads/$branch:refs/remotes/origin/$branch" "+${2:?a ref of the change}:refs/keyholder/change"
            git -C "$clone" -c core.hooksPath=/dev/null -c advice.detachedHead=false checkout --quiet --detach refs/keyholder/change
            git -C "$clone" rev-parse HEAD | tee "$out/head"
            if [ -n "${GITHUB_OUTPUT:-}" ]; then
                echo "head=$(cat "$out/head")" >>"$GITHUB_OUTPUT"
            fi
            ;;
        plan) plan_change "${2:-}" ;;
        comment) comment ;;
        reviewed) reviewed "${2:?the commit before}" "${3:?the commit after}" ;;
        apply) apply_reviewed ;;
        again)
            local code=0
            newest
            run plan --out "$out/plan.json" --format "markdown=$out/plan.md" --format text || code=$?
            is_fine "$code" || return "$code"
            local id
            id=$(sed -n 's/^  "id": "\([0-9a-f]*\)".*/\1/p' "$out/plan.json" | sed -n 1p)
            printf '\nTo do this and nothing else, say this id: %s\n' "$id" | tee -a "$out/plan.md"
            if [ -n "${GITHUB_OUTPUT:-}" ]; then
                echo "id=$id" >>"$GITHUB_OUTPUT"
            fi
            ;;
        due)
            # What is held was told when it was held first; it is no reason for a red run every hour.
            local code=0
            patiently apply --due --yes || code=$?
            is_fine "$code" || return "$code"
            ;;
        nightly) nightly ;;
        replan)
            local number
            for number in $(gitlab "merge_requests?state=opened&target_branch=$branch&per_page=100" | jq '.[].iid'); do
                curl --fail --silent --show-error --request POST --header "PRIVATE-TOKEN: $KEYHOLDER_TRIGGER_TOKEN" --output /dev/null \
                    "$CI_API_V4_URL/projects/$CI_PROJECT_ID/merge_requests/$number/pipelines"
            done
            ;;
        *)
            sed -n '2,/^set /p' "$0" | sed -e '$d' -e 's/^# \{0,1\}//'
            return 64
            ;;
    esac
}

# One line, read to its end before anything is checked out over this file.
main "$@"; exit

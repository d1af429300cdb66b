# shellcheck shell=bash
# Sourced by every script here: a place to work in, and uv. Not a script.
#
# A person may call any of the scripts; each then works in a temporary folder of its own and removes it.
# .ci/run makes one for all of them. Needed: Python 3.11 or later with pip 22.3 or later, nothing else.
set -euo pipefail
exec </dev/null
cd "$(dirname "${BASH_SOURCE[0]}")/.."

PYTHON=${PYTHON:-$(command -v python3.11 || command -v python3)}
export CI=${CI:-true} UV_PYTHON_DOWNLOADS=never PIP_DISABLE_PIP_VERSION_CHECK=1

if [ -z "${CI_WORK:-}" ]; then
    CI_WORK=$(mktemp -d)
    export CI_WORK
    trap 'rm -rf "$CI_WORK"' EXIT
fi

uv() { "$CI_WORK/tools/bin/uv" "$@"; }

if [ ! -d "$CI_WORK/tools" ]; then
    "$PYTHON" -m venv --without-pip "$CI_WORK/tools"
    "$PYTHON" -m pip --python "$CI_WORK/tools" install --quiet uv
fi

# environment NAME PYTHON [uv pip install arguments]: a fresh venv at $CI_WORK/NAME.
environment() {
    local name=$1 python=$2
    shift 2
    uv venv --quiet --clear --python "$python" "$CI_WORK/$name"
    uv pip install --quiet --python "$CI_WORK/$name" "$@"
}

# copy FOLDER PATH...: what git would carry of these paths, so that a file only this machine has is missed.
copy() {
    local folder=$1
    shift
    mkdir -p "$folder"
    git ls-files --cached --others --exclude-standard -z -- "$@" |
        while IFS= read -r -d '' file; do
            if [ -e "$file" ]; then printf '%s\0' "$file"; fi
        done | xargs -0 cp --parents -t "$folder"
}

# pytests NAME COMMAND...: run it, keep its last line for the end of .ci/run.
pytests() {
    local name=$1 status=0
    shift
    "$@" 2>&1 | tee "$CI_WORK/$name.log" || status=$?
    printf '%-10s %s\n' "$name" "$(grep -E '(passed|failed|error)' "$CI_WORK/$name.log" | tail -n 1)" >>"$CI_WORK/summary"
    return "$status"
}

say() { printf '\n--- %s\n' "$*"; }

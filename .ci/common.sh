# shellcheck shell=bash
# Sourced by every script here: a folder to work in, uv, and what several of the scripts do. Not a script.
#
# Each script can be called alone; it then works in a temporary folder of its own and removes it. .ci/run makes
# one folder for all of them. Needed: Python 3.11 or later with pip 22.3 or later, and a package index.
set -euo pipefail
exec </dev/null
cd "$(dirname "${BASH_SOURCE[0]}")/.."

PYTHON=${PYTHON:-$(command -v python3.11 || command -v python3)}
unset PYTHONDONTWRITEBYTECODE # which makes every process compile anew what uv installed
export PYTHON CI=${CI:-true} UV_PYTHON_DOWNLOADS=never PIP_DISABLE_PIP_VERSION_CHECK=1

clean_up() { :; }
if [ -z "${CI_WORK:-}" ]; then
    CI_WORK=$(mktemp -d)
    export CI_WORK
    clean_up() { rm -rf "$CI_WORK"; }
    trap clean_up EXIT
fi

uv() { "$CI_WORK/tools/bin/uv" "$@"; }

if [ ! -d "$CI_WORK/tools" ]; then
    "$PYTHON" -m venv --without-pip "$CI_WORK/tools"
    "$PYTHON" -m pip --python "$CI_WORK/tools" install --quiet uv
fi

# environment NAME [uv pip install arguments]: a fresh venv at $CI_WORK/NAME.
environment() {
    local name=$1
    shift
    uv venv --quiet --clear --python "$PYTHON" "$CI_WORK/$name"
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

# readme_command WORD PYTHON: run the README's command that ends in WORD in a clean copy of this tree, with PYTHON
# in the place of its python3.
readme_command() {
    local word=$1 python=$2 command
    command=$("$PYTHON" .ci/readme_command.py "$word") || return
    say "$word: with $("$python" --version) in a clean copy: $command"
    copy "$CI_WORK/copy-$word" . && cd "$CI_WORK/copy-$word" || return
    # A function of this name is found before a program.
    python3() { "$README_PYTHON" "$@"; }
    export -f python3
    README_PYTHON=$python bash -euo pipefail -c "$command"
}

# pytests NAME COMMAND...: run it, keep its last lines for the end of .ci/run.
pytests() {
    local name=$1 status=0
    shift
    "$@" 2>&1 | tee "$CI_WORK/$name.log" || status=$?
    grep -E '(passed|failed|errors?)( |,)(.* )?in |left out|Total coverage' "$CI_WORK/$name.log" |
        tail -n 3 | sed "s/^=* *//; s/ *=*\$//; s/^/$name: /" >>"$CI_WORK/counts"
    return "$status"
}

say() { printf '\n--- %s\n' "$*"; }

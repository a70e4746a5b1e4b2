#!/usr/bin/env bash
# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Makes a virtual environment, or leaves it alone when it is as wanted.
#
#     tests/tools/venv.sh FOLDER FILE...
#
# FILE is a list of requirements, or of constraints when its name begins with "constraints". Files that a list names
# with -r are given too: what is not given is not watched.
# The environment is made again when a FILE, the folder's path or the Python behind it has changed.
#
# Environment:
#   PYTHON            the Python to prefer (3.11, 3.12 or 3.13; by default the oldest of these that works)
#   EM_USER_HOME      the user's own home: pip's settings are read there. Nothing is written there.
#   PIP_CACHE_DIR     by default a folder below .build
set -euo pipefail

folder=$1
shift
here=$(dirname -- "${BASH_SOURCE[0]}")
stamp="$folder/made-of"

# The oldest supported Python that works, or the one the user asks for.
pick_python() {
    HOME="$EM_USER_HOME" PYTHON="${PYTHON:-}" "$here/pythons.sh" | if [ -n "${PYTHON:-}" ]; then cat; else sort -t. -k2n; fi |
        awk '!found && $1 ~ /^3\.(11|12|13)$/ { sub(/^[^ ]* /, ""); print; found = 1 }'
}

# What the environment is made of, as text.
recipe() {
    printf '%s\n' "$folder in $PWD" "${PYTHON:-}"
    cat -- "$@"
}

export EM_USER_HOME=${EM_USER_HOME:-$HOME}
wanted=$(recipe "$@")
mkdir -p -- "$(dirname -- "$folder")"
if command -v flock >/dev/null; then
    # Two runs of make in one checkout wait for each other here.
    exec 9>"$folder.lock"
    flock 9
fi
if [ -x "$folder/bin/python" ] && [ "$wanted" = "$(cat "$stamp" 2>/dev/null)" ] && "$folder/bin/python" -c '' 2>/dev/null; then
    exit 0
fi

python=$(pick_python)
if [ -z "$python" ]; then
    echo "No Python 3.11, 3.12 or 3.13 that works was found (it needs the modules venv and ensurepip). PYTHON=/path/to/python names one." >&2
    exit 1
fi
# On standard output there is only what the target itself says: that of `make simulator` is read by programs.
echo "Setting up $folder with $python (once; it needs the Python package index)" >&2

arguments=()
for file in "$@"; do
    case "${file##*/}" in
        constraints*) arguments+=(-c "$file") ;;
        *) arguments+=(-r "$file") ;;
    esac
done
export PIP_CACHE_DIR=${PIP_CACHE_DIR:-$PWD/.build/cache/pip}
unset PIP_USER PIP_TARGET PIP_PREFIX
rm -rf -- "$folder"
"$python" -m venv -- "$folder"
log="$folder/pip.log"
if ! HOME="$EM_USER_HOME" "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
    "${arguments[@]}" >"$log" 2>&1; then
    cat -- "$log" >&2
    exit 1
fi
printf '%s\n' "$wanted" >"$stamp"

#!/usr/bin/env bash
# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Prints the Pythons of this machine that really run, one of each version: "3.11 /real/path/bin/python3.11".
# The shims of version managers are on many PATHs, and some of them only print an error. So each candidate is run,
# and it is asked where it really lies.
#
# Environment: PYTHON (optional) is a Python to prefer to all others.
set -euo pipefail

shopt -s nullglob

candidates() {
    [ -z "${PYTHON:-}" ] || type -P -- "$PYTHON" || true
    local minor
    for minor in 8 9 10 11 12 13 14; do
        type -P -a "python3.$minor" || true
    done
    type -P -a python3 || true
    printf '%s\n' "${PYENV_ROOT:-$HOME/.pyenv}"/versions/*/bin/python3 \
        "${ASDF_DATA_DIR:-$HOME/.asdf}"/installs/python/*/bin/python3 \
        "${UV_PYTHON_INSTALL_DIR:-$HOME/.local/share/uv/python}"/*/bin/python3
}

# The version and the real path; a Python without ensurepip or TLS can make no virtual environment.
question='
import ensurepip, os, ssl, sys, venv
version = "%d.%d" % sys.version_info[:2]
path = os.path.join(os.path.dirname(os.path.realpath(sys.executable)), "python" + version)
print(version, path)
'

seen=' '
while IFS= read -r candidate; do
    answer=$("$candidate" -c "$question" 2>/dev/null </dev/null) || continue
    version=${answer%% *}
    path=${answer#* }
    case "$seen" in *" $version "*) continue ;; esac
    [ -x "$path" ] || continue
    seen="$seen$version "
    printf '%s %s\n' "$version" "$path"
done < <(candidates)

#!/usr/bin/env bash
# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Copies the files of the checkout that git does not ignore to a folder, and makes that a git repository of its own:
#
#     tests/tools/stage.sh .build/stage/ansible_collections/qlik/enterprise_manager
#
# ansible-test wants this very path, and asks git which files there are. Inside the checkout's own repository, where
# .build is ignored, it would find none and call that a success.
set -euo pipefail

folder=$1

# The files, each ended by a zero byte. A checkout without git (an unpacked archive) has no ignored files to leave out.
files() {
    if git -c safe.directory='*' rev-parse --is-inside-work-tree >/dev/null 2>&1; then
        git -c safe.directory='*' ls-files -z --cached --others --exclude-standard --deduplicate
    else
        find . \( -name .build -o -name .ansible -o -name __pycache__ \) -prune -o -type f -print0
    fi
}

rm -rf -- "$folder"
mkdir -p -- "$folder"
files | while IFS= read -r -d '' file; do
    # A file that was removed but not committed is still on git's list.
    # What servers wrote stays as they wrote it, byte order marks and line endings too: no sanity test applies to it.
    case $file in tests/fixtures/*.json) continue ;; esac
    [ ! -e "$file" ] || printf '%s\0' "$file"
done | tar --null --no-recursion -T - -cf - | tar -C "$folder" -xf -
git -C "$folder" -c init.defaultBranch=main init --quiet

#!/usr/bin/env bash
# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Resolves the requirements anew and writes every release that pip chose to tests/requirements/constraints*.txt.
# To be run after a change of a list of requirements, and to take newer releases of what these need.
set -euo pipefail

lists=tests/requirements

# pin FILE TITLE LIST...
pin() {
    local file=$1 title=$2
    shift 2
    tests/tools/venv.sh .build/pins-venv "$@"
    {
        echo "# $title Written by \`make pins\`."
        .build/pins-venv/bin/python -m pip freeze --quiet
    } >"$file.new"
    mv -- "$file.new" "$file"
    rm -rf .build/pins-venv
}

pin "$lists/constraints.txt" "What requirements-dev.txt needs in turn." \
    requirements-dev.txt "$lists/tests.txt" "$lists/simulator.txt"
# Releases that the tests have, too.
pin "$lists/constraints-simulator.txt" "What simulator.txt needs in turn." "$lists/simulator.txt" "$lists/constraints.txt"
pin "$lists/constraints-importer.txt" "What importer.txt needs in turn." "$lists/importer.txt"
pin "$lists/constraints-events.txt" "What events.txt needs in turn." "$lists/events.txt"
pin "$lists/constraints-bench.txt" "What bench.txt needs in turn." "$lists/bench.txt"

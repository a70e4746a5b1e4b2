# Each target sets up what it needs, below .build, and writes nowhere else. `make help` lists them.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

# --- the surroundings ---------------------------------------------------------------------------------------------

# What a user has set for other work must not steer the tests (a real Enterprise Manager is named by AEM_...).
$(foreach name,$(filter AEM_% ANSIBLE_%,$(.VARIABLES)),$(eval unexport $(name)))
unexport GIT_DIR GIT_INDEX_FILE GIT_WORK_TREE MYPYPATH PYTEST_ADDOPTS PYTEST_PLUGINS
unexport PYTHONHOME PYTHONPATH PYTHONSTARTUP PYTHONWARNINGS VIRTUAL_ENV

BUILD := $(CURDIR)/.build
ifndef EM_USER_HOME
EM_USER_HOME := $(HOME)
endif
export EM_USER_HOME
export HOME := $(BUILD)/home
export PYTHON
export ANSIBLE_HOME := $(BUILD)/home/.ansible
export ANSIBLE_LOCAL_TEMP := $(BUILD)/tmp/ansible
# Ansible passes this to a shell unquoted: a variable in it survives a path with spaces or brackets, the path does not.
export ANSIBLE_REMOTE_TEMP := $$ANSIBLE_HOME/tmp
export ANSIBLE_COLLECTIONS_PATH := $(BUILD)/link
export ANSIBLE_NOCOWS := 1
export HYPOTHESIS_STORAGE_DIRECTORY := $(BUILD)/cache/hypothesis
# The simulator is reached without the proxy, whatever else is reached through it.
export NO_PROXY := 127.0.0.1,localhost,$(NO_PROXY)
export no_proxy := $(NO_PROXY)

WORKERS := 2
# Tests of a file stay together where they share a simulator.
DIST := loadfile
# Another number has other cells of the fault matrix run, and other steps of roles fail.
FAULTS_SEED := 1
export FAULTS_SEED
ARGS :=
REPORTS := .build/reports
LINK := .build/link/ansible_collections/qlik/enterprise_manager
STAGE := .build/stage/ansible_collections/qlik/enterprise_manager
DEV := .build/venv/bin
DEMO := .build/demo-venv/bin
IMPORTER := .build/importer-venv/bin
REQUIREMENTS := tests/requirements

# --- virtual environments, and the two places that Ansible's tools need the collection in --------------------------

.PHONY: venv demo-venv importer-venv events-venv bench-venv browser link stage pins
venv:
	@tests/tools/venv.sh .build/venv requirements-dev.txt $(REQUIREMENTS)/tests.txt $(REQUIREMENTS)/simulator.txt $(REQUIREMENTS)/constraints.txt

demo-venv:
	@tests/tools/venv.sh .build/demo-venv $(REQUIREMENTS)/demo.txt $(REQUIREMENTS)/simulator.txt $(REQUIREMENTS)/constraints.txt

importer-venv:
	@tests/tools/venv.sh .build/importer-venv $(REQUIREMENTS)/importer.txt $(REQUIREMENTS)/constraints-importer.txt

events-venv:
	@tests/tools/venv.sh .build/events-venv $(REQUIREMENTS)/events.txt $(REQUIREMENTS)/constraints-events.txt

bench-venv:
	@tests/tools/venv.sh .build/bench-venv $(REQUIREMENTS)/bench.txt $(REQUIREMENTS)/constraints-bench.txt

browser:
	@tests/tools/browser.sh

# Left alone where it is right, since another part of the tests may be using it.
link: # where everything but ansible-test finds the collection
	@[ "$$(readlink "$(LINK)")" = "$$PWD" ] || { mkdir -p "$(dir $(LINK))" && ln -sfn "$$PWD" "$(LINK)"; }

stage: # what ansible-test and ansible-galaxy build from: a copy that git knows nothing else about
	@tests/tools/stage.sh "$(STAGE)"

pins: # write what the requirements need in turn to $(REQUIREMENTS)/constraints*.txt
	@tests/tools/pins.sh

# --- what a user runs ---------------------------------------------------------------------------------------------

.PHONY: help demo simulator
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

demo: demo-venv link ## an estate in git, planned, applied and watched on an embedded Enterprise Manager
	@PYTHONPATH=.build/link "$(DEMO)/python" tests/tools/demo.py

simulator: demo-venv ## the embedded Enterprise Manager in the foreground: make simulator ARGS="--help"
	@PYTHONPATH=tests exec "$(DEMO)/python" -m simulator $(ARGS)

# --- tests --------------------------------------------------------------------------------------------------------

# The first ones keep two processors busy for most of the time, the others one. `make test` runs both rows side by side.
WIDE := unit contract faults-sample kills-sample hostile-sample integration examples
NARROW := lint changelog-lint sanity build release docs events pages
PARTS := $(WIDE) $(NARROW)
ON_PATH = PATH="$$PWD/$(DEV):$$PATH"
CHECK = $(ON_PATH) python tests/tools/check.py "$(REPORTS)/$@"

.PHONY: test $(PARTS) faults kills hostile report lowest matrix bench clean
test: venv link ## what continuous integration runs, most of the parts below; ends with the totals
	@"$(DEV)/python" tests/tools/run_parts.py $(WIDE) --beside $(NARROW)

lint: venv link ## ruff, mypy, ansible-lint, shellcheck
	@rm -rf "$(REPORTS)/$@"
	@$(CHECK) "ruff check" ruff check .
	@$(CHECK) "ruff format" ruff format --check .
	@$(CHECK) mypy mypy --package ansible_collections.qlik.enterprise_manager.plugins.module_utils \
		--package ansible_collections.qlik.enterprise_manager.plugins.plugin_utils
	@$(CHECK) shellcheck shellcheck .ci/run tests/tools/*.sh
	@$(CHECK) ansible-lint ansible-lint --strict

changelog-lint: venv ## antsibull-changelog
	@rm -rf "$(REPORTS)/$@"
	@$(CHECK) antsibull-changelog antsibull-changelog lint

events: events-venv
pages: browser
unit contract integration events pages examples release: venv link
	@mkdir -p "$(REPORTS)/$@" .build/tmp
	@$(ON_PATH) python -m pytest tests/$@ -q -n $(WORKERS) --dist $(DIST) --durations=10 --basetemp=".build/tmp/$@" \
		--junitxml="$(REPORTS)/$@/pytest.xml" $(ARGS)

examples: DIST := worksteal
unit: ## planners and normalisers, property tests, metadata
contract: ## simulator and client against the API contract
faults-sample: venv link ## what happens when network, session or server fail, and a part of the fault matrix
	@mkdir -p "$(REPORTS)/$@" .build/tmp
	@echo "The part of the fault matrix: FAULTS_SEED=$(FAULTS_SEED)"
	@$(ON_PATH) python -m pytest tests/faults -q -n $(WORKERS) --dist loadfile --durations=10 \
		--basetemp=".build/tmp/$@" --junitxml="$(REPORTS)/$@/pytest.xml" $(ARGS)

faults: venv link ## every fault at every request of every module, some at each of every role, every step of these; writes docs/reliability.md
	@mkdir -p "$(REPORTS)/$@" .build/tmp
	@$(ON_PATH) FAULTS=all python -m pytest tests/faults tests/integration/test_role_failures.py -q -n $(WORKERS) --dist worksteal --durations=10 \
		--basetemp=".build/tmp/$@" --junitxml="$(REPORTS)/$@/pytest.xml" $(ARGS)

kills-sample: venv link ## work that is killed, starved of disk and done twice at once: a sample of the cases
	@mkdir -p "$(REPORTS)/$@" .build/tmp
	@$(ON_PATH) python -m pytest tests/kills -q -n $(WORKERS) --dist loadfile --durations=10 --basetemp=".build/tmp/$@" \
		--junitxml="$(REPORTS)/$@/pytest.xml" $(ARGS)

kills: venv link ## all cases of that, for docs/reliability.md; takes an hour
	@mkdir -p .build/tmp
	@$(ON_PATH) python -m pytest tests/kills -q --durations=10 --basetemp=".build/tmp/$@" \
		--whole --figures=.build/kills.json $(ARGS)
	@$(ON_PATH) PYTHONPATH=tests python -m support.kill_figures .build/kills.json

hostile-sample: venv link ## input and answers that mean no good, canaries, TLS: a sample of the cases
	@mkdir -p "$(REPORTS)/$@" .build/tmp
	@$(ON_PATH) python -m pytest tests/hostile -q -n $(WORKERS) --dist loadfile --durations=10 --basetemp=".build/tmp/$@" \
		--junitxml="$(REPORTS)/$@/pytest.xml" $(ARGS)

hostile: venv link ## all cases of that, for docs/reliability.md
	@mkdir -p .build/tmp
	@$(ON_PATH) python -m pytest tests/hostile -q -n $(WORKERS) --dist worksteal --durations=10 \
		--basetemp=".build/tmp/$@" --whole $(ARGS)

integration: ## playbooks against the simulator: check mode, run, run again
events: ## the event source and its rulebook in ansible-rulebook, against the simulator
pages: ## the page of the role report, in a browser
examples: ## every EXAMPLES block, and every code block of README and guides, against the simulator
release: ## what is shipped: its archive, execution environment, ansible-runner and AWX

sanity: venv stage ## ansible-test sanity on every Python there is
	@rm -rf "$(REPORTS)/$@"
	@"$(DEV)/python" tests/tools/sanity.py --stage "$(STAGE)" --report "$(REPORTS)/$@" $(ARGS)

docs: venv link ## the documentation checked and built into .build/docs
	@rm -rf "$(REPORTS)/$@"
	@$(CHECK) antsibull-docs antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs self --check-extra-docs-refs .
	@$(CHECK) "documentation site" python tests/tools/build_docs.py .build/docs

build: venv importer-venv stage ## the collection's archive, checked by galaxy-importer, and the simulator's wheel in .build/dist
	@rm -rf "$(REPORTS)/$@" .build/dist
	@$(CHECK) "collection build" ansible-galaxy collection build --output-path .build/dist "$(STAGE)"
	@$(CHECK) galaxy-importer tests/tools/import.sh "$$PWD/$(IMPORTER)" .build/dist
	@$(CHECK) wheel python tests/tools/wheel.py "$(STAGE)" .build/wheel .build/dist
	@ls .build/dist/*.tar.gz .build/dist/*.whl

report: venv link browser ## the report of the simulator's estate in .build/report, and the pictures in docs/images
	@$(ON_PATH) PYTHONPATH=tests:.build/link python tests/tools/report.py .build/report docs/images

lowest: venv link stage ## unit and integration with the oldest ansible-core and requests that the collection says it takes
	@FAULTS=all "$(DEV)/python" tests/tools/matrix.py lowest $(ARGS)

matrix: venv link stage ## unit, integration and sanity on other releases of ansible-core: make matrix ARGS="2.16 2.20"
	@FAULTS=all "$(DEV)/python" tests/tools/matrix.py $(ARGS)

bench: venv bench-venv link ## speed, side by side with what a user would pick instead; written to docs/performance.md
	@$(ON_PATH) PYTHONPATH=.build/link:tests python -m bench $(ARGS)

clean: ## remove everything that make made
	@rm -rf .build .ansible collections tests/output tests/integration/inventory
	@find . -name .git -prune -o -name __pycache__ -type d -exec rm -rf {} +

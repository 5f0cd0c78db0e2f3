SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run build generate test e2e check bench test-crash attack storybook browser clean

TEMPL  := $(shell find views -name '*.templ')
STATIC := $(wildcard static/src/* static/*.mjs) tailwind.config.js package-lock.json
BUILT  := static/dist/panel.css

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: build ## run the panel with the demo cast and a built-in Postgres
	@BAILIWICK_DEMO=$${BAILIWICK_DEMO-true} bin/bailiwick serve

build: generate ## build bin/bailiwick
	@go build -o bin/bailiwick ./cmd/bailiwick

generate: node_modules/.package-lock.json $(BUILT) ## make templates, style sheet and the packed Postgres
	@go tool templ generate -path views -log-level warn
	@go run ./postgres/pack

node_modules/.package-lock.json: package-lock.json
	@npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(BUILT): $(STATIC) $(TEMPL) node_modules/.package-lock.json
	@node static/build.mjs
	@touch $@

# Tests wait for what they need, not for time: the limit is for those that hang, on a slow machine too.
# The longest packages come first, so that none has the machine to itself in the end.
# No debugger reads the test programs, and check vets.
TEST := go test -tags browser -timeout 60m -vet=off -ldflags='-s -w'
LONGEST := ./handlers ./e2e ./views/storybook

test: generate browser ## pass every test, browser journeys included
	@$(TEST) $(LONGEST) ./...

e2e: generate browser ## pass the browser journeys alone
	@$(TEST) ./e2e ./views/storybook

INSTALL := DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends

browser: # the Chromium without windows where Debian has it, any other where not
	@[ -n "$$CHROMIUM" ] || command -v chromium-headless-shell >/dev/null || \
	{ [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get -qq update && $(INSTALL) chromium-headless-shell >/dev/null 2>&1; } || \
	command -v chromium chromium-browser google-chrome >/dev/null || \
	{ [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && $(INSTALL) chromium >/dev/null; } || \
	echo "There is no Chromium and it can not be installed here: browser journeys do not run. Install the package chromium-headless-shell or chromium." >&2

check: generate ## vet, lint and look for races
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); exit 1; }
	@go mod tidy -diff && cd bench && go mod tidy -diff
	@go vet -tags browser,crash ./...
	@go tool -modfile=lint.mod staticcheck -tags browser,crash ./...
	@go test -race ./authz ./catalog ./handlers/guard

bench: generate ## print what the hot paths cost, as ratios
	@cd bench && go run .
	@go test -run '^$$' -bench . -benchmem ./authz ./models/program ./handlers/...

test-crash: generate ## kill the panel and its Postgres over and over
	@go test -tags crash -run Crash -count 1 -v ./postgres

attack: build ## flood and guess at a running panel for a minute and print what others feel
	@go run ./attack

storybook: build ## serve every page in every state at 127.0.0.1:8090
	@bin/bailiwick storybook

clean: ## remove what was built; data stays
	@rm -rf bin node_modules static/dist/*.* postgres/dist/*.zst && find . -name '*_templ.go' -not -path './node_modules/*' -delete

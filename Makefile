# 准客呼 Zhunkehu: two commands do everything: `make demo` and `make test`. `make help` names the others.
.DEFAULT_GOAL := help
.PHONY: help demo clean-demo test fmt lint bench bless deb soak accept
SHELL := /bin/bash

help:            ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

demo:            ## run the whole product on this machine; FOR=60 ends after 60 s with a checked summary
	@deploy/dev/demo.sh $(FOR)

clean-demo:      ## remove the demo's data
	@deploy/dev/clean-demo.sh

test:            ## install the test peers, run every test, end with the counts
	@deploy/dev/test.sh

fmt:             ## format everything
	@deploy/dev/fmt.sh

lint:            ## formatting, clippy, licences, shell scripts, web
	@deploy/dev/lint.sh

bench:           ## measure, and print the table of docs/bench.md
	@deploy/dev/bench.sh

bless:           ## take today's answers as the expected ones; look at the diff afterwards
	@deploy/dev/bless.sh

deb:             ## build the appliance's Debian package into target/deb
	@deploy/appliance/build-deb.sh

soak:            ## the long tests; SOAK_MINUTES=60
	@deploy/dev/soak.sh

accept:          ## the tests that need the data beside the project; says what did not run
	@deploy/dev/accept.sh

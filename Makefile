# Every target is one command of scripts/gp, which needs nothing but Python 3.11-3.13.
# Options: PORT, DB, LANG_CODE=zh_CN|en_US, DEMO=0; ARGS goes to pytest or to the benchmarks.
PYTHON ?= python3
GP = $(PYTHON) scripts/gp
export PORT DB LANG_CODE DEMO

.PHONY: help run test test-fast test-deep lint shell psql reset clean i18n bench bench-settlement bench-orders setup

help:
	@$(GP) --help

run:
	@$(GP) run

test:
	@$(GP) test -- $(ARGS)

test-fast:
	@$(GP) test --fast -- $(ARGS)

test-deep:
	@$(GP) test --deep -- $(ARGS)

bench:
	@$(GP) bench -- $(ARGS)

bench-settlement:
	@$(GP) bench -- settlement $(ARGS)

bench-orders:
	@$(GP) bench -- orders $(ARGS)

lint shell psql reset clean i18n setup:
	@$(GP) $@

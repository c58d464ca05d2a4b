# SPDX-License-Identifier: Apache-2.0
#
#   make            build/ing2gw, ready to run            make install    honours PREFIX and DESTDIR
#   make deps       get what the build needs              make demo       convert an example and show it
#   make test       everything that needs no judges       make judges     get kubectl-validate, the CRDs, Go
#   make validate   all output against the real schemas   make corpus DIR=path   a folder of real manifests
#   make judge-traffic  recorded traffic, before and after; judge-traffic-traefik, judge-traffic-contour: the same with those
#   make judges-envoy  build a real Envoy Gateway    make judge-envoy   trace against what it and a real Envoy answer
#   make judges-others build Traefik and Contour     make judge-traefik, make judge-contour   the same with those
#   make test-cluster  the live cluster: a real API server, and what may go wrong on the way there
#   make oracle     trace against recorded answers        make bench      time and memory, and what reading alone costs
#   make test-threads  races, under ThreadSanitizer
#   make lint       static analysis                       make fuzz SECONDS=60   findings fail
#   make fuzz-coverage   which part of the parsers the fuzz targets reach
#   make golden-update      show and accept changed expectations
#   make coverage-table     how many annotations and features are carried
#
# CC, CPPFLAGS, CFLAGS, LDFLAGS and LDLIBS are yours; what the program itself needs is added to them. Sources are found,
# not listed: a file that is put into src/ is built.

CC ?= cc
AR ?= ar
CFLAGS ?= -O2 -g
PREFIX ?= /usr/local
SECONDS ?= 60
PKG_CONFIG ?= pkg-config
# The compiler of programs that run while building; another one than CC in a cross build.
HOSTCC ?= $(CC)

ifeq ($(origin CC),default)
CC := $(shell command -v cc >/dev/null 2>&1 && echo cc || (command -v gcc >/dev/null 2>&1 && echo gcc || echo clang))
endif

# Where objects go and what is made of them. make test calls itself with other values.
B := build/release
OUT := build
WERROR :=

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wcast-qual -Wwrite-strings \
	-Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wswitch-enum -Wvla -Wundef
OUR_CFLAGS := -std=c11 -pthread -D_POSIX_C_SOURCE=200809L -Isrc -Iinclude $(WARNINGS) $(WERROR)

# PKG, and -l words for machines without pkg-config.
MODULES := yaml-0.1 libcjson libpcre2-8 libcrypto
PLAIN_LIBS := -lyaml -lcjson -lpcre2-8 -lcrypto
ifneq ($(wildcard src/http/*.c),)
MODULES += libcurl
PLAIN_LIBS += -lcurl
endif
LIB_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(MODULES) 2>/dev/null)
LIBS := $(or $(shell $(PKG_CONFIG) --libs $(MODULES) 2>/dev/null),$(PLAIN_LIBS)) -pthread

SOURCES := $(shell find src -name '*.c' ! -path 'src/mapping/embed/*' | LC_ALL=C sort)
CLI_SOURCES := $(filter src/cli/%,$(SOURCES))
LIB_SOURCES := $(filter-out src/cli/%,$(SOURCES))
UNIT_SOURCES := $(shell find tests/unit -name '*.c' 2>/dev/null | LC_ALL=C sort)
TABLES := $(shell find mappings -name '*.yaml' -o -name '*.tsv' 2>/dev/null | LC_ALL=C sort)

GENERATED := build/gen/mapping_builtin.c
LIB_OBJECTS := $(LIB_SOURCES:%.c=$(B)/%.o) $(B)/gen/mapping_builtin.o
CLI_OBJECTS := $(CLI_SOURCES:%.c=$(B)/%.o)
UNIT_OBJECTS := $(UNIT_SOURCES:%.c=$(B)/%.o)

# V=1 shows the commands.
Q := $(if $(V),,@)
SAY = $(if $(V),@:,@printf '  %-6s %s\n')

COMPILE_FLAGS = $(OUR_CFLAGS) $(LIB_CFLAGS) $(CPPFLAGS) $(CFLAGS)
define COMPILE
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(COMPILE_FLAGS) $(1) -MMD -MP -c -o $@ $<
endef

JOBS := $(shell nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
# Parallel unless -j was said by the caller (then the job server decides). Not with := because make knows it late.
PARALLEL = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(JOBS))
SUBMAKE = +@$(MAKE) --no-print-directory $(PARALLEL)

.PHONY: all binary coverage-table deps deps-test deps-judges demo test test-cluster golden-update oracle bench corpus judges judges-envoy judges-others judge-envoy judge-translator judge-controller judge-mutants judge-traffic judge-traffic-translator judge-traffic-controller judge-traffic-traefik judge-traffic-contour judge-traefik judge-contour validate lint fuzz fuzz-coverage install clean \
	test-build test-threads clang-build cppcheck clang-tidy analyzer FORCE
.DELETE_ON_ERROR:
.SUFFIXES:

all:
	$(SUBMAKE) binary

binary: $(OUT)/ing2gw

# ---- objects, library, binary ----

$(OUT)/ing2gw: $(CLI_OBJECTS) $(OUT)/libing2gw.a
	$(SAY) LINK $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(CLI_OBJECTS) $(OUT)/libing2gw.a $(LIBS) $(LDLIBS)

# "q", because "r" would take two files of one name in two rooms for one member.
$(OUT)/libing2gw.a: $(LIB_OBJECTS) $(B)/sources.list
	@rm -f $@
	$(SAY) AR $@
	$(Q)$(AR) qcs $@ $(LIB_OBJECTS)

$(B)/%.o: %.c $(B)/flags.list | build/.libraries
	$(call COMPILE)

$(B)/gen/mapping_builtin.o: build/gen/mapping_builtin.c $(B)/flags.list | build/.libraries
	$(call COMPILE)

# Lists that change only when their content does, so that a file that went away is noticed.
define WRITE_LIST
	@mkdir -p $(@D)
	@printf '%s\n' $(1) >$@.new; if cmp -s $@.new $@; then rm -f $@.new; else mv $@.new $@; fi
endef

$(B)/flags.list: FORCE
	$(call WRITE_LIST,'$(subst ','\'',$(CC) $(COMPILE_FLAGS))')

$(B)/sources.list: FORCE
	$(call WRITE_LIST,$(LIB_SOURCES))

build/gen/tables.list: FORCE
	$(call WRITE_LIST,$(TABLES))

# It reads the tables with the reader of the program itself, so a cross build needs libyaml and cJSON on both machines.
EMBED_SOURCES := src/mapping/embed/embed.c $(wildcard src/base/*.c src/doc/*.c)

build/gen/embed: $(EMBED_SOURCES) $(wildcard src/base/*.h src/doc/*.h) | build/.libraries
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(HOSTCC) -std=c11 -pthread -D_POSIX_C_SOURCE=200809L -Isrc $(WARNINGS) -O1 -o $@ $(EMBED_SOURCES) -lyaml -lcjson -lm

build/gen/mapping_builtin.c: build/gen/embed build/gen/tables.list $(TABLES)
	$(SAY) EMBED mappings
	$(Q)build/gen/embed mappings $(TABLES) >$@

# Once: are compiler and libraries there? The message names the packages of this distribution.
build/.libraries: tests/deps.sh $(wildcard src/http)
	@CC='$(CC)' CPPFLAGS='$(CPPFLAGS)' tests/deps.sh check build
	@mkdir -p build
	@touch $@

# ---- what the machine needs ----

deps:
	@tests/deps.sh install build

deps-test:
	@tests/deps.sh install build test

deps-judges-envoy:
	@tests/deps.sh install judges-envoy

deps-judges:
	@tests/deps.sh install judges

# ---- see it work ----

demo: deps
	@$(MAKE) --no-print-directory -s all
	@mkdir -p build/demo
	@printf '%s\n' '$$ cat fixtures/quickstart/input/*'
	@cat fixtures/quickstart/input/*
	@printf '\n%s\n' '$$ build/ing2gw convert -f fixtures/quickstart/input'
	@build/ing2gw convert -f fixtures/quickstart/input >build/demo/manifests.yaml 2>build/demo/report.txt; \
		rc=$$?; cat build/demo/manifests.yaml; printf '\n'; cat build/demo/report.txt; \
		printf '\nmanifests: build/demo/manifests.yaml   report: build/demo/report.txt   exit code %d\n' $$rc; \
		[ $$rc -le 1 ]

# ---- tests ----

SANITIZE := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all

# The program, the library and the unit tests under the sanitizers, in build/test.
test-build:
	$(SUBMAKE) B=build/test/obj OUT=build/test WERROR=-Werror CFLAGS='$(SANITIZE)' build/test/ing2gw build/test/unit build/test/render

# The program under ThreadSanitizer, asked with several threads what it is asked with one. ARGS='--only annotations' for some cases.
test-threads: deps-test
	$(SUBMAKE) B=build/threads/obj OUT=build/threads CFLAGS='-O1 -g -fsanitize=thread' build/threads/ing2gw
	@tests/python.sh tests/jobs.py --binary build/threads/ing2gw $(ARGS)

build/test/gen/groups.h: FORCE
	$(call WRITE_LIST,$(patsubst tests/unit/test_%.c,'GROUP(%)',$(filter tests/unit/test_%.c,$(UNIT_SOURCES))))

$(B)/tests/unit/main.o: build/test/gen/groups.h
$(B)/tests/unit/%.o: tests/unit/%.c $(B)/flags.list | build/.libraries
	$(call COMPILE,-Ibuild/test/gen)

# Everything but main() of the program, so that tests may also call what belongs to the command line.
$(OUT)/unit: $(UNIT_OBJECTS) $(filter-out $(B)/src/cli/main.o,$(CLI_OBJECTS)) $(OUT)/libing2gw.a
	$(SAY) LINK $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS) -lcmocka $(LDLIBS)

# Writes a model down for a real nginx (tests/nginx.py).
$(OUT)/render: $(B)/tests/nginx/render.o $(OUT)/libing2gw.a
	$(SAY) LINK $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS) $(LDLIBS)

# Says what the reader of the Gateway side sees of objects (tests/judge_cluster.py).
$(OUT)/conditions: $(B)/tests/judges/conditions.o $(OUT)/libing2gw.a
	$(SAY) LINK $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS) $(LDLIBS)

# The program with calls of the system that fail (tests/faults.py).
$(OUT)/faulty: $(B)/tests/faults/faults.o $(CLI_OBJECTS) $(OUT)/libing2gw.a
	$(SAY) LINK $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS) -ldl $(LDLIBS)

# The other compiler: objects only, its warnings are what counts.
clang-build:
	$(SUBMAKE) CC=clang B=build/clang WERROR=-Werror CFLAGS=-O1 clang-objects

clang-objects: $(LIB_OBJECTS) $(CLI_OBJECTS) $(UNIT_OBJECTS) $(patsubst %.c,$(B)/%.o,$(wildcard tests/fuzz/*.c))

# How many annotations and features are carried, as the README has it.
coverage-table: binary-for-golden
	@tests/python.sh tests/coverage.py --binary build/ing2gw

# SHARE=1: sanitizers watch all of it, and not a share of the longest checks. EVERY=1: every call is failed once, and not each 50th.
test: deps-test
	@MAKE='$(MAKE)' SHARE='$(SHARE)' EVERY='$(EVERY)' tests/test.sh

# A real etcd and kube-apiserver (make judges-envoy builds them) in a network namespace.
test-cluster: test-build
	@tests/python.sh tests/live.py --binary build/test/ing2gw
	@tests/python.sh tests/live_faults.py --binary build/test/ing2gw
	@tests/python.sh tests/live_apply.py --binary build/test/ing2gw

golden-update: binary-for-golden
	@tests/python.sh tests/golden.py --update --binary build/ing2gw

binary-for-golden:
	@$(MAKE) --no-print-directory -s all

# ARGS='-v --set r12' shows what differs.
oracle: binary-for-golden
	@tests/python.sh tests/oracle.py --binary build/ing2gw $(ARGS)

# ARGS='--only www' for some inputs, ARGS=--million for one that takes minutes and gigabytes, ARGS='--least 100000' fails below so many requests.
bench: binary-for-golden build/scan
	@tests/python.sh tests/bench.py --binary build/ing2gw --scan build/scan $(ARGS)

# Only reads YAML: what everything is held against.
build/scan: tests/bench/scan.c | build/.libraries
	$(SAY) CC $<
	$(Q)$(CC) -std=c11 $(WARNINGS) $(LIB_CFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $< $(LIBS)

corpus:
	@[ -n '$(DIR)' ] || { echo 'make corpus DIR=path' >&2; exit 2; }
	@$(MAKE) --no-print-directory -s test-build
	@tests/python.sh tests/corpus.py --binary build/test/ing2gw '$(DIR)'

judges: deps-judges
	@tests/judges.sh

judges-envoy: deps-judges-envoy
	@tests/judges_real.sh translator envoy api kubectl controller

judges-others: deps-judges-envoy
	@tests/judges_real.sh envoy api traefik contour

# SETS=500 SEED=1 ARGS='--keep FOLDER'; what is not built yet is named.
JUDGED = $(if $(SETS),--sets '$(SETS)') $(if $(SEED),--seed '$(SEED)') $(ARGS)
JUDGE_CLUSTER = @tests/python.sh tests/judge_cluster.py --binary build/ing2gw --program build/conditions $(JUDGED) --implementation
judge-envoy: judge-translator judge-controller

judge-translator: binary-for-judges
	@tests/python.sh tests/judge_envoy.py --binary build/ing2gw $(JUDGED)

# Of the manifests of the fixtures, broken on purpose: those that verify calls alike.
judge-mutants: binary-for-judges
	@tests/python.sh tests/judge_envoy.py --binary build/ing2gw --sets 0 --recorded 0 --mutants 1 $(if $(SEED),--seed '$(SEED)') $(ARGS)

# Recorded sets of ingress-nginx, converted and served by a real Envoy: what each request is answered, before and after. Many through the
# translator; some through the controller on an API server, with ListenerSets.
judge-traffic: judge-traffic-translator judge-traffic-controller

judge-traffic-translator: binary-for-judges
	@tests/python.sh tests/judge_traffic.py --binary build/ing2gw $(JUDGED)

judge-traffic-controller: binary-for-judges
	@tests/python.sh tests/judge_traffic.py --binary build/ing2gw --implementation envoy-gateway $(if $(SETS),,--sets 60) $(JUDGED)

# The same through the controllers of others, on an API server.
judge-traffic-traefik: binary-for-judges
	@tests/python.sh tests/judge_traffic.py --binary build/ing2gw --implementation traefik $(JUDGED)

judge-traffic-contour: binary-for-judges
	@tests/python.sh tests/judge_traffic.py --binary build/ing2gw --implementation contour $(JUDGED)

judge-controller: binary-for-judges
	$(JUDGE_CLUSTER) envoy-gateway

judge-traefik: binary-for-judges
	$(JUDGE_CLUSTER) traefik

judge-contour: binary-for-judges
	$(JUDGE_CLUSTER) contour

binary-for-judges:
	$(SUBMAKE) binary build/conditions

validate: binary-for-golden
	@tests/python.sh tests/validate.py --binary build/ing2gw $(if $(DIR),--corpus '$(DIR)' $(if $(VERSIONS),--versions '$(VERSIONS)'))

# Findings fail. SECONDS is the time for each target, TARGET=fuzz_x that one alone.
fuzz: $(GENERATED)
	@tests/deps.sh install build fuzz
	@CC=clang CFLAGS_OF_OURS='$(OUR_CFLAGS) $(LIB_CFLAGS)' LIBS='$(LIBS)' JOBS='$(JOBS)' TARGET='$(TARGET)' \
		tests/fuzz.sh run '$(SECONDS)' $(GENERATED) $(LIB_SOURCES)

# Which part of the lines of a parser its target reaches, with what it has found so far; less than 90 % fails.
fuzz-coverage: $(GENERATED)
	@tests/deps.sh install build fuzz fuzz-coverage
	@CC=clang CFLAGS_OF_OURS='$(OUR_CFLAGS) $(LIB_CFLAGS)' LIBS='$(LIBS)' JOBS='$(JOBS)' TARGET='$(TARGET)' \
		tests/fuzz.sh coverage '$(SECONDS)' $(GENERATED) $(LIB_SOURCES)

# ---- static analysis; a tool that is not installed is named and passed over ----

lint: clang-tidy cppcheck analyzer

clang-tidy: $(GENERATED)
	@if command -v clang-tidy >/dev/null 2>&1; then \
		printf '%s\n' $(SOURCES) | xargs -P $(JOBS) -n 4 sh -c \
		'clang-tidy --quiet "$$@" -- $(filter-out -Werror,$(OUR_CFLAGS)) $(LIB_CFLAGS)' clang-tidy; \
	else echo 'clang-tidy is not installed, passed over'; fi

cppcheck:
	@if command -v cppcheck >/dev/null 2>&1; then \
		cppcheck --quiet --std=c11 --enable=warning,portability,performance --inline-suppr --error-exitcode=1 \
		--suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches --suppress=unmatchedSuppression \
		-D_POSIX_C_SOURCE=200809L '-D_Noreturn=__attribute__((noreturn))' -Isrc -Iinclude -j $(JOBS) $(SOURCES); \
	else echo 'cppcheck is not installed, passed over'; fi

analyzer: $(GENERATED)
	@if gcc -fanalyzer -E -x c /dev/null >/dev/null 2>&1; then \
		printf '%s\n' $(SOURCES) | xargs -P $(JOBS) -n 1 \
		gcc $(OUR_CFLAGS) $(LIB_CFLAGS) -O1 -fanalyzer -Werror -c -o /dev/null; \
	else echo 'gcc with -fanalyzer is not installed, passed over'; fi

# ---- installation ----

build/ing2gw.1: build/ing2gw
	build/ing2gw --man >$@

# The library is static, so its users link what it uses.
build/ing2gw.pc: build/ing2gw Makefile
	@version=$$(build/ing2gw --version | sed -n '1s/^.* \([0-9]*\.[0-9]*\.[0-9][^ ]*\).*/\1/p'); \
	[ -n "$$version" ] || { echo 'build/ing2gw --version names no version' >&2; exit 1; }; \
	printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$${prefix}/lib' 'includedir=$${prefix}/include' '' 'Name: ing2gw' \
		'Description: Kubernetes Ingress to Gateway API' "Version: $$version" 'Requires: $(MODULES)' \
		'Libs: -L$${libdir} -ling2gw -pthread' 'Cflags: -I$${includedir}' >$@

.PHONY: install-files
install: all
	@rm -f build/ing2gw.pc
	@$(MAKE) --no-print-directory install-files

install-files: build/ing2gw.1 build/ing2gw.pc
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/include $(DESTDIR)$(PREFIX)/lib/pkgconfig \
		$(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/zsh/site-functions
	install -m 755 build/ing2gw $(DESTDIR)$(PREFIX)/bin/ing2gw
	ln -sf ing2gw $(DESTDIR)$(PREFIX)/bin/kubectl-ing2gw
	ln -sf ing2gw $(DESTDIR)$(PREFIX)/bin/kubectl_complete-ing2gw
	install -m 644 completion/ing2gw.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/ing2gw
	install -m 644 completion/_ing2gw $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_ing2gw
	install -m 644 include/ing2gw.h $(DESTDIR)$(PREFIX)/include/ing2gw.h
	install -m 644 build/libing2gw.a $(DESTDIR)$(PREFIX)/lib/libing2gw.a
	install -m 644 build/ing2gw.pc $(DESTDIR)$(PREFIX)/lib/pkgconfig/ing2gw.pc
	install -m 644 build/ing2gw.1 $(DESTDIR)$(PREFIX)/share/man/man1/ing2gw.1

clean:
	rm -rf build

-include $(LIB_OBJECTS:.o=.d) $(CLI_OBJECTS:.o=.d) $(UNIT_OBJECTS:.o=.d) $(B)/tests/nginx/render.d $(B)/tests/judges/conditions.d $(B)/tests/faults/faults.d

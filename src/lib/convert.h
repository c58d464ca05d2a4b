/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The work of `ing2gw convert` on texts in memory: read, choose, translate, check, print, account. The command line and
 * the public functions of ing2gw.h are thin shells around it. No files, no streams, no exit.
 */
#ifndef ING2GW_LIB_CONVERT_H
#define ING2GW_LIB_CONVERT_H

#include "doc/doc.h"
#include "mapping/mapping.h"
#include "report/report.h"

enum world { WORLD_AUTO, WORLD_OPEN, WORLD_CLOSED };
enum listeners { LISTENERS_AUTO, LISTENERS_GATEWAY, LISTENERS_SET };
enum output_format { OUTPUT_YAML, OUTPUT_JSON };

struct convert_options {
	struct doc_limits limits;
	enum world world;
	str target;                    /* empty: "standard" */
	str gateway_api;               /* empty: the target's */
	bool experimental;
	enum listeners listeners;
	str gateway;                   /* "NS/NAME" or empty */
	str gateway_class;             /* empty: print one */
	struct str_list from;          /* controllers to convert; empty: all that are found */
	struct str_list ingress_class; /* classes to convert; empty: all */
	str controller_config;         /* "NS/NAME" or empty */
	struct str_list controller_flags;   /* "NAME=VALUE" */
	str controller_version;
	str default_certificate;       /* "NS/NAME" or empty */
	struct str_list accept;        /* features whose loss is accepted */
	struct mapping_texts mappings; /* further tables; they have been checked (tables_load) */
	enum loss strict;              /* LOSS_NONE: routing */
	bool comments;
	bool rejects;                  /* make the open form of what is closed */
	enum output_format format;
};

/* One run: everything that it made lives in its arena until convert_release(). */
struct convert {
	struct escape escape;
	struct arena arena, scratch;
	struct sources sources;
	struct diags diags;
	struct ledger ledger;
	struct convert_options options;
	str manifests;                 /* what goes to stdout */
	str rejects;                   /* the open form of what was closed, where the options ask for it */
	struct report report;
};

/* Defaults: strict routing, comments on, YAML. */
void convert_options_init(struct convert_options *options);

/*
 * The caller sets up `run` with convert_init(), adds texts to run->sources (sources_add, texts must live as long as
 * run; diagnostics of reading files go to run->diags with their place), then calls convert_run(). On exhaustion of memory
 * the jump goes to run->escape, which the caller has set: see ing2gw.c and cli/command.c for the pattern.
 */
void convert_init(struct convert *run, const struct convert_options *options, size_t memory_limit);
void convert_run(struct convert *run);
void convert_release(struct convert *run);

#endif

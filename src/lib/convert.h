/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The work of `ing2gw convert` on texts in memory: read, choose, translate, check, print, account. The command line and
 * the public functions of ing2gw.h are thin shells around it. No files, no streams, no exit.
 */
#ifndef ING2GW_LIB_CONVERT_H
#define ING2GW_LIB_CONVERT_H

#include "lib/accept.h"
#include "lib/choice.h"
#include "lib/intake.h"
#include "lib/layout.h"
#include "report/report.h"
#include "verify/pairs.h"

enum listeners { LISTENERS_AUTO, LISTENERS_GATEWAY, LISTENERS_SET };
enum output_format { OUTPUT_YAML, OUTPUT_JSON };

struct convert_options {
	struct intake_options in;
	struct choice choice;          /* what is printed; empty: everything */
	str target;                    /* empty: "standard" */
	bool channel_said;             /* experimental, below, is what the user said */
	str gateway_api;               /* empty: the target's */
	bool experimental;
	bool exact;                    /* paths as the source has them, where that can be; else as people write them */
	enum listeners listeners;
	str gateway;                   /* "NS/NAME" or empty */
	str existing_gateway;          /* "NS/NAME" or empty */
	enum topology topology;
	str gateway_class;             /* empty: print one */
	struct str_list accept;        /* features whose loss is accepted */
	struct accepted_differences *accepted;   /* differences that the proof may find; they are counted; or NULL */
	enum loss strict;              /* LOSS_NONE: routing */
	bool comments;
	bool proof;                    /* ask what is printed the same as the Ingresses */
	bool rejects;                  /* make the open form of what is closed */
	enum output_format format;
	struct str_list earlier;       /* with a choice: objects that earlier runs have printed into the folder; they stay there, as they are now */
	enum layout layout;            /* other than LAYOUT_NONE: as files, and no text */
};

/* One run: everything that it made lives in the arena of `in` until convert_release(). */
struct convert {
	struct intake in;
	struct convert_options options;
	str manifests;                 /* what goes to stdout */
	struct layout_files files;     /* or into a folder */
	LIST(struct printed) objects;  /* before a choice is made among them */
	struct known_pairs gateways;   /* printed, or there already, with the load balancers that they stand for */
	struct statements statements;  /* what the conversion has said of requests */
	str rejects;                   /* the open form of what was closed, where the options ask for it */
	struct report report;
};

/* Defaults: strict routing, comments on, YAML. */
void convert_options_init(struct convert_options *options);

/*
 * The caller sets up `run` with convert_init(), adds texts to run->in.sources (see intake.h), then calls convert_run(). On
 * exhaustion of memory the jump goes to run->in.escape, which the caller has set: see ing2gw.c and cli/command.c for the pattern.
 */
void convert_init(struct convert *run, const struct convert_options *options, size_t memory_limit);
void convert_run(struct convert *run);
void convert_release(struct convert *run);

/* One run within another one: `use` adds texts, calls convert_run() and takes what it wants. Where memory ends, it ends for the outer run as well. */
void convert_within(struct arena *outer, const struct convert_options *options, void (*use)(struct convert *run, void *user), void *user);

#endif

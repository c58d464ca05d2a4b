/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every command does that asks what Ingresses mean: tables, texts, snapshot, model. convert goes on to manifests, trace to
 * answers. Works on texts in memory.
 */
#ifndef ING2GW_LIB_INTAKE_H
#define ING2GW_LIB_INTAKE_H

#include "doc/doc.h"
#include "gateway/side.h"
#include "kube/dump.h"
#include "kube/snapshot.h"
#include "ledger/ledger.h"
#include "mapping/mapping.h"
#include "route/model.h"

enum world { WORLD_AUTO, WORLD_OPEN, WORLD_CLOSED };

struct intake_options {
	struct doc_limits limits;
	enum world world;
	struct str_list from;          /* controllers; empty: all that are found */
	struct str_list ingress_class; /* classes; empty: all */
	str controller_config;         /* "NS/NAME" or empty */
	struct str_list controller_flags;   /* "NAME=VALUE" */
	str controller_version;
	str default_certificate;       /* "NS/NAME" or empty */
	struct mapping_texts mappings; /* further tables; they have been checked (tables_load) */
	str target;                    /* whose choices count on the Gateway side, where there is one; or empty */
	size_t jobs;                   /* threads that ask what is printed; 0: as many as there are processors */
	struct str_list choices;       /* "NAME=VALUE", before those of the target; they have been checked (intake_choose) */
};

/* All that is made lives in its arena until intake_release(). */
struct intake {
	struct escape escape;
	struct arena arena, scratch;
	struct sources sources;
	struct diags diags;
	struct ledger ledger;
	struct dump_head dump;         /* of the input, where it is one of a cluster */
	const struct intake_options *options;
	struct mapping mapping;
	struct snapshot snapshot;
	struct model *model;           /* NULL until intake_model() */
	uint32_t after;                /* the first source of the Gateway side, what is applied to that of the others; 0: there is none */
	struct gateway_side gateway;
	struct gateway_models *models; /* of it, after intake_gateway_model() */
	const struct gateway_choices *choices;   /* of the model that was made */
	struct snapshot world;         /* of the Gateway side: Services and the like of all sources */
	struct diags silent;           /* what has been said already, or is not worth a word */
	bool proves;                   /* convert: what is printed is a Gateway side, with what the input has of the Gateway API beside routes */
	bool keeps_routes;             /* convert: routes of the input are read into `routes`, whatever else is done with them */
	struct gateway_side routes;
	bool proves_routes;            /* with routes, too: they share a Gateway that exists */
	bool unreadable;               /* a document, or a part of the input */
	bool bug;                      /* of ours, reported: a table that does not load */
};

/*
 * The caller adds texts to intake->sources (sources_add, texts must live as long as intake; diagnostics of reading files go to
 * intake->diags with their place), then calls the stages in the order in which they stand here. On exhaustion of memory
 * the jump goes to intake->escape, which the caller has set.
 */
void intake_init(struct intake *intake, const struct intake_options *options, size_t memory_limit);
bool intake_tables(struct intake *intake);    /* false: a built-in table is no good, which has been reported; those that are there stay */
void intake_read(struct intake *intake);
void intake_model(struct intake *intake);
void intake_read_printed(struct intake *intake, uint32_t first);   /* the sources from `first` on, which convert has made; with proves */
struct model *intake_gateway_model(struct intake *intake);   /* of the Gateway side, which is there */
void intake_release(struct intake *intake);

/* Objects of the cluster may be there that could not be read. */
bool intake_is_partial(const struct intake *intake);
/* What the tables' controllers know beside Ingresses. */
const struct vendor_kinds *intake_vendor_kinds(struct arena *arena, const struct mapping *mapping);

/* Whether an implementation of the Gateway side can choose this. The help names all that it can. */
bool intake_choose(str name, str value);
str intake_choices_help(struct arena *arena);

/* Reports a bug of ours. */
void intake_bug(struct intake *intake, str message);

#endif

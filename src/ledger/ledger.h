/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The account of the input. Every annotation, label, field and default becomes a fact here before anything is
 * translated, and ends in exactly one state; nothing vanishes. A fact starts as ineffective; the stages that use it raise
 * its state, and the state is the worst of all that was said of it.
 */
#ifndef ING2GW_LEDGER_LEDGER_H
#define ING2GW_LEDGER_LEDGER_H

#include "base/diag.h"

/* From best to worst: the state of a fact is the greatest that was said of it. */
enum fact_state {
	FACT_INEFFECTIVE,      /* no effect in the source, with the reason */
	FACT_METADATA,         /* kept as label or annotation */
	FACT_TRANSLATED,       /* a printed field carries it */
	FACT_DIFFERENT,        /* translated with a stated difference */
	FACT_EXTENSION,        /* needs a policy of a target that was not chosen */
	FACT_INEXPRESSIBLE,
	FACT_INVALID,
	FACT_UNKNOWN,          /* no table has a row for it */
	FACT_STATE_COUNT
};

enum ingress_state { INGRESS_CONVERTED, INGRESS_CLOSED, INGRESS_FAILED, INGRESS_SKIPPED, INGRESS_INACTIVE, INGRESS_STATE_COUNT };

str fact_state_name(enum fact_state state);
str ingress_state_name(enum ingress_state state);

struct record;

struct fact {
	struct record *record;   /* NULL for a default of a controller */
	str key;                 /* annotation name, "metadata.labels.x", JSON path of a field, "default:FEATURE" */
	str value;               /* as written, for messages */
	struct place at;
	uint32_t span;
	enum fact_state state;
	str feature;             /* or empty */
	bool assumed;            /* rests on an assumption of the open world */
	struct str_list places;  /* "HTTPRoute/ns/name#/spec/rules/0/timeouts/request" */
	enum loss loss;
	bool has_code;
	enum diag_code code;
	str reason;              /* of ineffective, inexpressible, invalid, unknown: one sentence, or empty */
};

/* One Ingress, or another object whose entries are facts. */
struct record {
	str kind;                /* "Ingress", "ConfigMap", "Service" */
	str namespace, name;     /* namespace as it counts ("default" when none is written) */
	struct place at;
	str controller;          /* name of the table, or empty */
	str counted_as;          /* of another object than an Ingress: what one of its facts is called where they are counted; empty: as its kind has it */
	str decided_by;          /* which rule chose the controller, in words */
	enum ingress_state state;
	struct str_list objects; /* "HTTPRoute/ns/name" that came of it */
	LIST(struct fact *) facts;
};

struct ledger {
	struct arena *arena;
	LIST(struct record *) records;   /* Ingresses */
	LIST(struct record *) others;    /* ConfigMaps of TCP and UDP services, Services of load balancers; they are not counted */
	LIST(struct fact *) defaults;
};

void ledger_init(struct ledger *ledger, struct arena *arena);
struct record *ledger_record(struct ledger *ledger, str namespace, str name, struct place at);
/* The record of an object of another kind, made when there is none. */
struct record *ledger_other(struct ledger *ledger, str kind, str namespace, str name, struct place at);
/* record NULL: a default. Texts are not copied. */
struct fact *ledger_fact(struct ledger *ledger, struct record *record, str key, str value, struct place at, uint32_t span);

str record_object(struct arena *arena, const struct record *record);   /* "Ingress/ns/name" */
struct diag_site fact_site(struct arena *arena, const struct fact *fact);

/* At least this state. fact may be NULL (then nothing happens), also below. */
void fact_worsen(struct fact *fact, enum fact_state state);
/* It is lost: state, loss, code and reason, unless something worse was said before. */
void fact_lost(struct fact *fact, enum fact_state state, enum loss loss, enum diag_code code, str reason);
/* Why it has no effect; kept while the state stays ineffective. */
void fact_idle(struct fact *fact, str reason);
/* The Ingress's state, unless it is worse already (converted < closed; failed, skipped, inactive replace). */
void record_state(struct record *record, enum ingress_state state);

/* Records by namespace and name, objects and facts by place: the order of printing. */
void ledger_sort(struct ledger *ledger);

struct ledger_counts {
	size_t ingresses, by_state[INGRESS_STATE_COUNT], facts[FACT_STATE_COUNT];
};
/* Counts facts of Ingresses; defaults are not counted. namespace empty: all. */
struct ledger_counts ledger_count(const struct ledger *ledger, str namespace);

#endif

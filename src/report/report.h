/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One plain result, many faces. The library fills struct report; each face is one function that prints it. Nothing is
 * computed here that another face would have to compute again.
 */
#ifndef ING2GW_REPORT_REPORT_H
#define ING2GW_REPORT_REPORT_H

#include "base/buf.h"
#include "ledger/ledger.h"

struct kind_count {
	str kind;
	size_t count;
};

struct report {
	const struct sources *sources;
	const struct diags *diags;      /* sorted */
	const struct ledger *ledger;    /* sorted */
	str version;                    /* of ing2gw */
	str target;                     /* "standard" */
	str gateway_api, channel;       /* "1.5", "standard" */
	LIST(struct kind_count) written;   /* objects printed, in the order of printing */
	size_t other_objects;           /* objects of other kinds that were passed over */
	size_t closed_rules;
	str other_target;               /* the one that would carry most of what is lost, or empty */
	size_t other_closed;            /* Ingresses that would stand closed for it */
	size_t other_carried;           /* facts that are lost and it has a policy for */
	str routing;                    /* what the proof comes to, in lines; empty: there was none */
	str proof_json;                 /* the same for programs, in the form of the report; empty likewise */
	void (*add_differences)(void *differences, struct buf *out);   /* with `differences`: a list in the form of the report; NULL likewise */
	void (*add_depends)(void *differences, struct buf *out);       /* the same of what hangs on the implementation */
	void (*add_example)(void *differences, struct buf *out);       /* with it, too: a request for people, with both answers */
	void *differences;
	bool differs;                   /* the proof found a difference that nobody has stated */
	enum loss strict;               /* losses of this kind and graver ones count */
	int exit_code;
	bool unwritten;                 /* something could not be written */
};

struct report_style {
	bool color;
	unsigned width;                 /* columns to wrap at; 0: 100 */
	bool quiet;                     /* errors only, no table */
};

/* For people, compiler style: diagnostics with source line and caret, then the table by namespace and the closing lines. */
void report_text(struct buf *out, const struct report *report, struct report_style style);

/* Its diagnostics alone, with an empty line between them. Needs sources and diags, which need not be sorted here. */
void report_diags(struct buf *out, const struct report *report, struct report_style style);

/* Whether something counts as a loss by report->strict and is not accepted, or an Ingress is closed or has failed: exit code 1. */
bool report_has_loss(const struct report *report);

/* "ing2gw/report/v1", ends with a newline. */
void report_json(struct buf *out, const struct report *report);

#endif

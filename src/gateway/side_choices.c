/* SPDX-License-Identifier: Apache-2.0 */
/* What implementations may choose, by name: see side.h. */
#include "gateway/side.h"

#include "base/buf.h"

#include <stddef.h>

enum { VALUES = 3 };

struct choice_row {
	str name;
	size_t offset;
	bool flag;                       /* a bool, else an enum */
	str values[VALUES];              /* in the order of the enum; of a flag false and true */
};

#define ROW(name, field, flag, ...) { STR_INIT(name), offsetof(struct gateway_choices, field), flag, { __VA_ARGS__ } }
#define V(text) STR_INIT(text)

static const struct choice_row ROWS[] = {
	ROW("hosts", hosts, false, V("alone"), V("then-any"), V("then-wider")),
	ROW("regex-rank", regex_rank, false, V("before-prefix"), V("after-prefix"), V("by-length")),
	ROW("regex-path", regex_path, false, V("whole"), V("start"), V("anywhere")),
	ROW("regex-value", regex_value, false, V("whole"), V("start"), V("anywhere")),
	ROW("regex-order", regex_unordered, true, V("by-length"), V("other-criteria")),
	ROW("hostname", shared_hosts, true, V("written"), V("shared")),
	ROW("listeners", listeners, false, V("isolated"), V("merged"), V("http-merged")),
	ROW("no-certificate", unusable_absent, true, V("closed"), V("absent")),
	ROW("misdirected", misdirected_served, true, V("refused"), V("served")),
	ROW("last-dot", last_dot, true, V("ignored"), V("counts")),
	ROW("method", method_as_header, true, V("before-headers"), V("as-header")),
	ROW("path", path_decides, true, V("with-conditions"), V("decides")),
	ROW("slash", slash_needed, true, V("ignored"), V("needed")),
	ROW("header", header, false, V("whole"), V("any-element"), V("any-line")),
	ROW("preflight", preflights_answered, true, V("passed-on"), V("answered")),
	ROW("no-backend", refused_at_once, true, V("after-filters"), V("before-filters")),
	ROW("prefix-length", prefix_as_written, true, V("without-slash"), V("written")),
	ROW("redirect-host", host_as_sent, true, V("name"), V("as-sent")),
	ROW("redirect-port", usual_ports_dropped, true, V("said"), V("unusual-only")),
	ROW("replacement", replaced_as_text, true, V("elements"), V("text")),
	ROW("ties", newest_first, true, V("oldest"), V("newest")),
};

bool gateway_choices_set(struct gateway_choices *choices, str name, str value)
{
	uint64_t status;
	if (str_eq(name, STR("zero-weights")) && str_to_u64(value, 599, &status) && status >= 500) {
		choices->zero_weights = (uint32_t)status;
		return true;
	}
	for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
		const struct choice_row *row = &ROWS[i];
		void *field = (char *)choices + row->offset;
		for (unsigned k = 0; k < VALUES; k++) {
			if (!str_eq(row->name, name) || !row->values[k].n || !str_eq(row->values[k], value))
				continue;
			if (row->flag)
				*(bool *)field = k == 1;
			else
				*(unsigned *)field = k;
			return true;
		}
	}
	return false;
}

str gateway_choices_help(struct arena *arena)
{
	struct buf out;
	buf_init(&out, arena, 0);
	for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
		buf_printf(&out, "%s%.*s=", i ? ", " : "", STR_ARG(ROWS[i].name));
		for (size_t k = 0; k < VALUES && ROWS[i].values[k].n; k++)
			buf_printf(&out, "%s%.*s", k ? "|" : "", STR_ARG(ROWS[i].values[k]));
	}
	buf_add(&out, STR(", zero-weights=500|503"));
	return buf_str(&out);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What implementations may choose, by name: see side.h. */
#include "gateway/side.h"

#include "base/buf.h"

#include <stddef.h>

enum { VALUES = 4 };

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
	ROW("listeners", listeners, false, V("isolated"), V("merged"), V("http-merged"), V("by-route")),
	ROW("no-listener", listens, false, V("refused"), V("answered"), V("by-route")),
	ROW("no-certificate", unusable_absent, true, V("closed"), V("absent")),
	ROW("misdirected", misdirected, false, V("refused"), V("served"), V("by-name")),
	ROW("reuse", reuse_prevented, true, V("possible"), V("prevented")),
	ROW("underscores", underscores_refused, true, V("kept"), V("refused")),
	ROW("last-dot", last_dot, false, V("ignored"), V("counts"), V("wildcards")),
	ROW("method", method_as_header, true, V("before-headers"), V("as-header")),
	ROW("exact-values", exact_first, true, V("as-others"), V("first")),
	ROW("path", path_decides, true, V("with-conditions"), V("decides")),
	ROW("spelling", spelling, false, V("as-sent"), V("canonical"), V("redirected"), V("cleaned")),
	ROW("slash", slash_needed, true, V("ignored"), V("needed")),
	ROW("header", header, false, V("whole"), V("any-element"), V("any-line")),
	ROW("query", any_parameter, true, V("first"), V("any")),
	ROW("preflight", preflights_answered, true, V("passed-on"), V("answered")),
	ROW("no-backend", refused_at_once, true, V("after-filters"), V("before-filters")),
	ROW("unresolved", unresolved_left_out, true, V("keeps-share"), V("left-out")),
	ROW("prefix-length", prefix_as_written, true, V("without-slash"), V("written")),
	ROW("redirect-host", redirect_host, false, V("name"), V("as-sent"), V("port-kept")),
	ROW("redirect-port", redirect_port, false, V("said"), V("unusual-only"), V("always")),
	ROW("replacement", replacement, false, V("elements"), V("text"), V("verbatim"), V("joined")),
	ROW("order", summed, true, V("criteria"), V("sum")),
	ROW("ties", ties, false, V("oldest"), V("newest"), V("by-rule")),
	ROW("conflict", conflict, false, V("by-rank"), V("drops-rule"), V("drops-rule-turned")),
	ROW("redirect-query", redirect_without_query, true, V("looked-at"), V("ignored")),
	ROW("redirect-headers", redirects_bare, true, V("set"), V("absent")),
};

/* Those that are a status. */
static bool set_status(struct gateway_choices *choices, str name, str value)
{
	uint32_t *field = str_eq(name, STR("zero-weights")) ? &choices->zero_weights : str_eq(name, STR("no-backends")) ? &choices->no_backends : NULL;
	uint64_t status;
	if (field == &choices->no_backends && str_eq(value, STR("not-served"))) {
		*field = NOT_SERVED;
		return true;
	}
	if (!field || !str_to_u64(value, 599, &status) || status < 500)
		return false;
	*field = (uint32_t)status;
	return true;
}

bool gateway_choices_set(struct gateway_choices *choices, str name, str value)
{
	if (set_status(choices, name, value))
		return true;
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

struct gateway_choices gateway_choices_of(const struct target_table *target)
{
	struct gateway_choices choices = { 0 };
	for (size_t i = 0; target && i < target->choices.n; i++)
		gateway_choices_set(&choices, target->choices.item[i].name, target->choices.item[i].value);
	return choices;
}

str gateway_choices_get(const struct gateway_choices *choices, str name)
{
	if (str_eq(name, STR("zero-weights")))
		return choices->zero_weights == 503 ? STR("503") : STR("500");
	if (str_eq(name, STR("no-backends")))
		return choices->no_backends == NOT_SERVED ? STR("not-served") : choices->no_backends == 503 ? STR("503") : STR("500");
	for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
		const struct choice_row *row = &ROWS[i];
		const void *field = (const char *)choices + row->offset;
		if (str_eq(row->name, name))
			return row->values[row->flag ? *(const bool *)field : *(const unsigned *)field];
	}
	return (str){ "", 0 };
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
	buf_add(&out, STR(", zero-weights=500|503, no-backends=500|503|not-served"));
	return buf_str(&out);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions of a forward's cases as header matches: see conditions.h. */
#include "targets/conditions.h"

#include "base/buf.h"
#include "gateway/cel.h"
#include "targets/losses.h"
#include "targets/stated.h"
#include "targets/versions.h"

/*
 * A pattern that the source searches in the header, so that it means the same for implementations that compare the whole value and for
 * those that search.
 */
static str whole_value(struct arena *arena, str pattern)
{
	bool alternatives = str_has(pattern, STR("|"));
	bool begins = !alternatives && str_starts(pattern, STR("^"));
	bool ends = !alternatives && str_ends(pattern, STR("$")) && !str_ends(pattern, STR("\\$"));
	return arena_printf(arena, "%s%s%.*s%s%s", begins ? "" : ".*", alternatives ? "(" : "", STR_ARG(pattern), alternatives ? ")" : "", ends ? "" : ".*");
}

static bool is_header_value(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || (unsigned char)s.p[i] > 0x7E)
			return false;
	return s.n > 0 && s.n <= 4096 && s.p[0] != ' ' && s.p[s.n - 1] != ' ';
}

/* A cookie of that name, in any letter case, with that value, among others. */
static str cookie_pattern(struct arena *a, str name, str value)
{
	struct buf b;
	buf_init(&b, a, 0);
	buf_add(&b, STR("^(.*;[ ]*)?"));
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i], low = char_lower(c);
		if (char_is_alpha(c))
			buf_printf(&b, "[%c%c]", low, low - 'a' + 'A');   /* names of cookies have no letter case here */
		else
			buf_printf(&b, "%s%c", char_is_digit(c) || c == '_' || c == '-' ? "" : "\\", c);
	}
	buf_printf(&b, "=%.*s([ ]*;.*)?$", STR_ARG(value));
	return buf_str(&b);
}

bool case_has_condition(const struct forward_case *c)
{
	return c->header.n > 0 || c->cookie.n > 0;
}

bool case_condition(struct lowering *lw, const struct route *r, const struct forward_case *c, struct header_match *out)
{
	bool regex = c->value_regex || c->cookie.n > 0;
	str pattern = c->cookie.n ? cookie_pattern(lw->arena, c->cookie, c->value) : c->value;
	out->name = c->cookie.n ? STR("Cookie") : c->header;
	out->value = regex ? whole_value(lw->arena, pattern) : c->value;
	if (regex)
		out->type = STR("RegularExpression");
	static const str ROUTE = STR_INIT("HTTPRoute"), TYPE = STR_INIT("spec.rules[].matches[].headers[].type"), REGEX = STR_INIT("RegularExpression");
	if (regex && !version_has_value(lw, ROUTE, TYPE, REGEX)) {
		struct loss_text text = {
			.code = DIAG_CANARY_LOST, .loss = LOSS_ROUTING,
			.message = version_lacks_value(lw, ROUTE, TYPE, REGEX, STR("an expression on a header, as which a canary's condition would be said")),
			.effect = STR("requests with that header or cookie are no longer sent to the canary"),
			.help = STR("use a header with one fixed value, or weights"),
		};
		lose(lw, r, &c->facts, &text);
		return false;
	}
	if (!name_is_header(out->name) || !is_header_value(out->value)) {
		struct loss_text text = {
			.code = DIAG_CANARY_LOST, .loss = LOSS_ROUTING,
			.message = STR("a canary's header condition cannot be written in a Gateway"),
			.effect = STR("requests with that header are no longer sent to the canary"),
			.help = STR("use a header name of letters, digits and dashes, and a value of printable ASCII"),
		};
		lose(lw, r, &c->facts, &text);
		return false;
	}
	if (regex) {
		static const struct loss_text TEXT = {
			.code = DIAG_CANARY_DIFFERS, .loss = LOSS_BEHAVIOUR,
			.message = STR_INIT("a canary's condition is said as a regular expression on a header"),
			.effect = STR_INIT("implementations differ in the dialect of such expressions and in headers that are sent twice"),
			.help = STR_INIT("try the canary's requests on the implementation, or use a header with one fixed value"),
		};
		/* the annotation that holds the pattern stands last, and is what the message shows */
		struct fact_list facts = { 0 };
		fact_list_add(lw->arena, &facts, c->facts.n ? c->facts.item[c->facts.n - 1] : NULL);
		fact_list_join(lw->arena, &facts, &c->facts);
		differ(lw, r, &facts, &TEXT);
	}
	return true;
}

static void lose_condition(struct lowering *lw, const struct route *r, const struct condition *c)
{
	struct loss_text text = {
		.code = DIAG_CONDITION_DIFFERS, .loss = LOSS_ROUTING,
		.message = arena_printf(lw->arena, "a condition of a path cannot be written in a Gateway: %s%.*s", c->kind == CONDITION_METHOD ? "the method " : "the header ",
			STR_ARG(c->kind == CONDITION_METHOD ? c->value : c->name)),
		.effect = STR("requests that fulfil it are served by the next path of the host that takes them, or get 404"),
		.help = STR("use a method of HTTP, and a header name of letters, digits and dashes with a value of printable ASCII"),
	};
	lose(lw, r, &r->facts, &text);
}

/* With all that the route takes. */
static bool drop_condition(struct lowering *lw, const struct route *r, const struct condition *c)
{
	lose_condition(lw, r, c);
	state_taken(lw, DIAG_CONDITION_DIFFERS);
	return false;
}

static void say_condition(struct lowering *lw, const struct route *r, const struct condition *c)
{
	const struct loss_text text = {
		.code = DIAG_CONDITION_DIFFERS, .loss = LOSS_BEHAVIOUR,
		.message = arena_printf(lw->arena, c->regex ? "the expression for the header %.*s is read in the dialect of the implementation"
			: "the value of the header %.*s counts in its letter case", STR_ARG(c->name)),
		.effect = c->regex ? STR("letter case counts where the source ignored it, and an expression may have to take the whole value")
			: STR("BETA no longer matches where the value is beta; the source took both"),
		.help = STR("look whether clients send the header in this letter case"),
	};
	struct condition as_written = *c;
	as_written.value = c->near.n ? c->near : c->value;
	as_written.nocase = false;
	differ(lw, r, &r->facts, &text);
	state_condition(lw, &as_written, DIAG_CONDITION_DIFFERS);
}

/* Every letter case of the value, for every dialect. */
static str folded(struct arena *arena, const struct condition *c)
{
	struct buf b;
	if (c->regex)
		return path_fold_case(arena, c->near.n ? c->near : c->value);
	buf_init(&b, arena, 0);
	for (size_t i = 0; i < c->value.n; i++)
		buf_printf(&b, "%s%c", char_is_alnum(c->value.p[i]) || str_has_char(STR("_-/:, "), c->value.p[i]) ? "" : "\\", c->value.p[i]);
	return arena_printf(arena, "^%.*s$", STR_ARG(path_fold_case(arena, buf_str(&b))));
}

/* Without the condition: others are refused with those that fulfil it. */
static void close_condition(struct lowering *lw, const struct route *r, const struct condition *c)
{
	lose_condition(lw, r, c);
	state_around(lw, DIAG_CONDITION_DIFFERS);
}

bool route_conditions(struct lowering *lw, const struct route *r, bool closed, bool guarded, struct http_match *out)
{
	for (size_t i = 0; i < r->match.conditions.n; i++) {
		const struct condition *c = &r->match.conditions.item[i];
		struct header_match header = { .name = c->name, .value = c->value };
		if (c->kind == CONDITION_METHOD) {
			bool known = schema_has_enum(lw->schema, STR("HTTPRoute"), STR("spec.rules[].matches[].method"), c->value, lw->version);
			if (!known && !closed)
				return drop_condition(lw, r, c);
			if (!known)
				close_condition(lw, r, c);
			else
				out->method = c->value;
			continue;
		}
		if (c->regex) {
			header.type = STR("RegularExpression");
			header.value = whole_value(lw->arena, c->near.n ? c->near : c->value);
		}
		if ((closed || guarded) && (c->regex || c->nocase)) {
			header.type = STR("RegularExpression");
			header.value = whole_value(lw->arena, folded(lw->arena, c));
		}
		bool sayable = name_is_header(header.name) && is_header_value(header.value);
		if (!sayable && !closed)
			return drop_condition(lw, r, c);
		if (!sayable) {
			close_condition(lw, r, c);
			continue;
		}
		if ((c->regex || (c->nocase && !guarded)) && !closed)
			say_condition(lw, r, c);
		LIST_PUSH(lw->arena, &out->headers, header);
	}
	return true;
}

str conditions_key(struct arena *arena, const struct route *r)
{
	str text = { "", 0 };
	for (size_t i = 0; i < r->match.conditions.n; i++) {
		const struct condition *c = &r->match.conditions.item[i];
		text = arena_printf(arena, "%.*s %d:%.*s=%.*s", STR_ARG(text), (int)c->kind, STR_ARG(c->name), STR_ARG(c->value));
	}
	return text;
}

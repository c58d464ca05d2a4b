/* SPDX-License-Identifier: Apache-2.0 */
/* The backend's answer, with what is changed in it: see run.h (nginx: proxy_cookie_path, proxy_cookie_domain, proxy_redirect). */
#include "route/run.h"

static bool change_text(struct run *r, const struct answer_edit *e, str text, str *out)
{
	bool hit = e->what == ANSWER_COOKIE_DOMAIN ? str_eq_nocase(text, e->from) : str_starts(text, e->from);
	if (hit)
		*out = arena_join(r->scratch, run_expand(r, e->to), str_from(text, e->from.n));
	return hit;
}

/* One attribute of a cookie, by the first rule that fits. */
static str change_attribute(struct run *r, str attribute, bool *changed)
{
	str name, value, fresh;
	bool has = str_cut(attribute, '=', &name, &value);
	for (size_t i = 0; has && i < r->edits.n; i++) {
		const struct answer_edit *e = &r->edits.item[i]->as.answer;
		str wanted = e->what == ANSWER_COOKIE_PATH ? STR("Path") : STR("Domain");
		if (e->what == ANSWER_LOCATION || !str_eq_nocase(str_trim(name), wanted) || !change_text(r, e, value, &fresh))
			continue;
		*changed = true;
		return arena_printf(r->scratch, "%.*s=%.*s", STR_ARG(name), STR_ARG(fresh));
	}
	return attribute;
}

static void cookie(struct run *r, str value)
{
	struct changed_header h = { .name = STR_INIT("Set-Cookie") };
	bool changed = false, more = true;
	for (bool first = true; more; first = false) {
		str part, rest;
		more = str_cut(value, ';', &part, &rest);
		/* what stands first is the cookie itself */
		str kept = first ? part : change_attribute(r, part, &changed);
		h.value = first ? kept : arena_printf(r->scratch, "%.*s;%.*s", STR_ARG(h.value), STR_ARG(kept));
		value = rest;
	}
	if (changed)
		LIST_PUSH(r->scratch, &r->out->response_headers, h);
}

static void location(struct run *r, str value)
{
	r->out->has_location = true;
	r->out->location = value;
	for (size_t i = 0; i < r->edits.n; i++) {
		const struct answer_edit *e = &r->edits.item[i]->as.answer;
		if (e->what == ANSWER_LOCATION && change_text(r, e, value, &r->out->location))
			return;
	}
}

void run_answer(struct run *r)
{
	const struct given *given = &r->request->given;
	r->out->status = given->status ? given->status : 200;
	for (size_t i = 0; i < given->answer.n; i++) {
		const struct header *h = &given->answer.item[i];
		if (str_eq_nocase(h->name, STR("Location")))
			location(r, h->value);
		else if (str_eq_nocase(h->name, STR("Set-Cookie")))
			cookie(r, h->value);
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
/* See answers.h. Templates are those of route/run_text.c; their words in an implementation stand in its table. */
#include "targets/answers.h"

#include "base/buf.h"
#include "gateway/policy_features.h"
#include "mapping/template.h"
#include "targets/expressions.h"
#include "targets/losses.h"
#include "targets/paths.h"
#include "targets/policies.h"
#include "targets/stated.h"

static bool goes_on(str text)
{
	return text.n > 0 && (char_is_alnum(text.p[0]) || text.p[0] == '_');
}

/* The text behind the dollar begins with the variable, whose name ends there. */
static bool begins(str text, str variable)
{
	return variable.n > 0 && str_starts(text, variable) && !goes_on(str_from(text, variable.n));
}

/* The word for the longest variable that begins the text, which stands behind a dollar; NULL: there is none. */
static const struct answer_word *word_of(const struct target_table *target, str text, bool cut)
{
	const struct answer_word *best = NULL;
	for (size_t i = 0; i < target->answer_words.n; i++) {
		const struct answer_word *w = &target->answer_words.item[i];
		/* only the end of all is cut */
		bool fits = begins(text, w->variable) && w->cut == (cut && w->variable.n == text.n);
		if (fits && (!best || w->variable.n > best->variable.n))
			best = w;
	}
	return best;
}

static const struct answer_word *group_word(const struct target_table *target)
{
	for (size_t i = 0; i < target->answer_words.n; i++)
		if (target->answer_words.item[i].variable.n == 0)
			return &target->answer_words.item[i];
	return NULL;
}

/* A group of the expression, which the source looks for in any letter case from the beginning of the path. */
static bool add_group(const struct lowering *lw, str regex, char group, struct buf *out)
{
	const struct answer_word *w = group_word(lw->target);
	str before, after, open = str_starts(regex, STR("^")) ? str_from(regex, 1) : regex;
	/* a quote or a sign of percent would end the word */
	if (!w || regex.n == 0 || str_has(regex, STR("'")) || str_has(regex, STR("%")) || path_is_pcre_only(regex))
		return false;
	if ((size_t)(group - '0') > expression_groups(regex))
		return true;
	size_t at = str_find(w->said, STR("${regex}"));
	before = str_slice(w->said, 0, at);
	after = str_from(w->said, at + STR("${regex}").n);
	at = str_find(after, STR("${group}"));
	buf_printf(out, "%.*s^(?i:%.*s)%.*s%c%.*s", STR_ARG(before), STR_ARG(open), STR_ARG(str_slice(after, 0, at)), group,
		STR_ARG(str_from(after, at + STR("${group}").n)));
	return true;
}

/* A template in the words of the target. False: it has none for some variable. */
static bool translate(const struct lowering *lw, const struct redirect *r, str template, bool cut, struct buf *out)
{
	while (template.n) {
		str rest = str_from(template, 1);
		const struct answer_word *word = template.p[0] == '$' ? word_of(lw->target, rest, cut) : NULL;
		if (template.p[0] != '$') {
			/* a sign of percent begins a word */
			buf_add(out, template.p[0] == '%' ? STR("%%") : str_slice(template, 0, 1));
		} else if (rest.n && char_is_digit(rest.p[0])) {
			if (!add_group(lw, r->regex, rest.p[0], out))
				return false;
			rest = str_from(rest, 1);
		} else if (word) {
			buf_add(out, word->said);
			rest = str_from(rest, word->variable.n);
		} else {
			return false;
		}
		template = rest;
	}
	return true;
}

/* Ports that go without saying are left out. */
static str without_port(const struct lowering *lw, str template)
{
	static const str PORTS[] = { STR_INIT(":$pass_port"), STR_INIT(":$pass_server_port"), STR_INIT(":$server_port") };
	const struct http_rules *http = &lw->entry->http;
	bool usual = (http->http_port == 80 || !http->http_port) && (http->https_port == 443 || !http->https_port);
	for (size_t i = 0; usual && i < sizeof PORTS / sizeof *PORTS; i++) {
		size_t at = str_find(template, PORTS[i]);
		str rest = at < template.n ? str_from(template, at + PORTS[i].n) : template;
		if (at < template.n && !goes_on(rest))
			return arena_join(lw->arena, str_slice(template, 0, at), rest);
	}
	return template;
}

/* Where a Location is a path the source puts scheme and host before it, unless it is to stay so. */
static str template_of(const struct lowering *lw, const struct redirect *r)
{
	bool path = str_starts(r->location, STR("/")) && !r->relative;
	return path ? arena_join(lw->arena, STR("$scheme://$host"), r->location) : r->location;
}

static bool location_of(const struct lowering *lw, const struct redirect *r, str *out)
{
	struct buf text;
	str template = without_port(lw, template_of(lw, r));
	buf_init(&text, lw->arena, 0);
	if (r->location.n == 0 || r->text || (r->adds_query && str_has_char(template, '?')))
		return false;
	if (r->adds_query)
		template = arena_join(lw->arena, template, STR("$is_args$args"));
	/* a slash that is there whatever the request is */
	if (r->cuts_slash && str_ends(template, STR("/")))
		template.n--;
	else if (r->cuts_slash && !str_ends(template, STR("$request_uri")))
		return false;
	if (!translate(lw, r, template, r->cuts_slash, &text))
		return false;
	*out = buf_str(&text);
	return true;
}

bool answer_says(const struct lowering *lw, const struct step *step, bool plain)
{
	const struct redirect *r = &step->as.redirect;
	str location;
	if (!lw->target->answer.said)
		return false;
	if (step->kind == STEP_STATUS)
		return step->status >= 200 && step->status < 600;
	struct str_list fields = { 0 };
	str error;
	if (!template_fields(lw->arena, lw->target->answer.said, &fields, &error) || !str_list_has(&fields, STR("location")))
		return false;
	bool wanted = !plain || (lw->exact && (r->cuts_slash || r->keeps_port || !r->keeps_query));
	return step->kind == STEP_REDIRECT && wanted && location_of(lw, r, &location);
}

void answer_add(struct lowering *lw, const struct step *step, struct draft *d)
{
	const struct target_row *row = &lw->target->answer;
	struct rule_policy policy = { .kind = target_policy(lw->target, row->policy) };
	struct template_values values = { 0 };
	struct template_places places = { 0 };
	str location;
	bool redirects = step->kind == STEP_REDIRECT && location_of(lw, &step->as.redirect, &location);
	template_set_number(lw->arena, &values, STR("status"), redirects ? step->as.redirect.status : step->status);
	if (redirects)
		template_set_text(lw->arena, &values, STR("location"), location);
	policy.spec = template_fill(lw->arena, row->said, &values, &places);
	policy.slot = policy_slot(lw->arena, policy.kind, STR(POLICY_ANSWER), policy.spec);
	LIST_PUSH(lw->arena, &policy.words, ((struct policy_word){ STR(POLICY_ANSWER), values }));
	for (size_t i = 0; i < step->facts.n && places.n; i++) {
		struct mark mark = { step->facts.item[i], places.item[places.n - 1].at };
		LIST_PUSH(lw->arena, &policy.marks, mark);
	}
	LIST_PUSH(lw->arena, &d->policies, policy);
}

/* What the source answers in place of Services that are not there; NULL: it asks one, or another one answers. */
static const struct step *nobody_step(const struct route *route)
{
	const struct step *found = NULL;
	for (size_t i = 0; i < route->cases.n; i++)
		if (route->cases.item[i].backend.exists || route->cases.item[i].backend.external)
			return NULL;
	for (size_t i = 0; i < route->steps.n; i++)
		if (route->steps.item[i]->kind == STEP_STATUS)
			found = route->steps.item[i];
	return route->cases.n && !route->instead ? found : NULL;
}

/* Where the field stands, else the last one that is there. */
static str place_of(const struct template_places *places, str field)
{
	for (size_t i = 0; i < places->n; i++)
		if (str_eq(places->item[i].field, field))
			return places->item[i].at;
	return places->item[places->n - 1].at;
}

/* What the target answers by itself becomes something else: as that row has it. */
static void say_instead(struct lowering *lw, const struct target_row *row, const char *word, struct template_values *values, const struct fact_list *facts,
	struct draft *d)
{
	struct template_places places = { 0 };
	struct mark_list marks = { 0 };
	struct rule_policy *policy = policy_of_draft(lw, d, target_policy(lw->target, row->policy), (str){ "", 0 });
	/* what replaces an answer has no header that is set for all of them */
	if (setting_is_said(lw, STR("headers.hsts")))
		template_set_text(lw->arena, values, STR("hsts"), lw->entry->http.hsts);
	struct node *spec = template_fill(lw->arena, row->said, values, &places);
	for (size_t i = 0; i < facts->n; i++)
		LIST_PUSH(lw->arena, &marks, ((struct mark){ facts->item[i], place_of(&places, STR("location")) }));
	policy_merge(lw, policy, spec, &marks);
	LIST_PUSH(lw->arena, &policy->words, ((struct policy_word){ str_c(word), *values }));
	for (size_t i = 0; i < marks.n; i++)
		LIST_PUSH(lw->arena, &policy->marks, marks.item[i]);
}

/* from: the status that the target answers by itself. */
static void override(struct lowering *lw, uint32_t from, uint32_t status, str location, const struct fact_list *facts, struct draft *d)
{
	struct template_values values = { 0 };
	template_set_number(lw->arena, &values, STR("from"), from);
	template_set_number(lw->arena, &values, STR("status"), status);
	template_set_text(lw->arena, &values, STR("location"), location);
	say_instead(lw, &lw->target->override, POLICY_OVERRIDE, &values, facts, d);
	d->overridden = true;
}

void answer_refused(struct lowering *lw, const struct rule_place *at, struct draft *d)
{
	struct template_values values = { 0 };
	if (!lw->target->refused.said || nobody_step(at->route))
		return;
	template_set_number(lw->arena, &values, STR("from"), 403);
	template_set_number(lw->arena, &values, STR("status"), 500);
	say_instead(lw, &lw->target->refused, POLICY_REFUSED, &values, &(struct fact_list){ 0 }, d);
}

void answer_for_nobody(struct lowering *lw, const struct rule_place *at, struct draft *d)
{
	const struct step *step = nobody_step(at->route);
	if (step && lw->target->override.said && !d->overridden)
		override(lw, rules_refusal(lw), step->status, (str){ "", 0 }, &(struct fact_list){ 0 }, d);
}

/* The address that was asked for goes along as it is, where the source escapes it. */
static str unescaped(struct arena *arena, str template)
{
	const str name = STR("$escaped_request_uri");
	size_t at = str_find(template, name);
	if (at == template.n)
		return template;
	return arena_printf(arena, "%.*s$request_uri%.*s", STR_ARG(str_slice(template, 0, at)), STR_ARG(str_from(template, at + name.n)));
}

/* Those of the step that say where to sign in. */
static struct fact_list sign_in_facts(const struct lowering *lw, const struct step *step)
{
	struct fact_list found = { 0 };
	for (size_t i = 0; i < step->facts.n; i++) {
		const struct annotation_row *row = fact_row(lw, step->facts.item[i]);
		if (row && str_starts(row->field, STR("signin")))
			fact_list_add(lw->arena, &found, step->facts.item[i]);
	}
	return found;
}

void answer_sign_in(struct lowering *lw, const struct rule_place *at, const struct step *step, struct draft *d)
{
	const struct redirect none = { .status = 302 };
	const struct loss_text text = {
		.code = DIAG_POLICY_DIFFERS, .loss = LOSS_BEHAVIOUR,
		.message = STR("the page to sign in is told the address that was asked for as it is, where the controller escapes it"),
		.effect = STR("of a query with several parameters the page may see the first one alone, and lead back there"),
		.help = STR("let the page take the address from a cookie, or from the Referer, if queries matter"),
	};
	str signin = step->as.guard.signin, template = unescaped(lw->arena, signin);
	struct buf location;
	buf_init(&location, lw->arena, 0);
	if (signin.n == 0 || str_starts(signin, STR("/")) || !lw->target->override.said || d->overridden ||
		!translate(lw, &none, template, false, &location))
		return;
	if (!str_eq(template, signin)) {
		differ(lw, at->route, &(struct fact_list){ 0 }, &text);
		state_fields(lw, STATED_ALWAYS, "location", text.code);
	}
	const struct fact_list facts = sign_in_facts(lw, step);
	override(lw, 401, 302, buf_str(&location), &facts, d);
	policy_of_draft(lw, d, target_policy(lw->target, lw->target->override.policy), (str){ "", 0 })->answers = true;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The front ends "nginx", which is ingress-nginx, and "ingress", which is the Ingress API alone in the same form: which Ingresses they
 * serve, what makes them refuse one, and in which order an instance is built.
 */
#include "controllers/front_end.h"
#include "controllers/select.h"
#include "controllers/server.h"
#include "mapping/pattern.h"

/* ---- which Ingresses ---- */

static bool is_told(const struct front *front, const struct subject *s, str argument)
{
	return str_eq(controller_argument(front, s->table, argument), STR("true"));
}

/* The controller's arguments keep it from the Ingress, whatever class that has (reference: A.1, C.2). False: they do not. */
static bool is_kept_out(struct front *front, struct subject *s)
{
	str watched = controller_argument(front, s->table, STR("watch-namespace"));
	if (watched.n && !str_eq(watched, s->ingress->meta.namespace))
		subject_skip(front, s, DIAG_INACTIVE, INGRESS_INACTIVE, STR("inactive: the controller watches another namespace"),
			STR("the controller's argument watch-namespace decides"));
	else if (s->ingress->default_backend.present && is_told(front, s, STR("disable-catch-all")))
		subject_skip(front, s, DIAG_INACTIVE, INGRESS_INACTIVE, STR("inactive: the controller takes no Ingress with a default backend"),
			STR("the controller's argument disable-catch-all decides"));
	return s->table == NULL;
}

/* A class in the annotation counts where it is the one of the controller's argument; without that, where it is usual or has an object. */
static bool is_own_class(const struct front *front, const struct subject *s)
{
	str own = controller_argument(front, s->table, STR("ingress-class"));
	if (own.n)
		return str_eq(own, s->class_name);
	return str_list_has(&s->table->classes, s->class_name) || snapshot_class(front->snapshot, s->class_name);
}

static void filter(struct front *front, struct subject *s)
{
	if (is_kept_out(front, s) || !front->closed_world)
		return;
	/* The controller serves what a class object of its own names, or the annotation; nothing else (reference: A.1). */
	bool by_name = is_told(front, s, STR("ingress-class-by-name")) && is_own_class(front, s);
	if (s->ingress->class_name && !snapshot_class(front->snapshot, s->class_name) && !by_name)
		subject_skip(front, s, DIAG_INACTIVE, INGRESS_INACTIVE, STR("inactive: its IngressClass does not exist"),
			STR("add the IngressClass to the input, or give --world open"));
	else if (!s->ingress->class_name && s->class_name.n && !is_own_class(front, s))
		subject_skip(front, s, DIAG_INACTIVE, INGRESS_INACTIVE, STR("inactive: the controller serves another class than the annotation names"),
			STR("give --controller-flag ingress-class=NAME if the controller runs with that"));
	else if (s->class_name.n == 0 && !is_told(front, s, STR("watch-ingress-without-class")))
		subject_skip(front, s, DIAG_INACTIVE, INGRESS_INACTIVE, STR("inactive: it names no class, and the controller serves none without"),
			STR("give --controller-flag watch-ingress-without-class=true if the controller runs with that"));
}

/* ---- what they refuse ---- */

static int risk_rank(str risk)
{
	static const str RANKS[] = { STR_INIT("low"), STR_INIT("medium"), STR_INIT("high"), STR_INIT("critical") };
	for (int i = 0; i < 4; i++)
		if (str_eq_nocase(RANKS[i], risk))
			return i;
	return 0;
}

/* The highest risk that the controller accepts (reference: ingress-nginx A.3; up to 1.11 all were). */
static int accepted_risk(const struct subject *s)
{
	str level = controller_config_value(s->controller, STR("annotations-risk-level"));
	if (level.n)
		return risk_rank(level);
	return risk_rank(controller_is_before(s->controller, 1012) ? STR("critical") : STR("high"));
}

/* Snippets act only where the controller was told to let them (from 1.9 on). */
static bool snippets_act(const struct subject *s)
{
	str allowed = controller_config_value(s->controller, STR("allow-snippet-annotations"));
	return allowed.n ? str_eq_nocase(allowed, STR("true")) : controller_is_before(s->controller, 1009);
}

/* In a closed world an annotation above the accepted risk costs the whole Ingress, and a snippet may be blanked. */
static void check_risk(struct front *front, struct subject *s)
{
	int most = accepted_risk(s);
	for (size_t i = 0; i < s->settings.n && front->closed_world && s->active; i++) {
		struct setting *at = &s->settings.item[i];
		if (risk_rank(at->row->risk) > most) {
			fact_lost(at->fact, FACT_INVALID, LOSS_NONE, DIAG_INACTIVE, STR("the controller does not accept its risk level"));
			subject_inactive(front, s, fact_site(front->arena, at->fact),
				STR("inactive: an annotation is above the risk level that the controller accepts"),
				STR("the ConfigMap key annotations-risk-level decides; give --world open if it is set where ing2gw cannot see it"));
		} else if (str_starts(at->row->feature, STR("snippet.")) && !snippets_act(s)) {
			at->shadowed = true;
			fact_idle(at->fact, STR("the controller is not told to let snippets act (allow-snippet-annotations)"));
		}
	}
}

/* The controller drops an Ingress with a listed word in an annotation's value (reference: ingress-nginx A.3). */
static void check_words(struct front *front, struct subject *s)
{
	str words = controller_config_value(s->controller, STR("annotation-value-word-blocklist")), word;
	while (front->closed_world && words.n && s->active) {
		str_cut(words, ',', &word, &words);
		word = str_trim(word);
		for (size_t i = 0; word.n && s->active && i < s->settings.n; i++)
			if (str_has(s->settings.item[i].fact->value, word))
				subject_inactive(front, s, fact_site(front->arena, s->settings.item[i].fact),
					STR("inactive: an annotation's value has a word that the controller's list refuses"),
					STR("the ConfigMap key annotation-value-word-blocklist has the list"));
	}
}

static void say_refused(struct front *front, struct subject *s)
{
	struct diag_site site = { s->ingress->meta.at, 1, record_object(front->arena, s->record) };
	for (size_t i = 0; i < s->settings.n; i++)
		if (!s->settings.item[i].valid && s->settings.item[i].row->invalid == INVALID_DROP)
			site = fact_site(front->arena, s->settings.item[i].fact);
	subject_inactive(front, s, site, STR("inactive: the controller refuses the whole Ingress because of an annotation's value"),
		STR("correct the value"));
}

/* The controller ignores an Ingress whose host, path or tls section has text that could reach its own files (reference: A.1). */
static void inspect(struct front *front, struct subject *s)
{
	if (str_eq(controller_argument(front, s->table, STR("deep-inspect")), STR("false")))
		return;
	for (size_t i = 0; i < s->ingress->fields.n && s->active; i++) {
		const struct field *f = s->ingress->fields.item[i];
		bool looked_at = str_starts(f->key, STR("spec.rules")) || str_starts(f->key, STR("spec.tls"));
		if (!looked_at || str_has(f->key, STR(".backend")) || !pattern_set_matches(s->controller->inspection, f->value))
			continue;
		fact_lost(s->fact[i], FACT_INVALID, LOSS_NONE, DIAG_INACTIVE, STR("the controller ignores Ingresses with such a text"));
		subject_inactive(front, s, fact_site(front->arena, s->fact[i]), STR("inactive: the controller ignores the whole Ingress because of this text"),
			STR("write another host, path or name; the controller's argument deep-inspect switches this off"));
	}
}

static void check(struct front *front, struct subject *s)
{
	if (!s->active)
		say_refused(front, s);
	else
		check_risk(front, s);
	check_words(front, s);
	if (s->active)
		inspect(front, s);
	references_check(front, s);
}

/* ---- an instance ---- */

/* A canary gives its service and its canary settings; nothing else of it acts (reference: A.6). */
static void idle_canary(struct subject *s)
{
	for (size_t i = 0; i < s->settings.n; i++)
		if (!str_eq(s->settings.item[i].row->feature, STR("route.canary")))
			fact_idle(s->settings.item[i].fact, STR("of a canary only the service and the canary annotations count"));
}

/* Canary settings on an Ingress that is none. */
static void idle_no_canary(struct subject *s)
{
	for (size_t i = 0; i < s->settings.n; i++)
		if (str_eq(s->settings.item[i].row->feature, STR("route.canary")))
			fact_idle(s->settings.item[i].fact, STR("the Ingress is no canary"));
}

static void build(struct instance *in)
{
	entry_begin(in);
	balancer_find(in);
	streams_build(in);
	servers_build(in);
	canaries_merge(in);
	passthrough_decide(in);
	certificates_decide(in);
	routes_build(in);
	clients_settle(in);
	passthrough_settle(in);
	backends_settle(in);
	entry_finish(in);
	for (size_t i = 0; i < in->subjects.n && in->nginx; i++) {
		if (subject_is_canary(in->subjects.item[i]))
			idle_canary(in->subjects.item[i]);
		else
			idle_no_canary(in->subjects.item[i]);
	}
}

const struct front_end FRONT_NGINX = {
	.name = STR_INIT("nginx"), .nginx = true, .last_name_first = true, .filter = filter, .check = check, .build = build,
};

const struct front_end FRONT_INGRESS = { .name = STR_INIT("ingress"), .check = check, .build = build };

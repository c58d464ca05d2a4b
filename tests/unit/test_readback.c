/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies that are printed are read back from the text as the features that they were made of, with the same fields, and nothing of
 * them stays unknown; a leaf that is changed or added is noticed. Over the input of all fixtures, whatever they are about.
 */
#include "gateway/policy_features.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <stdio.h>

#include "file_text.h"
#include "lib/convert.h"
#include "shared_tables.h"

extern const struct CMUnitTest readback_tests[];
extern const size_t readback_tests_count;

/* One conversion, and the policy that is looked at. */
struct check {
	struct convert run;
	const struct shared_tables *tables;
	str target;
	const char *file;
	const struct printed *printed;
	size_t policies, changed;
};

/* ---- what was written ---- */

static const struct target_table *target_of(const struct check *c)
{
	return mapping_target_at(&c->run.in.mapping, &((struct check *)(uintptr_t)c)->run.in.arena, c->target);
}

/* That of what is no feature; or NULL. */
static const struct target_row *own_row(const struct target_table *target, str name)
{
	const struct {
		str name;
		const struct target_row *row;
	} rows[] = {
		{ STR_INIT(POLICY_ANSWER), &target->answer }, { STR_INIT(POLICY_OVERRIDE), &target->override },
		{ STR_INIT(POLICY_REFUSED), &target->refused }, { STR_INIT(POLICY_ORDER), &target->order.row },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (str_eq(rows[i].name, name))
			return rows[i].row;
	return NULL;
}

/* That of a feature, or of what is none. */
static const struct target_row *row_of(const struct check *c, str feature)
{
	const struct target_table *target = target_of(c);
	const struct target_row *own = own_row(target, feature);
	return own ? own : target_feature(target, feature);
}

/* No fact of the input says it. */
static bool is_bare(const struct check *c, str name)
{
	return str_eq(name, STR("timeout.request")) || own_row(target_of(c), name);
}

/* Of several templates that which has become this object. */
static const struct node *template_of(struct check *c, const struct target_row *row, const struct template_values *values)
{
	const struct node *part = row->said;
	for (size_t i = 0; row->said->kind == NODE_LIST && (part = target_row_part(row, i)); i++) {
		const struct node *spec = template_fill(&c->run.in.arena, part, values, NULL);
		if (spec && node_equal(spec, c->printed->policy->spec))
			break;
	}
	assert_non_null(part);
	return part;
}

/* It is known when the object has a name. */
static bool is_own_name(str field)
{
	return str_eq(field, STR("object"));
}

static bool is_hole(struct check *c, const struct target_row *row, const struct policy_word *word, str field)
{
	struct str_list fields = { 0 };
	str error;
	(void)template_fields(&c->run.in.arena, template_of(c, row, &word->values), &fields, &error);
	return str_list_has(&fields, field);
}

static str read_name(const struct check *c, str feature)
{
	const struct target_row *row = row_of(c, feature);
	return row && row->read_as.n ? row->read_as : feature;
}

static const struct policy_feature *find(const struct policy_words *words, str name)
{
	for (size_t i = 0; i < words->features.n; i++)
		if (str_eq(words->features.item[i].name, name))
			return &words->features.item[i];
	return NULL;
}

/* What the features that share a name on the way back say together: the longest time. */
static struct template_values written(struct check *c, str name)
{
	struct arena *arena = &c->run.in.arena;
	struct template_values all = { 0 };
	for (size_t i = 0; i < c->printed->policy->words.n; i++) {
		const struct policy_word *word = &c->printed->policy->words.item[i];
		const struct target_row *row = row_of(c, word->feature);
		for (size_t k = 0; str_eq(read_name(c, word->feature), name) && k < word->values.n; k++) {
			const struct template_value *v = &word->values.item[k], *old = template_value(&all, v->name);
			if (!is_hole(c, row, word, v->name) || is_own_name(v->name) || (old && old->number >= v->number))
				continue;
			if (old)
				template_unset(&all, v->name);
			LIST_PUSH(arena, &all, *v);
		}
	}
	return all;
}

/* A number inside of a text is read as its digits. */
static bool is_same_number(const struct template_value *number, const struct template_value *text)
{
	int64_t n;
	return number->kind == TEMPLATE_NUMBER && text && text->kind == TEMPLATE_TEXT && str_to_i64(text->text, &n) && n == number->number;
}

static bool same_values(const struct template_values *a, const struct template_values *b)
{
	size_t own = 0;
	for (size_t i = 0; i < b->n; i++)
		own += is_own_name(b->item[i].name);
	for (size_t i = 0; i < a->n; i++) {
		const struct template_value *x = &a->item[i], *y = template_value(b, x->name);
		if (is_same_number(x, y))
			continue;
		if (!y || x->kind != y->kind || !str_eq(x->text, y->text) || x->number != y->number || x->list.n != y->list.n)
			return false;
		for (size_t k = 0; k < x->list.n; k++)
			if (!str_eq(x->list.item[k], y->list.item[k]))
				return false;
	}
	return a->n == b->n - own;
}

/* Empty: all is read as it was written; else what is not. */
static str fault(struct check *c, const struct policy_words *words)
{
	if (words->unknown.n)
		return arena_printf(&c->run.in.arena, "%.*s is unknown", STR_ARG(words->unknown.item[0].pointer));
	for (size_t i = 0; i < c->printed->policy->words.n; i++) {
		str name = read_name(c, c->printed->policy->words.item[i].feature);
		const struct policy_feature *f = find(words, name);
		const struct template_values values = written(c, name);
		if (!f || !same_values(&values, &f->values))
			return arena_printf(&c->run.in.arena, "%.*s is not read back", STR_ARG(name));
	}
	for (size_t i = 0; i < words->features.n; i++) {
		str name = words->features.item[i].name;
		bool said = str_eq(name, STR("timeout.request")) || str_eq(name, STR(POLICY_ORDER));
		for (size_t k = 0; k < c->printed->policy->words.n; k++) {
			str feature = c->printed->policy->words.item[k].feature;
			/* both are entries of one list of overrides */
			said = said || str_eq(name, read_name(c, feature)) || (str_eq(feature, STR(POLICY_REFUSED)) && str_eq(name, STR(POLICY_OVERRIDE)));
		}
		if (!said)
			return arena_printf(&c->run.in.arena, "%.*s was never said", STR_ARG(name));
	}
	return STR("");
}

/* ---- what the report says ---- */

/* Whatever its state, which is the worst over all its places. */
static bool is_carried(struct check *c, const struct fact *fact)
{
	str object = printed_name(&c->run.in.arena, c->printed);
	bool here = false;
	for (size_t i = 0; i < fact->places.n; i++)
		here = here || (str_starts(fact->places.item[i], object) && str_starts(str_from(fact->places.item[i], object.n), STR("#")));
	return here;
}

static void collect(struct check *c, struct fact *const *fact, size_t n, struct str_list *out)
{
	for (size_t i = 0; i < n; i++)
		if (is_carried(c, fact[i]))
			str_list_add_new(&c->run.in.arena, out, read_name(c, fact[i]->feature));
}

static void check_report(struct check *c, const struct policy_words *words)
{
	struct str_list told = { 0 };
	for (size_t i = 0; i < c->run.in.ledger.records.n; i++)
		collect(c, c->run.in.ledger.records.item[i]->facts.item, c->run.in.ledger.records.item[i]->facts.n, &told);
	for (size_t i = 0; i < c->run.in.ledger.others.n; i++)
		collect(c, c->run.in.ledger.others.item[i]->facts.item, c->run.in.ledger.others.item[i]->facts.n, &told);
	collect(c, c->run.in.ledger.defaults.item, c->run.in.ledger.defaults.n, &told);
	/* an answer says steps of any feature, and a rewrite those of a Service's path as well */
	const bool rewrites = find(words, STR("route.rewrite"));
	const bool answers = rewrites || find(words, STR(POLICY_ANSWER)) || find(words, STR(POLICY_OVERRIDE));
	for (size_t i = 0; i < told.n; i++)
		if (!find(words, told.item[i]) && !answers)
			fail_msg("%s: the report says that %.*s went to %.*s", c->file, STR_ARG(told.item[i]), STR_ARG(c->printed->name));
	for (size_t i = 0; i < words->features.n; i++) {
		str name = words->features.item[i].name;
		/* against a limit of the target's own, which no fact says */
		bool bare = is_bare(c, name) || (str_eq(name, STR("body.size")) && target_of(c)->usual_body.n);
		bare = bare || (rewrites && str_eq(name, STR("route.rewrite")) && told.n);
		if (!str_list_has(&told, name) && !bare)
			fail_msg("%s: the report does not say that %.*s went to %.*s", c->file, STR_ARG(name), STR_ARG(c->printed->name));
	}
}

/* ---- what is read ---- */

static struct policy_words read_words(struct check *c, const struct node *spec)
{
	struct policy_words words;
	const struct policy_kind *kind = c->printed->policy->kind;
	assert_true(policy_features(&c->run.in.arena, &c->run.in.mapping, kind->group, kind->kind, spec, &words));
	assert_ptr_equal(words.kind, kind);
	return words;
}

/* Where it applies, or what kind of object it is. */
static bool is_no_word(const struct check *c, str key)
{
	static const str NAMES[] = { STR_INIT("apiVersion"), STR_INIT("kind"), STR_INIT("metadata") };
	for (size_t i = 0; c->printed->policy->kind->bare && i < sizeof NAMES / sizeof *NAMES; i++)
		if (str_eq(NAMES[i], key))
			return true;
	return str_eq(key, STR("targetRefs")) || str_eq(key, STR("targetRef"));
}

/* Every leaf of it means something: another text there is noticed. */
static void change_leaves(struct check *c, const struct node *spec, struct node *at)
{
	for (size_t i = 0; at->kind == NODE_MAP && i < at->as.map.n; i++)
		if (at != spec || !is_no_word(c, at->as.map.item[i].key))
			change_leaves(c, spec, at->as.map.item[i].value);
	for (size_t i = 0; at->kind == NODE_LIST && i < at->as.list.n; i++)
		change_leaves(c, spec, at->as.list.item[i]);
	if (at->kind == NODE_MAP || at->kind == NODE_LIST)
		return;
	const struct node old = *at;
	*at = (struct node){ .kind = NODE_STRING, .as.text = STR_INIT("something else"), .at = old.at };
	const struct policy_words words = read_words(c, spec);
	if (!fault(c, &words).n)
		fail_msg("%s: %.*s may be anything in %.*s", c->file, STR_ARG(old.as.text), STR_ARG(c->printed->name));
	c->changed++;
	*at = old;
}

static void add_leaf(struct check *c, struct node *spec)
{
	struct arena *arena = &c->run.in.arena;
	struct node *more = node_map(arena);
	node_set(arena, more, STR("a/b"), node_string(arena, STR("x")));
	node_set(arena, spec, STR("added"), more);
	const struct policy_words words = read_words(c, spec);
	assert_int_equal(words.unknown.n, 1);
	assert_true(str_eq(words.unknown.item[0].pointer, STR("/added/a~1b")));
}

static const struct printed *printed_of(const struct check *c, const struct node *root)
{
	str kind = node_text(node_get(root, STR("kind"))), name = node_text(node_at(root, STR("metadata.name")));
	str namespace = node_text(node_at(root, STR("metadata.namespace")));
	for (size_t i = 0; i < c->run.objects.n; i++) {
		const struct printed *p = &c->run.objects.item[i];
		if (p->policy && str_eq(p->kind_name, kind) && str_eq(p->name, name) && (str_eq(p->namespace, namespace) || !namespace.n))
			return p;
	}
	return NULL;
}

static void check_target(const struct check *c, const struct node *spec)
{
	const struct node *target = c->printed->policy->kind->single ? node_get(spec, STR("targetRef")) : node_at(spec, STR("targetRefs.0"));
	char about[1024];
	snprintf(about, sizeof about, "%.*s/%.*s/%.*s", STR_ARG(node_text(node_get(target, STR("kind")))), STR_ARG(c->printed->namespace),
		STR_ARG(node_text(node_get(target, STR("name")))));
	enum attachment attaches = c->printed->policy->kind->attaches;
	bool named = attaches == ATTACH_FILTER || attaches == ATTACH_PARAMETERS;
	if (named ? target != NULL : !str_eq(c->printed->about, str_c(about)))
		fail_msg("%s: %.*s is about %s", c->file, STR_ARG(c->printed->name), about);
}

static void visit(void *user, struct node *root)
{
	struct check *c = user;
	c->printed = root ? printed_of(c, root) : NULL;
	if (!c->printed)
		return;
	struct node *spec = c->printed->policy->kind->bare ? root : node_get(root, STR("spec"));
	const struct policy_words words = read_words(c, spec);
	str why = fault(c, &words);
	if (why.n)
		fail_msg("%s: %.*s %.*s: %.*s", c->file, STR_ARG(c->printed->kind_name), STR_ARG(c->printed->name), STR_ARG(why));
	c->policies++;
	check_target(c, spec);
	check_report(c, &words);
	change_leaves(c, spec, spec);
	add_leaf(c, spec);
}

static size_t convert(struct check *c, const char *path, const struct convert_options *options)
{
	c->file = path;
	c->policies = 0;
	convert_init(&c->run, options, 0);
	shared_tables_lend(c->tables, &c->run.in);
	sources_add(&c->run.in.sources, str_c(path), file_text(&c->run.in.arena, path));
	convert_run(&c->run);
	struct doc_limits limits = doc_limits_fill((struct doc_limits){ 0 });
	struct doc_reader reader = { &c->run.in.arena, &c->run.in.silent, &limits, visit, c };
	uint32_t file = sources_add(&c->run.in.sources, STR("printed"), c->run.manifests);
	if (c->run.manifests.n)
		assert_true(doc_read(&reader, &c->run.in.sources, file));
	size_t wanted = 0;
	for (size_t i = 0; i < c->run.objects.n; i++)
		wanted += c->run.objects.item[i].policy != NULL;
	/* of a dump only what was asked for is printed */
	if (choice_is_made(&c->run.options.choice) ? c->policies > wanted : c->policies != wanted)
		fail_msg("%s, target %.*s: %zu of %zu policies are read", path, STR_ARG(options->target), c->policies, wanted);
	convert_release(&c->run);
	return wanted;
}

static void reads_what_it_writes(void **state)
{
	static const struct {
		str target, gateway_api;
		bool exact;
	} FORMS[] = {
		{ STR_INIT("envoy-gateway"), STR_INIT(""), false }, { STR_INIT("envoy-gateway"), STR_INIT(""), true },
		{ STR_INIT("envoy-gateway"), STR_INIT("1.0"), false }, { STR_INIT("traefik"), STR_INIT(""), false }, { STR_INIT("traefik"), STR_INIT(""), true },
		{ STR_INIT("nginx-gateway-fabric"), STR_INIT(""), false }, { STR_INIT("nginx-gateway-fabric"), STR_INIT(""), true },
		{ STR_INIT("nginx-gateway-fabric@2.4"), STR_INIT(""), false }, { STR_INIT("kong"), STR_INIT(""), false }, { STR_INIT("kong"), STR_INIT(""), true },
	};
	(void)state;
	struct shared_tables tables;
	struct check c = { .tables = &tables };
	size_t policies = 0;
	glob_t paths;
	shared_tables_load(&tables);
	assert_int_equal(glob("fixtures/*/*/input.yaml", 0, NULL, &paths), 0);
	for (size_t i = 0; i < paths.gl_pathc; i++)
		for (size_t k = 0; k < sizeof FORMS / sizeof *FORMS; k++) {
			struct convert_options options;
			convert_options_init(&options);
			options.target = c.target = FORMS[k].target;
			options.proof = false;   /* it asks what is printed, and changes nothing of it */
			options.gateway_api = FORMS[k].gateway_api;
			options.exact = FORMS[k].exact;
			policies += convert(&c, paths.gl_pathv[i], &options);
		}
	globfree(&paths);
	shared_tables_release(&tables);
	assert_true(policies > 100 && c.changed > policies);
}

const struct CMUnitTest readback_tests[] = { cmocka_unit_test(reads_what_it_writes) };
const size_t readback_tests_count = sizeof readback_tests / sizeof *readback_tests;

/* SPDX-License-Identifier: Apache-2.0 */
/* Targets held against each other over the same Ingresses: see target_compare.h. */
#include "lib/target_compare.h"

#include <stdlib.h>

#include "doc/doc.h"
#include "lib/words.h"

/* ---- one target ---- */

static void count_feature(struct arena *arena, struct target_score *score, str name)
{
	for (size_t i = 0; i < score->features.n; i++)
		if (str_eq(score->features.item[i].name, name)) {
			score->features.item[i].ingresses++;
			return;
		}
	struct lost_feature fresh = { arena_str(arena, name), 1 };
	LIST_PUSH(arena, &score->features, fresh);
}

/* With a closed route all is lost that stands behind it; what decides is the protection. */
static bool decides(const struct convert *run, const struct record *record, const struct fact *fact)
{
	const struct feature *feature = fact->feature.n ? mapping_feature(&run->in.mapping, fact->feature) : NULL;
	bool lost = fact->state == FACT_EXTENSION || fact->state == FACT_INEXPRESSIBLE;
	return lost && feature && (record->state != INGRESS_CLOSED || feature->loss == LOSS_SECURITY);
}

static void count_features(struct arena *arena, const struct convert *run, const struct record *record, struct target_score *score)
{
	struct str_list seen = { 0 };
	for (size_t i = 0; i < record->facts.n; i++) {
		const struct fact *fact = record->facts.item[i];
		score->lost_facts += fact->state >= FACT_EXTENSION;
		if (!decides(run, record, fact) || str_list_has(&seen, fact->feature))
			continue;
		LIST_PUSH(arena, &seen, fact->feature);
		count_feature(arena, score, fact->feature);
	}
}

static void count_converted(const struct record *record, struct target_score *score)
{
	bool lost = false, differs = false;
	for (size_t i = 0; i < record->facts.n; i++) {
		lost = lost || record->facts.item[i]->state >= FACT_EXTENSION;
		differs = differs || record->facts.item[i]->state == FACT_DIFFERENT;
	}
	*(lost ? &score->lost : differs ? &score->differ : &score->fully) += 1;
}

static void count_record(struct arena *arena, const struct convert *run, const struct record *record, struct target_score *score)
{
	switch (record->state) {
	case INGRESS_CONVERTED:
		count_converted(record, score);
		break;
	case INGRESS_CLOSED:
		score->closed++;
		break;
	case INGRESS_FAILED:
		score->failed++;
		break;
	case INGRESS_SKIPPED:
	case INGRESS_INACTIVE:
	case INGRESS_STATE_COUNT:
		return;
	}
	count_features(arena, run, record, score);
}

static int by_frequency(const void *a, const void *b)
{
	const struct lost_feature *x = a, *y = b;
	if (x->ingresses != y->ingresses)
		return x->ingresses > y->ingresses ? -1 : 1;
	return str_cmp(x->name, y->name);
}

/* What could not be read is the same for every target. */
static void add_messages(struct target_comparison *c, const struct convert *run)
{
	struct diags reading = run->in.diags;
	reading.list.item = NEWS(run->in.diags.arena, struct diag *, reading.list.n);
	reading.list.n = 0;
	for (size_t i = 0; i < run->in.diags.list.n; i++)
		if (str_starts(diag_code_text(run->in.diags.list.item[i]->code), STR("I2G-01")))
			reading.list.item[reading.list.n++] = run->in.diags.list.item[i];
	const struct report report = { .sources = &run->in.sources, .diags = &reading };
	if (reading.list.n)
		report_diags(&c->messages, &report, (struct report_style){ .quiet = true });
}

static void take(struct target_comparison *c, const struct convert *run, struct target_score *score)
{
	if (c->scores.n == 0)
		add_messages(c, run);
	score->gateway_api = arena_str(c->arena, run->report.gateway_api);
	for (size_t i = 0; i < run->in.ledger.records.n; i++)
		count_record(c->arena, run, run->in.ledger.records.item[i], score);
	if (score->features.n)
		qsort(score->features.item, score->features.n, sizeof *score->features.item, by_frequency);
	c->ingresses = score->fully + score->differ + score->lost + score->closed + score->failed;
	c->unreadable = c->unreadable || run->in.unreadable;
	c->bug = c->bug || run->report.exit_code == 6;
	LIST_PUSH(c->arena, &c->scores, *score);
}

struct scoring {
	struct target_comparison *c;
	struct target_score score;
};

static void score_run(struct convert *run, void *user)
{
	struct scoring *of = user;
	for (size_t i = 0; i < of->c->sources->n; i++)
		sources_add(&run->in.sources, of->c->sources->item[i].name, of->c->sources->item[i].text);
	convert_run(run);
	take(of->c, run, &of->score);
}

static void compare_one(struct target_comparison *c, const struct target_table *table, str word)
{
	struct convert_options options = *c->options;
	struct scoring of = { c, { .name = word, .title = table->title, .implementation = table->extends.n > 0, .judged = table->judged } };
	options.target = word;
	options.proof = false;
	convert_within(c->arena, &options, score_run, &of);
}

/* ---- all ---- */

static int compare_sizes(size_t a, size_t b)
{
	return a < b ? -1 : a > b;
}

/* First who turns fewest clients away, then who carries most as it was, then who loses least; who has been judged comes before who has not. */
static int best_first(const void *pa, const void *pb)
{
	const struct target_score *a = pa, *b = pb;
	int c = compare_sizes(a->closed + a->failed, b->closed + b->failed);
	c = c ? c : compare_sizes(b->fully, a->fully);
	c = c ? c : compare_sizes(a->lost, b->lost);
	c = c ? c : compare_sizes(a->lost_facts, b->lost_facts);
	c = c ? c : (int)b->judged - (int)a->judged;
	return c ? c : str_cmp(a->name, b->name);
}

void target_compare(struct target_comparison *c, const struct tables *tables, const struct str_list *targets)
{
	buf_init(&c->messages, c->arena, 0);
	for (size_t i = 0; i < targets->n; i++) {
		const struct target_table *table = mapping_target_at(tables->mapping, c->arena, targets->item[i]);
		if (table)
			compare_one(c, table, targets->item[i]);
	}
	if (c->scores.n)
		qsort(c->scores.item, c->scores.n, sizeof *c->scores.item, best_first);
}

/* ---- text ---- */

static str number(struct arena *arena, size_t n)
{
	return arena_printf(arena, "%zu", n);
}

/* "auth.basic 3, cors 2, and 4 more" */
static str features_words(struct arena *arena, const struct target_score *s)
{
	enum { MOST = 4 };
	struct buf b;
	buf_init(&b, arena, 0);
	for (size_t i = 0; i < s->features.n && i < MOST; i++)
		buf_printf(&b, "%s%.*s %zu", i ? ", " : "", STR_ARG(s->features.item[i].name), s->features.item[i].ingresses);
	if (s->features.n > MOST)
		buf_printf(&b, ", and %zu more", s->features.n - MOST);
	return buf_str(&b);
}

void target_compare_text(struct buf *out, const struct target_comparison *c)
{
	struct columns columns = { 0 };
	struct arena *a = out->arena;
	columns_row(&columns, a, 8, (const str[]){ STR("target"), STR("fully"), STR("differ"), STR("lost"), STR("closed"), STR("failed"), STR("judged"),
		STR("lost features, and in how many") });
	for (size_t i = 0; i < c->scores.n; i++) {
		const struct target_score *s = &c->scores.item[i];
		columns_row(&columns, a, 8, (const str[]){ s->name, number(a, s->fully), number(a, s->differ), number(a, s->lost), number(a, s->closed), number(a, s->failed),
			!s->implementation ? STR("-") : s->judged ? STR("yes") : STR("no"), features_words(a, s) });
	}
	columns_print(out, &columns);
	buf_printf(out, "\n%zu %s, converted for each target. fully: all of it is carried; differ: with stated differences; lost: something is\n"
		"lost; closed: a protection is lost, and everybody refused; failed: nothing is served. judged: a running one has judged what is\n"
		"printed for it.\n", c->ingresses, c->ingresses == 1 ? "Ingress" : "Ingresses");
}

/* ---- JSON ---- */

static struct node *score_json(struct arena *a, const struct target_score *s)
{
	const struct { str name; size_t n; } NUMBERS[] = { { STR_INIT("fully"), s->fully }, { STR_INIT("differ"), s->differ }, { STR_INIT("lost"), s->lost },
		{ STR_INIT("closed"), s->closed }, { STR_INIT("failed"), s->failed }, { STR_INIT("lostFacts"), s->lost_facts } };
	struct node *map = node_map(a), *features = node_list(a);
	node_set_text(a, map, STR("target"), s->name);
	node_set_text(a, map, STR("title"), s->title);
	node_set_text(a, map, STR("gatewayAPI"), s->gateway_api);
	if (s->implementation)
		node_set(a, map, STR("judged"), node_bool(a, s->judged));
	for (size_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS; i++)
		node_set(a, map, NUMBERS[i].name, node_int(a, (int64_t)NUMBERS[i].n));
	for (size_t i = 0; i < s->features.n; i++) {
		struct node *one = node_map(a);
		node_set_text(a, one, STR("feature"), s->features.item[i].name);
		node_set(a, one, STR("ingresses"), node_int(a, (int64_t)s->features.item[i].ingresses));
		node_add(a, features, one);
	}
	node_set(a, map, STR("features"), features);
	return map;
}

void target_compare_json(struct buf *out, const struct target_comparison *c)
{
	struct arena *a = out->arena;
	struct node *root = node_map(a), *list = node_list(a);
	node_set_text(a, root, STR("schema"), STR("ing2gw/comparison/v1"));
	node_set(a, root, STR("ingresses"), node_int(a, (int64_t)c->ingresses));
	for (size_t i = 0; i < c->scores.n; i++)
		node_add(a, list, score_json(a, &c->scores.item[i]));
	node_set(a, root, STR("targets"), list);
	doc_write_json(out, root, 0);
	buf_add_char(out, '\n');
}

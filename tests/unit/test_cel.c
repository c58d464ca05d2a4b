/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CEL rules, each one both ways, in every version and channel: which versions have it, where a violation is, and that
 * nothing else is said. The rows are in cel_rows_*.c.
 */
#include "gateway_run.h"

#include "base/buf.h"
#include "cel_rows.h"
#include "gateway/cel.h"
#include "gateway/check.h"
#include "gateway/defaults.h"

extern const struct CMUnitTest cel_tests[];
extern const size_t cel_tests_count;

#define RULES_MAX 128

static const struct cel_rows *const KINDS[] = {
	&cel_gateway_rows, &cel_listenerset_rows, &cel_http_rows, &cel_grpc_rows, &cel_tls_rows, &cel_tcp_rows, &cel_udp_rows,
	&cel_backendtls_rows
};

/* What was violated, by one call of cel_check(). */
struct seen {
	struct arena *arena;
	LIST(const struct cel_rule *) rules;
	struct str_list places;
};

static void see(void *user, str place, const struct cel_rule *rule)
{
	struct seen *seen = user;
	LIST_PUSH(seen->arena, &seen->rules, rule);
	LIST_PUSH(seen->arena, &seen->places, place);
}

static bool span_has(const char *span, unsigned minor)
{
	str first, last;
	if (str_eq(str_c(span), STR("-")))
		return false;
	if (!str_cut(str_c(span), '-', &first, &last))
		last = first;
	struct gateway_version a = { 0, false }, b = { 0, false };
	if (!gateway_version_parse(first, &a) || !gateway_version_parse(last, &b))
		fail_msg("'%s' are no versions", span);
	return minor >= a.minor && minor <= b.minor;
}

static bool row_has(const struct cel_row *row, struct gateway_version version)
{
	return span_has(version.experimental ? row->experimental : row->standard, version.minor);
}

/* Another row may have the same rule in other versions, by another name of a field. */
static bool rule_has(const struct cel_rows *rows, const struct cel_row *row, struct gateway_version version)
{
	for (size_t i = 0; i < rows->n; i++)
		if (strcmp(rows->row[i].id, row->id) == 0 && row_has(&rows->row[i], version))
			return true;
	return false;
}

/* The bit of an apiVersion, 0 when it is not served. */
static uint32_t api_bit(const struct schema_kind *kind, str api, struct gateway_version version)
{
	for (size_t i = 0; i < kind->api.n; i++)
		if (str_eq(kind->api.item[i].name, api) && schema_span_has(kind->api.item[i].in, version))
			return UINT32_C(1) << i;
	return 0;
}

/* The row's apiVersion without the group. */
static str row_api(const struct gateway_run *run, const struct cel_row *row, const char *kind, struct gateway_version version)
{
	str full = schema_api_version(run->schema, str_c(kind), version);
	return row->api ? str_c(row->api) : str_from(full, sizeof GATEWAY_GROUP);
}

/* False when that version does not serve the apiVersion. */
static bool violations(struct gateway_run *run, const struct cel_row *row, const char *kind, struct gateway_version version,
	const struct node *object, struct seen *seen)
{
	const struct schema_kind *k = schema_kind(run->schema, str_c(kind));
	str api = row_api(run, row, kind, version);
	uint32_t bit = api_bit(k, api, version);
	*seen = (struct seen){ .arena = &run->scratch };
	if (!bit)
		return false;
	cel_check(str_c(kind), api, version, defaults_fill(&run->scratch, k, bit, version, object), &run->scratch, see, seen);
	return true;
}

static struct node *object_of(struct gateway_run *run, const char *kind, const char *spec)
{
	return gateway_object(run, STR("any"), str_c(kind), spec);
}

/* The same object with the filters of its first rule moved to a backend of that rule. */
static struct node *on_backend(struct gateway_run *run, struct node *object)
{
	struct node *rules = node_at(object, STR("spec.rules")), *backend = node_map(&run->trees), *list = node_list(&run->trees);
	struct node *rule = node_map(&run->trees);
	node_set_text(&run->trees, backend, STR("name"), STR("s"));
	node_set(&run->trees, backend, STR("port"), node_int(&run->trees, 80));
	node_set(&run->trees, backend, STR("filters"), node_get(rules->as.list.item[0], STR("filters")));
	node_add(&run->trees, list, backend);
	node_set(&run->trees, rule, STR("backendRefs"), list);
	rules->as.list.item[0] = rule;
	return object;
}

/* "" when the bad object is said to violate what it should, else what was said. */
static str bad_fault(struct gateway_run *run, const struct cel_row *row, const struct seen *seen, str place, bool strict)
{
	struct buf out;
	size_t hits = 0, others = 0;
	bool good = true;
	buf_init(&out, &run->scratch, 0);
	for (size_t i = 0; i < seen->rules.n; i++) {
		bool this_one = str_eq(seen->rules.item[i]->id, str_c(row->id));
		buf_printf(&out, " %.*s at %.*s", STR_ARG(seen->rules.item[i]->id), STR_ARG(seen->places.item[i]));
		hits += this_one;
		others += !this_one;
		good = good && (!this_one || str_eq(seen->places.item[i], place));
		if (strict && !this_one && !str_has(str_c(row->also), seen->rules.item[i]->id))
			good = false;
	}
	if (strict && (others > 0) != (row->also[0] != 0))
		good = false;
	return good && hits == 1 ? STR("") : out.n ? buf_str(&out) : STR(" nothing");
}

/* The newest version that has the row's rule. */
static struct gateway_version newest(const struct cel_row *row)
{
	struct gateway_version version = { GATEWAY_MINOR_MAX, row->experimental[0] != '-' };
	while (version.minor > 0 && !row_has(row, version))
		version.minor--;
	return version;
}

static bool names_rule(const struct seen *seen, const char *id)
{
	for (size_t i = 0; i < seen->rules.n; i++)
		if (str_eq(seen->rules.item[i]->id, str_c(id)))
			return true;
	return false;
}

static bool check_row(struct gateway_run *run, const struct cel_rows *rows, const struct cel_row *row, struct node *good, struct node *bad,
	str place)
{
	const char *kind = rows->kind;
	bool ok = true;
	for (unsigned v = 0; v <= 2 * GATEWAY_MINOR_MAX + 1; v++) {
		struct gateway_version version = { v / 2, v % 2 == 1 }, last = newest(row);
		struct seen seen;
		str text = gateway_version_text(&run->scratch, version);
		if (!violations(run, row, kind, version, good, &seen)) {
			ok = ok && !row_has(row, version);
			continue;
		}
		if (row_has(row, version) && names_rule(&seen, row->id)) {
			print_error("%s in %.*s: %s violates it\n", row->id, STR_ARG(text), row->good);
			ok = false;
		}
		violations(run, row, kind, version, bad, &seen);
		bool strict = version.minor == last.minor && version.experimental == last.experimental;
		str fault = row_has(row, version) ? bad_fault(run, row, &seen, place, strict) : STR("");
		if (fault.n || (!rule_has(rows, row, version) && names_rule(&seen, row->id))) {
			print_error("%s in %.*s: %s: said is%.*s\n", row->id, STR_ARG(text), row->bad, STR_ARG(fault));
			ok = false;
		}
	}
	arena_reset(&run->scratch);
	return ok;
}

static void test_each_rule_both_ways(void **state)
{
	(void)state;
	struct gateway_run run;
	bool ok = true;
	gateway_start(&run);
	for (size_t k = 0; k < COUNT(KINDS); k++) {
		for (size_t i = 0; i < KINDS[k]->n; i++) {
			const struct cel_row *row = &KINDS[k]->row[i];
			const char *kind = KINDS[k]->kind;
			struct node *good = object_of(&run, kind, row->good), *bad = object_of(&run, kind, row->bad);
			str place = str_c(row->place);
			ok = check_row(&run, KINDS[k], row, good, bad, place) && ok;
			if (str_starts(place, STR("spec.rules[0].filters"))) {
				str there = arena_printf(&run.trees, "spec.rules[0].backendRefs[0]%.*s", STR_ARG(str_from(place, 13)));
				ok = check_row(&run, KINDS[k], row, on_backend(&run, good), on_backend(&run, bad), there) && ok;
			}
			arena_reset(&run.trees);
		}
	}
	gateway_stop(&run);
	assert_true(ok);
}

static void count_faults(void *user, str place, str message)
{
	size_t *n = user;
	assert_true(place.n > 0 && message.n > 0);
	++*n;
}

/* The whole check agrees; where a rule and the structure say the same, the structure does. */
static void test_whole_objects(void **state)
{
	(void)state;
	struct gateway_run run;
	bool ok = true;
	gateway_start(&run);
	for (size_t k = 0; k < COUNT(KINDS); k++) {
		for (size_t i = 0; i < KINDS[k]->n; i++) {
			const struct cel_row *row = &KINDS[k]->row[i];
			struct gateway_version version = newest(row);
			str kind = str_c(KINDS[k]->kind);
			str api = arena_printf(&run.trees, GATEWAY_GROUP "/%.*s", STR_ARG(row_api(&run, row, KINDS[k]->kind, version)));
			struct checker *checker = checker_new(&run.trees, run.schema, version);
			size_t good = 0, bad = 0;
			bool takes = checker_check(checker, &run.scratch, gateway_object(&run, api, kind, row->good), count_faults, &good);
			bool refuses = !checker_check(checker, &run.scratch, gateway_object(&run, api, kind, row->bad), count_faults, &bad);
			if (!takes || good > 0 || !refuses || bad == 0) {
				print_error("%s: %s has %zu faults, %s has %zu\n", row->id, row->good, good, row->bad, bad);
				ok = false;
			}
			arena_reset(&run.trees);
			arena_reset(&run.scratch);
		}
	}
	gateway_stop(&run);
	assert_true(ok);
}

/* Whether a tree has a value at a path with "[]" in it. */
static bool has_value(const struct node *node, str path, unsigned depth)
{
	str name, rest;
	if (!path.n)
		return node != NULL;
	size_t bracket = str_find(path, STR("[]"));
	size_t dot = str_find_char(path, '.');
	if (bracket == 0) {
		for (size_t i = 0; depth < 8 && node && node->kind == NODE_LIST && i < node->as.list.n; i++)
			if (has_value(node->as.list.item[i], str_from(path, path.n > 2 && path.p[2] == '.' ? 3 : 2), depth + 1))
				return true;
		return false;
	}
	size_t end = bracket < dot ? bracket : dot;
	name = str_slice(path, 0, end);
	rest = str_from(path, end < path.n && path.p[end] == '.' ? end + 1 : end);
	return depth < 16 && has_value(node_get(node, name), rest, depth + 1);
}

/* Every row of our tables, so also each of several predicates under one id, is broken by one row and kept by one. */
static void test_no_rule_without_rows(void **state)
{
	(void)state;
	struct gateway_run run;
	bool ok = true;
	gateway_start(&run);
	for (size_t k = 0; k < COUNT(KINDS); k++) {
		struct cel_table table = cel_rules(str_c(KINDS[k]->kind));
		bool broken[RULES_MAX] = { false }, kept[RULES_MAX] = { false };
		assert_in_range(table.n, 1, RULES_MAX);
		for (size_t i = 0; i < KINDS[k]->n; i++) {
			const struct cel_row *row = &KINDS[k]->row[i];
			struct gateway_version version = newest(row);
			struct seen seen;
			assert_true(violations(&run, row, KINDS[k]->kind, version, object_of(&run, KINDS[k]->kind, row->bad), &seen));
			for (size_t j = 0; j < seen.rules.n; j++)
				if (str_eq(seen.rules.item[j]->id, str_c(row->id)))
					broken[seen.rules.item[j] - table.rule] = true;
			const struct schema_kind *kind = schema_kind(run.schema, str_c(KINDS[k]->kind));
			uint32_t bit = api_bit(kind, row_api(&run, row, KINDS[k]->kind, version), version);
			struct node *good = defaults_fill(&run.scratch, kind, bit, version, object_of(&run, KINDS[k]->kind, row->good));
			for (size_t j = 0; j < table.n; j++)
				if (str_eq(table.rule[j].id, str_c(row->id)) && schema_span_has(table.rule[j].in, version)
						&& has_value(good, table.rule[j].path, 0))
					kept[j] = true;
			arena_reset(&run.trees);
			arena_reset(&run.scratch);
		}
		for (size_t j = 0; j < table.n; j++) {
			if (!broken[j] || !kept[j])
				print_error("%.*s at %.*s: no row %s it\n", STR_ARG(table.rule[j].id), STR_ARG(table.rule[j].path), broken[j] ? "keeps" : "breaks");
			ok = ok && broken[j] && kept[j];
		}
	}
	gateway_stop(&run);
	assert_true(ok);
}

/* Nobody forgot a table: kinds with rules are those above. */
static void test_kinds(void **state)
{
	(void)state;
	struct gateway_run run;
	gateway_start(&run);
	for (size_t i = 0; i < run.schema->kind.n; i++) {
		str kind = run.schema->kind.item[i].name;
		bool rows = false;
		for (size_t k = 0; k < COUNT(KINDS); k++)
			rows = rows || str_eq(str_c(KINDS[k]->kind), kind);
		assert_int_equal(cel_rules(kind).n > 0, rows);
	}
	assert_int_equal(cel_rules(STR("Ingress")).n, 0);
	gateway_stop(&run);
}

static void test_names(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool hostname, key;
	} rows[] = {
		{ "a", true, true }, { "", false, false }, { "A", false, true }, { "a.b", true, true }, { "a..b", false, true }, { "a.b.", false, false },
		{ "*.a.b", true, false }, { "*", false, false }, { "a.*", false, false }, { "**.a", false, false }, { "*.", false, false },
		{ "a_b", false, true }, { "a.b/C_d", false, true }, { "A.b/c", false, false }, { "/c", false, false }, { "a/", false, false },
		{ "a/b/c", false, false }, { "a b", false, false }, { A50 A10 "aaaa", true, false }, { "a/" A50 A10 "aaaa", false, false },
		{ A250 "aaa/b", false, true }, { A250 "aaaa/b", false, false }, { "\xC3\xA9", false, false },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		str s = str_c(rows[i].text);
		if (name_is_hostname(s) != rows[i].hostname || name_is_label_key(s) != rows[i].key)
			fail_msg("'%s': hostname %d, key %d", rows[i].text, name_is_hostname(s), name_is_label_key(s));
	}
}

const struct CMUnitTest cel_tests[] = {
	cmocka_unit_test(test_each_rule_both_ways),
	cmocka_unit_test(test_whole_objects),
	cmocka_unit_test(test_no_rule_without_rows),
	cmocka_unit_test(test_kinds),
	cmocka_unit_test(test_names),
};

const size_t cel_tests_count = COUNT(cel_tests);

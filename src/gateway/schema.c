/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of Gateway API fields as one tree a kind: see schema.h. PCRE2 stays in this file; its memory comes from
 * arenas, so there is nothing to close.
 */
#include "gateway/schema.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define PATH_DEPTH 32u               /* steps of a path; the deepest of the CRDs has 12 */
#define ALL_API UINT32_MAX

bool gateway_version_parse(str text, struct gateway_version *out)
{
	uint64_t minor;
	if (!str_starts(text, STR("1.")) || text.n != 3 || !str_to_u64(str_from(text, 2), GATEWAY_MINOR_MAX, &minor))
		return false;
	out->minor = (unsigned)minor;
	return true;
}

str gateway_version_text(struct arena *arena, struct gateway_version version)
{
	return arena_printf(arena, "1.%u%s", version.minor, version.experimental ? " experimental" : "");
}

/* ---- patterns ---- */

static void *pattern_alloc(size_t size, void *arena)
{
	return arena_alloc(arena, 1, _Alignof(max_align_t), size);
}

static void pattern_free(void *memory, void *arena)
{
	(void)memory;
	(void)arena;
}

static bool pattern_compile(struct arena *arena, struct schema_pattern *pattern)
{
	int error;
	size_t offset;
	pcre2_general_context *general = pcre2_general_context_create(pattern_alloc, pattern_free, arena);
	pcre2_compile_context *context = pcre2_compile_context_create(general);
	pattern->code = pcre2_compile((PCRE2_SPTR)pattern->text.p, pattern->text.n,
		PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_NO_AUTO_CAPTURE, &error, &offset, context);
	return pattern->code != NULL;
}

void *schema_matcher(struct arena *arena)
{
	return pcre2_match_data_create(1, pcre2_general_context_create(pattern_alloc, pattern_free, arena));
}

/*
 * The DFA matcher, because header values have a pattern on which backtracking takes exponential time.
 */
bool schema_matches(const struct schema_pattern *pattern, str text, void *matcher)
{
	int space[512];
	return pcre2_dfa_match(pattern->code, (PCRE2_SPTR)(text.n ? text.p : ""), text.n, 0, PCRE2_DFA_SHORTEST, matcher, NULL,
		space, sizeof space / sizeof space[0]) >= 0;
}

/* ---- loading ---- */

/* "1.0-1.4", "1.7", "-" */
static bool parse_span(str text, struct schema_span *out)
{
	struct gateway_version first = { 0 }, last = { 0 };
	str a, b;
	if (str_eq(text, STR("-"))) {
		*out = (struct schema_span){ 1, 0 };
		return true;
	}
	if (!str_cut(text, '-', &a, &b))
		b = a;
	if (!gateway_version_parse(a, &first) || !gateway_version_parse(b, &last))
		return false;
	*out = (struct schema_span){ (uint8_t)first.minor, (uint8_t)last.minor };
	return true;
}

static bool parse_type(str text, enum schema_type *out)
{
	static const str names[] = {
		STR_INIT("object"), STR_INIT("array"), STR_INIT("map"), STR_INIT("string"), STR_INIT("integer"),
		STR_INIT("boolean"), STR_INIT("any")
	};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (str_eq(names[i], text)) {
			*out = (enum schema_type)i;
			return true;
		}
	}
	return false;
}

/* "1..16", "..64", "0.." */
static bool parse_range(str text, struct schema_fact *fact)
{
	size_t dots = str_find(text, STR(".."));
	str low = str_slice(text, 0, dots), high = str_from(text, dots + 2);
	fact->has_min = low.n > 0;
	fact->has_max = high.n > 0;
	return dots < text.n && (!low.n || str_to_i64(low, &fact->min)) && (!high.n || str_to_i64(high, &fact->max));
}

static const struct schema_pattern *find_pattern(const struct schema *schema, str name)
{
	for (size_t i = 0; i < schema->pattern.n; i++)
		if (str_eq(schema->pattern.item[i]->name, name))
			return schema->pattern.item[i];
	return NULL;
}

static bool parse_facet(const struct schema *schema, str cell, struct schema_kind *kind, struct schema_fact *fact)
{
	str key, value;
	bool valued = str_cut(cell, '=', &key, &value);
	if (!valued && str_eq(key, STR("required"))) {
		fact->required = true;
	} else if (!valued && str_eq(key, STR("int32"))) {
		fact->int32 = true;
	} else if (!valued && str_eq(key, STR("address"))) {
		fact->address = true;
	} else if (str_eq(key, STR("unique"))) {
		fact->unique = true;
		fact->unique_key = value;
	} else if (str_eq(key, STR("default"))) {
		fact->default_text = value;
	} else if (str_eq(key, STR("enum"))) {
		fact->words = value;
	} else if (str_eq(key, STR("pattern"))) {
		fact->pattern = find_pattern(schema, value);
		return fact->pattern != NULL;
	} else if (str_eq(key, STR("scope"))) {
		kind->cluster = str_eq(value, STR("Cluster"));
	} else {
		bool range = str_eq(key, STR("length")) || str_eq(key, STR("items")) || str_eq(key, STR("keys"))
			|| str_eq(key, STR("value"));
		return range && parse_range(value, fact);
	}
	return true;
}

/* Cuts the first step off a path: "rules[].name" gives "rules", "[].name" gives "[]". */
static str path_step(str *path)
{
	str rest = *path;
	size_t n = 0;
	if (rest.n && (rest.p[0] == '[' || rest.p[0] == '{'))
		n = 2;
	else
		while (n < rest.n && rest.p[n] != '.' && rest.p[n] != '[' && rest.p[n] != '{')
			n++;
	*path = str_from(rest, n);
	if (path->n && path->p[0] == '.')
		*path = str_from(*path, 1);
	return str_slice(rest, 0, n);
}

/* The table is sorted, so the child wanted is nearly always the last one. */
static struct schema_node *grow(struct arena *arena, struct schema_node *node, str path)
{
	for (unsigned depth = 0; path.n && depth < PATH_DEPTH; depth++) {
		str name = path_step(&path);
		struct schema_node *next = NULL;
		for (size_t i = node->child.n; i > 0 && !next; i--)
			if (str_eq(node->child.item[i - 1]->name, name))
				next = node->child.item[i - 1];
		if (!next) {
			next = NEW(arena, struct schema_node);
			next->name = name;
			LIST_PUSH(arena, &node->child, next);
		}
		node = next;
	}
	return node;
}

static uint32_t api_bits(const struct schema_kind *kind, str names)
{
	uint32_t bits = 0;
	str name;
	if (str_eq(names, STR("*")))
		return ALL_API;
	for (bool more = true; more;) {
		more = str_cut(names, ',', &name, &names);
		for (size_t i = 0; i < kind->api.n; i++)
			if (str_eq(kind->api.item[i].name, name))
				bits |= UINT32_C(1) << i;
	}
	return bits;
}

static bool add_apis(struct arena *arena, struct schema_kind *kind, str names, const struct schema_span in[2])
{
	str name;
	for (bool more = true; more;) {
		more = str_cut(names, ',', &name, &names);
		if (kind->api.n == 31)
			return false;
		struct schema_api api = { name, { in[0], in[1] } };
		LIST_PUSH(arena, &kind->api, api);
	}
	return true;
}

static struct schema_kind *kind_of_row(struct schema *schema, str name)
{
	if (!schema->kind.n || !str_eq(schema->kind.item[schema->kind.n - 1].name, name)) {
		struct schema_kind kind = { .name = name, .root = NEW(schema->arena, struct schema_node) };
		kind.root->name = STR(".");
		LIST_PUSH(schema->arena, &schema->kind, kind);
	}
	return &schema->kind.item[schema->kind.n - 1];
}

/* kind, apiVersions, path, standard, experimental, type, then facets */
static bool add_row(struct schema *schema, str line)
{
	str cell[6];
	for (size_t i = 0; i < 6; i++)
		str_cut(line, '\t', &cell[i], &line);
	if (str_eq(cell[0], STR("pattern"))) {
		struct schema_pattern *pattern = NEW(schema->arena, struct schema_pattern);
		pattern->name = cell[1];
		pattern->text = cell[2];
		LIST_PUSH(schema->arena, &schema->pattern, pattern);
		return pattern_compile(schema->arena, pattern);
	}
	struct schema_kind *kind = kind_of_row(schema, cell[0]);
	struct schema_fact fact = { 0 };
	if (!parse_span(cell[3], &fact.in[0]) || !parse_span(cell[4], &fact.in[1]) || !parse_type(cell[5], &fact.type))
		return false;
	while (line.n) {
		str facet;
		str_cut(line, '\t', &facet, &line);
		if (!parse_facet(schema, facet, kind, &fact))
			return false;
	}
	bool root = str_eq(cell[2], STR("."));
	if (root && !add_apis(schema->arena, kind, cell[1], fact.in))
		return false;
	fact.api = api_bits(kind, cell[1]);
	struct schema_node *node = root ? kind->root : grow(schema->arena, kind->root, cell[2]);
	LIST_PUSH(schema->arena, &node->fact, fact);
	return fact.api != 0;
}

struct schema *schema_load(struct arena *arena, str tsv)
{
	struct schema *schema = NEW(arena, struct schema);
	schema->arena = arena;
	while (tsv.n) {
		str line;
		str_cut(tsv, '\n', &line, &tsv);
		if (line.n && line.p[0] != '#' && !add_row(schema, line))
			return NULL;
	}
	return schema->kind.n ? schema : NULL;
}

/* ---- asking ---- */

const struct schema_kind *schema_kind(const struct schema *schema, str kind)
{
	for (size_t i = 0; i < schema->kind.n; i++)
		if (str_eq(schema->kind.item[i].name, kind))
			return &schema->kind.item[i];
	return NULL;
}

bool schema_span_has(const struct schema_span in[2], struct gateway_version version)
{
	struct schema_span span = in[version.experimental];
	return version.minor >= span.first && version.minor <= span.last;
}

const struct schema_node *schema_child(const struct schema_node *node, str name)
{
	for (size_t i = 0; i < node->child.n; i++)
		if (str_eq(node->child.item[i]->name, name))
			return node->child.item[i];
	return NULL;
}

const struct schema_fact *schema_fact_at(const struct schema_node *node, uint32_t api, struct gateway_version version)
{
	for (size_t i = 0; i < node->fact.n; i++)
		if ((node->fact.item[i].api & api) && schema_span_has(node->fact.item[i].in, version))
			return &node->fact.item[i];
	return NULL;
}

/* Bit of the apiVersion to print, 0 when there is none; its name in *name. */
static uint32_t printed_api(const struct schema_kind *kind, struct gateway_version version, str *name)
{
	static const str order[] = { STR_INIT("v1"), STR_INIT("v1beta1"), STR_INIT("v1alpha3"), STR_INIT("v1alpha2") };
	size_t skip = str_eq(kind->name, STR("ReferenceGrant")) ? 1 : 0;
	for (size_t o = skip; o < sizeof order / sizeof order[0]; o++) {
		for (size_t i = 0; i < kind->api.n; i++) {
			const struct schema_api *api = &kind->api.item[i];
			if (str_eq(api->name, order[o]) && schema_span_has(api->in, version)) {
				*name = api->name;
				return UINT32_C(1) << i;
			}
		}
	}
	return 0;
}

str schema_api_version(const struct schema *schema, str kind, struct gateway_version version)
{
	const struct schema_kind *k = schema_kind(schema, kind);
	str name;
	if (!k || !printed_api(k, version, &name))
		return STR("");
	static const str full[] = {
		STR_INIT(GATEWAY_GROUP "/v1"), STR_INIT(GATEWAY_GROUP "/v1beta1"), STR_INIT(GATEWAY_GROUP "/v1alpha3"),
		STR_INIT(GATEWAY_GROUP "/v1alpha2")
	};
	for (size_t i = 0; i < sizeof full / sizeof full[0]; i++)
		if (str_eq(str_from(full[i], sizeof GATEWAY_GROUP), name))
			return full[i];
	return STR("");
}

static const struct schema_fact *fact_of(const struct schema *schema, str kind, str path, struct gateway_version version)
{
	const struct schema_kind *k = schema_kind(schema, kind);
	str name;
	uint32_t api = k ? printed_api(k, version, &name) : 0;
	const struct schema_node *node = api ? k->root : NULL;
	const struct schema_fact *fact = node ? schema_fact_at(node, api, version) : NULL;
	while (node && path.n) {
		node = schema_child(node, path_step(&path));
		fact = node ? schema_fact_at(node, api, version) : NULL;
		if (!fact)
			return NULL;
	}
	return fact;
}

bool schema_has_field(const struct schema *schema, str kind, str path, struct gateway_version version)
{
	return fact_of(schema, kind, path, version) != NULL;
}

bool schema_has_enum(const struct schema *schema, str kind, str path, str value, struct gateway_version version)
{
	const struct schema_fact *fact = fact_of(schema, kind, path, version);
	str words = fact ? fact->words : STR(""), word;
	while (words.n) {
		str_cut(words, '|', &word, &words);
		if (str_eq(word, value))
			return true;
	}
	return false;
}

bool schema_field_since(const struct schema *schema, str kind, str path, bool experimental, unsigned *minor)
{
	for (unsigned i = 0; i <= GATEWAY_MINOR_MAX; i++) {
		if (schema_has_field(schema, kind, path, (struct gateway_version){ i, experimental })) {
			*minor = i;
			return true;
		}
	}
	return false;
}

bool schema_enum_since(const struct schema *schema, str kind, str path, str value, bool experimental, unsigned *minor)
{
	for (unsigned i = 0; i <= GATEWAY_MINOR_MAX; i++) {
		if (schema_has_enum(schema, kind, path, value, (struct gateway_version){ i, experimental })) {
			*minor = i;
			return true;
		}
	}
	return false;
}

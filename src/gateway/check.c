/* SPDX-License-Identifier: Apache-2.0 */
/* The walk over an object and its kind's schema, side by side: see check.h. */
#include "gateway/check.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/buf.h"
#include "base/map.h"
#include "gateway/cel.h"
#include "gateway/check_walk.h"
#include "gateway/defaults.h"

#define SHOWN_BYTES 80u              /* of a wrong value, in a message */

struct checker {
	const struct schema *schema;
	struct gateway_version version;
	void *matcher;
	struct map fit;                  /* short texts that have matched a pattern: most are said again and again */
};

struct checker *checker_new(struct arena *arena, const struct schema *schema, struct gateway_version version)
{
	struct checker *checker = NEW(arena, struct checker);
	*checker = (struct checker){ .schema = schema, .version = version, .matcher = schema_matcher(arena) };
	map_init(&checker->fit, arena);
	return checker;
}

/* ---- saying what is wrong ---- */

static str place_text(struct arena *scratch, const struct step *at)
{
	const struct step *way[CHECK_DEPTH + 2];
	size_t n = 0;
	struct buf out;
	buf_init(&out, scratch, 0);
	for (; at && n < sizeof way / sizeof way[0]; at = at->outer)
		way[n++] = at;
	for (; n > 0; n--) {
		switch (way[n - 1]->kind) {
		case STEP_FIELD:
			buf_printf(&out, "%s%.*s", out.n ? "." : "", STR_ARG(way[n - 1]->name));
			break;
		case STEP_ELEMENT:
			buf_printf(&out, "[%zu]", way[n - 1]->index);
			break;
		case STEP_KEY:
			buf_printf(&out, "[%.*s]", STR_ARG(way[n - 1]->name));
			break;
		}
	}
	return buf_str(&out);
}

void check_fault(struct walk *walk, const struct step *at, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	str message = arena_vprintf(walk->scratch, format, args);
	va_end(args);
	walk->good = false;
	walk->report(walk->user, place_text(walk->scratch, at), message);
}

static bool continues(char c)
{
	return ((unsigned char)c & 0xC0u) == 0x80u;
}

str check_shown(const struct walk *walk, str text)
{
	struct buf out;
	size_t end = text.n;
	if (end > SHOWN_BYTES)
		for (end = SHOWN_BYTES; end > 0 && continues(text.p[end]);)
			end--;
	buf_init(&out, walk->scratch, 0);
	buf_add_json(&out, str_slice(text, 0, end));
	if (end < text.n)
		buf_add(&out, STR("..."));
	return buf_str(&out);
}

/* ---- values ---- */

static bool type_fits(enum schema_type type, const struct node *node, str *wanted)
{
	switch (type) {
	case SCHEMA_OBJECT:
	case SCHEMA_MAP:
		*wanted = STR("a map");
		return node->kind == NODE_MAP;
	case SCHEMA_ARRAY:
		*wanted = STR("a list");
		return node->kind == NODE_LIST;
	case SCHEMA_STRING:
		*wanted = STR("text");
		return node->kind == NODE_STRING;
	case SCHEMA_INTEGER:
		*wanted = STR("a whole number");
		return node->kind == NODE_INT;
	case SCHEMA_BOOLEAN:
		*wanted = STR("true or false");
		return node->kind == NODE_BOOL;
	case SCHEMA_ANY:
		return true;
	}
	return true;
}

static void check_count(struct walk *walk, const struct schema_fact *fact, const struct step *at, size_t count, const char *what)
{
	if (fact->has_min && (int64_t)count < fact->min)
		check_fault(walk, at, "has %zu %s, at least %" PRId64 " are needed", count, what, fact->min);
	if (fact->has_max && (int64_t)count > fact->max)
		check_fault(walk, at, "has %zu %s, at most %" PRId64 " are allowed", count, what, fact->max);
}

static void check_words(struct walk *walk, const struct schema_fact *fact, const struct step *at, str value)
{
	str rest = fact->words, word;
	struct buf list;
	while (rest.n) {
		str_cut(rest, '|', &word, &rest);
		if (str_eq(word, value))
			return;
	}
	if (!fact->words.n)
		return;
	buf_init(&list, walk->scratch, 0);
	for (rest = fact->words; rest.n;) {
		str_cut(rest, '|', &word, &rest);
		buf_printf(&list, "%s%.*s", list.n ? ", " : "", STR_ARG(word));
	}
	check_fault(walk, at, "%.*s is none of %.*s", STR_ARG(check_shown(walk, value)), STR_ARG(buf_str(&list)));
}

/* Characters, not bytes: Unicode code points. */
static size_t characters(str text)
{
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++)
		n += !continues(text.p[i]);
	return n;
}

static bool matches(struct checker *checker, const struct schema_pattern *pattern, str text)
{
	enum { SHORT = 48, MOST = 4096 };
	char bytes[sizeof pattern + SHORT];
	str key = { bytes, sizeof pattern + text.n };
	if (text.n > SHORT)
		return schema_matches(pattern, text, checker->matcher);
	memcpy(bytes, &pattern, sizeof pattern);
	if (text.n)
		memcpy(bytes + sizeof pattern, text.p, text.n);
	if (map_get(&checker->fit, key))
		return true;
	if (!schema_matches(pattern, text, checker->matcher))
		return false;
	if (checker->fit.n < MOST)
		map_set(&checker->fit, arena_str(checker->fit.arena, key), checker);
	return true;
}

/* Patterns see only texts of the right length, so none of them costs more than the table's limits allow. */
static void check_text(struct walk *walk, const struct schema_fact *fact, const struct step *at, str text)
{
	size_t n = characters(text);
	check_count(walk, fact, at, n, "characters");
	check_words(walk, fact, at, text);
	if (fact->pattern && !(fact->has_max && (int64_t)n > fact->max) && !matches(walk->checker, fact->pattern, text))
		check_fault(walk, at, "%.*s does not match %.*s", STR_ARG(check_shown(walk, text)), STR_ARG(fact->pattern->text));
}

/* A number that does not fit its node has the number 0 and another text. */
static bool is_huge(const struct node *node)
{
	str text = node_text(node);
	for (size_t i = 0; node->number == 0 && i < text.n; i++)
		if (char_is_digit(text.p[i]) && text.p[i] != '0')
			return true;
	return false;
}

static void check_number(struct walk *walk, const struct schema_fact *fact, const struct step *at, const struct node *node)
{
	int64_t value = node->number;
	if (is_huge(node) || (fact->int32 && (value < INT32_MIN || value > INT32_MAX))) {
		check_fault(walk, at, "%.*s does not fit %d bits", STR_ARG(node_text(node)), fact->int32 ? 32 : 64);
		return;
	}
	if (fact->has_min && value < fact->min)
		check_fault(walk, at, "%" PRId64 " is less than %" PRId64, value, fact->min);
	if (fact->has_max && value > fact->max)
		check_fault(walk, at, "%" PRId64 " is more than %" PRId64, value, fact->max);
	if (fact->words.n)
		check_words(walk, fact, at, arena_printf(walk->scratch, "%" PRId64, value));
}

/* ---- lists, maps, objects ---- */

static void check_value(struct walk *walk, const struct schema_node *schema, const struct schema_fact *fact, const struct step *at,
	const struct node *value, unsigned depth);

/* Texts that are equal exactly for equal values of one type. */
static str identity(const struct walk *walk, const struct node *value)
{
	return value && value->kind == NODE_INT ? arena_printf(walk->scratch, "%" PRId64, value->number) : node_text(value);
}

static void check_unique(struct walk *walk, const struct schema_fact *fact, const struct step *at, const struct node *list)
{
	struct map seen;
	map_init(&seen, walk->scratch);
	for (size_t i = 0; i < list->as.list.n; i++) {
		struct node *item = list->as.list.item[i];
		const struct node *value = fact->unique_key.n ? node_get(item, fact->unique_key) : item;
		if (!value || !node_is_scalar(value))
			continue;
		str key = identity(walk, value);
		const struct step here = { .outer = at, .kind = STEP_ELEMENT, .index = i };
		if (map_get(&seen, key))
			check_fault(walk, &here, "%.*s%s%.*s stands there before", STR_ARG(fact->unique_key), fact->unique_key.n ? " " : "",
				STR_ARG(check_shown(walk, key)));
		map_set(&seen, key, item);
	}
}

static void check_list(struct walk *walk, const struct schema_node *schema, const struct schema_fact *fact, const struct step *at,
	const struct node *list, unsigned depth)
{
	const struct schema_node *element = schema_child(schema, STR("[]"));
	const struct schema_fact *inner = element ? schema_fact_at(element, walk->api, walk->version) : NULL;
	check_count(walk, fact, at, list->as.list.n, "elements");
	if (fact->unique)
		check_unique(walk, fact, at, list);
	for (size_t i = 0; inner && i < list->as.list.n; i++) {
		const struct step here = { .outer = at, .kind = STEP_ELEMENT, .index = i };
		check_value(walk, element, inner, &here, list->as.list.item[i], depth + 1);
	}
}

static void check_map(struct walk *walk, const struct schema_node *schema, const struct schema_fact *fact, const struct step *at,
	const struct node *map, unsigned depth)
{
	const struct schema_node *element = schema_child(schema, STR("{}"));
	const struct schema_fact *inner = element ? schema_fact_at(element, walk->api, walk->version) : NULL;
	check_count(walk, fact, at, map->as.map.n, "keys");
	for (size_t i = 0; inner && i < map->as.map.n; i++) {
		const struct step here = { .outer = at, .kind = STEP_KEY, .name = map->as.map.item[i].key };
		check_value(walk, element, inner, &here, map->as.map.item[i].value, depth + 1);
	}
}

/* Four numbers; the API server allows leading zeros. */
static bool is_ipv4(str s)
{
	str part;
	size_t n = 0;
	for (bool more = true; more; n++) {
		uint64_t number;
		more = str_cut(s, '.', &part, &s);
		if (!str_to_u64(part, 255, &number))
			return false;
	}
	return n == 4;
}

static bool is_ipv6(str s)
{
	unsigned char bytes[16];
	char text[INET6_ADDRSTRLEN] = "";
	if (s.n == 0 || s.n >= sizeof text || memchr(s.p, 0, s.n))
		return false;
	memcpy(text, s.p, s.n);
	return inet_pton(AF_INET6, text, bytes) == 1;
}

/* With type IPAddress the value, when there is one, is an address. */
static void check_address(struct walk *walk, const struct step *at, const struct node *address)
{
	const struct node *value = node_get(address, STR("value"));
	const struct step here = { .outer = at, .name = STR_INIT("value") };
	if (!value || value->kind != NODE_STRING || !str_eq(node_text(node_get(address, STR("type"))), STR("IPAddress")))
		return;
	if (!is_ipv4(node_text(value)) && !is_ipv6(node_text(value)))
		check_fault(walk, &here, "%.*s is no IP address", STR_ARG(check_shown(walk, node_text(value))));
}

static void check_unknown(struct walk *walk, const struct schema_node *known, const struct step *at)
{
	if (known)
		check_fault(walk, at, "is no field in Gateway API %.*s", STR_ARG(gateway_version_text(walk->scratch, walk->version)));
	else
		check_fault(walk, at, "is no field of %.*s", STR_ARG(walk->kind->name));
}

static void check_object(struct walk *walk, const struct schema_node *schema, const struct step *at, const struct node *map, unsigned depth)
{
	for (size_t i = 0; i < map->as.map.n; i++) {
		const struct pair *pair = &map->as.map.item[i];
		const struct step here = { .outer = at, .name = pair->key };
		const struct schema_node *child = schema_child(schema, pair->key);
		const struct schema_fact *fact = child ? schema_fact_at(child, walk->api, walk->version) : NULL;
		if (fact)
			check_value(walk, child, fact, &here, pair->value, depth + 1);
		else if (at || !(str_eq(pair->key, STR("apiVersion")) || str_eq(pair->key, STR("kind")) || str_eq(pair->key, STR("metadata"))))
			check_unknown(walk, child, &here);
	}
	for (size_t i = 0; i < schema->child.n; i++) {
		const struct schema_fact *fact = schema_fact_at(schema->child.item[i], walk->api, walk->version);
		const struct step here = { .outer = at, .name = schema->child.item[i]->name };
		if (fact && fact->required && !node_get(map, here.name))
			check_fault(walk, &here, "is required");
	}
}

static void check_value(struct walk *walk, const struct schema_node *schema, const struct schema_fact *fact, const struct step *at,
	const struct node *value, unsigned depth)
{
	str wanted;
	if (depth > CHECK_DEPTH)
		return;
	if (!type_fits(fact->type, value, &wanted)) {
		check_fault(walk, at, "is %.*s, not %.*s", STR_ARG(node_kind_name(value)), STR_ARG(wanted));
		return;
	}
	switch (fact->type) {
	case SCHEMA_OBJECT:
		check_object(walk, schema, at, value, depth);
		if (fact->address)
			check_address(walk, at, value);
		break;
	case SCHEMA_ARRAY:
		check_list(walk, schema, fact, at, value, depth);
		break;
	case SCHEMA_MAP:
		check_map(walk, schema, fact, at, value, depth);
		break;
	case SCHEMA_STRING:
		check_text(walk, fact, at, node_text(value));
		break;
	case SCHEMA_INTEGER:
		check_number(walk, fact, at, value);
		break;
	case SCHEMA_BOOLEAN:
		check_words(walk, fact, at, value->truth ? STR("true") : STR("false"));
		break;
	case SCHEMA_ANY:
		break;
	}
}

/* ---- the object ---- */

static void say_rule(void *user, str place, const struct cel_rule *rule)
{
	struct walk *walk = user;
	walk->good = false;
	walk->report(walk->user, place, rule->message);
}

/* Name of the apiVersion without the group; empty when it is not one that is served. */
static str find_api(struct walk *walk, str api_version)
{
	if (!str_starts(api_version, STR(GATEWAY_GROUP "/")))
		return STR("");
	str name = str_from(api_version, sizeof GATEWAY_GROUP);
	for (size_t i = 0; i < walk->kind->api.n; i++) {
		if (str_eq(walk->kind->api.item[i].name, name) && schema_span_has(walk->kind->api.item[i].in, walk->version)) {
			walk->api = UINT32_C(1) << i;
			return name;
		}
	}
	return STR("");
}

bool checker_check(struct checker *checker, struct arena *scratch, const struct node *object, check_report *report, void *user)
{
	struct walk walk = { .version = checker->version, .checker = checker, .scratch = scratch, .report = report, .user = user,
		.good = true };
	const struct step kind_at = { .name = STR_INIT("kind") }, api_at = { .name = STR_INIT("apiVersion") };
	str kind = node_text(node_get(object, kind_at.name)), api_version = node_text(node_get(object, api_at.name));
	walk.kind = schema_kind(checker->schema, kind);
	if (!walk.kind) {
		check_fault(&walk, &kind_at, "%.*s is no kind of Gateway API", STR_ARG(check_shown(&walk, kind)));
		return false;
	}
	str api = find_api(&walk, api_version);
	if (!api.n) {
		check_fault(&walk, &api_at, "%.*s of kind %.*s is not served in Gateway API %.*s", STR_ARG(check_shown(&walk, api_version)),
			STR_ARG(kind), STR_ARG(gateway_version_text(scratch, walk.version)));
		return false;
	}
	const struct node *filled = defaults_fill(scratch, walk.kind, walk.api, walk.version, object);
	check_metadata(&walk, object);
	check_object(&walk, walk.kind->root, NULL, filled, 0);
	if (walk.good)
		cel_check(kind, api, walk.version, filled, scratch, say_rule, &walk);
	return walk.good;
}

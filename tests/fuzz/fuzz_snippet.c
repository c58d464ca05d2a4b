/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration text of nginx. A text with a first byte below 0x80 is cut into directives, and what was cut is written again and
 * cut once more: both must be the same. Any other first byte puts the rest into a snippet of an Ingress or of the ConfigMap; what is
 * not understood must stand behind a guard, in every route, and no such route may lead to a backend.
 *
 * seeds: own
 * covers: src/controllers/nginx_text.c
 * touches: src/controllers/snippet_text.c
 */
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/buf.h"
#include "controllers/controllers.h"
#include "controllers/nginx_text.h"
#include "doc/doc.h"
#include "gateway/schema.h"
#include "targets/lower.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In quotes, with escapes for all that would be read in another way. */
static void write_word(struct buf *out, str word)
{
	buf_add_char(out, '"');
	for (size_t i = 0; i < word.n; i++) {
		if (word.p[i] == '"' || word.p[i] == '\\')
			buf_add_char(out, '\\');
		buf_add_char(out, word.p[i]);
	}
	buf_add_char(out, '"');
}

static void write_list(struct buf *out, const struct nginx_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct nginx_directive *d = list->item[i];
		write_word(out, d->name);
		for (size_t j = 0; j < d->args.n; j++) {
			buf_add_char(out, ' ');
			write_word(out, d->args.item[j].text);
		}
		if (!d->block) {
			buf_add_char(out, ';');
			continue;
		}
		buf_add_char(out, '{');
		if (d->lua)
			buf_add(out, d->body);
		write_list(out, &d->children);
		buf_add_char(out, '}');
	}
}

/* Offsets lie within the text and within the block around them. */
static void check_places(const struct nginx_list *list, size_t start, size_t end, size_t *count)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct nginx_directive *d = list->item[i];
		if (d->at < start || d->end > end || d->at >= d->end)
			abort();
		for (size_t j = 0; j < d->args.n; j++)
			if (d->args.item[j].at <= d->at || d->args.item[j].at >= d->end)
				abort();
		start = d->end;
		++*count;
		check_places(&d->children, d->at, d->end, count);
	}
}

static bool same(const struct nginx_list *a, const struct nginx_list *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		const struct nginx_directive *x = a->item[i], *y = b->item[i];
		if (!str_eq(x->name, y->name) || x->args.n != y->args.n || x->block != y->block || x->lua != y->lua)
			return false;
		for (size_t j = 0; j < x->args.n; j++)
			if (!str_eq(x->args.item[j].text, y->args.item[j].text))
				return false;
		if ((x->lua && !str_eq(x->body, y->body)) || !same(&x->children, &y->children))
			return false;
	}
	return true;
}

static void cut(struct arena *arena, str input)
{
	struct nginx_text text, again;
	struct buf out;
	size_t count = 0;
	nginx_text_read(arena, input, &text);
	if (text.fault != NGINX_GOOD) {
		if (text.why.n == 0 || text.fault_at > input.n)
			abort();
		return;
	}
	check_places(&text.directives, 0, input.n, &count);
	if (count != text.count)
		abort();
	buf_init(&out, arena, 0);
	write_list(&out, &text.directives);
	nginx_text_read(arena, buf_str(&out), &again);
	/* escapes make a word longer, and one of the greatest length is then too long */
	if (again.fault != NGINX_LONG_WORD && again.fault != NGINX_LIMIT && (again.fault != NGINX_GOOD || !same(&text.directives, &again.directives)))
		abort();
}

static void read_text(const char *p, size_t n)
{
	struct escape escape;
	struct arena arena;
	escape_init(&escape);
	arena_init(&arena, (size_t)1 << 30, &escape);
	if (setjmp(escape.env) != 0)
		abort();
	cut(&arena, (str){ p, n });
	if (escape.open)
		abort();
	arena_release(&arena);
}

/* ---- from an Ingress to rules ---- */

enum { SERVER = 1, FOR_ALL = 2, TLS = 4, BASIC = 8, REGEX = 16, ALLOW = 32, GRPC = 64 };

/* Tables, read once: they would take most of the time. */
struct tables {
	struct escape escape;
	struct arena arena;
	struct sources sources;
	struct diags diags;
	struct mapping mapping;
	struct schema *schema;
};

static const struct tables *load_tables(void)
{
	static struct tables t;
	if (t.schema)
		return &t;
	escape_init(&t.escape);
	arena_init(&t.arena, 0, &t.escape);
	sources_init(&t.sources, &t.arena);
	diags_init(&t.diags, &t.arena);
	if (!mapping_load(&t.mapping, &t.arena, &t.sources, &t.diags, NULL))
		abort();
	t.schema = schema_load(&t.arena, mapping_builtin_text(STR("gateway-api/fields.tsv")));
	if (!t.schema)
		abort();
	return &t;
}

/* What is no text of JSON would be refused before it is a snippet. */
static void add_json(cJSON *map, const char *name, str text)
{
	char *copy = malloc(text.n + 1);
	if (!copy)
		abort();
	for (size_t i = 0; i < text.n; i++)
		copy[i] = (text.p[i] & 0x80) || text.p[i] == 0 ? '?' : text.p[i];
	copy[text.n] = 0;
	cJSON_AddStringToObject(map, name, copy);
	free(copy);
}

static cJSON *ingress(str text, unsigned bits)
{
	cJSON *root = cJSON_Parse("{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"Ingress\",\"metadata\":{\"name\":\"a\",\"namespace\":\"n\",\"annotations\":{}},"
		"\"spec\":{\"ingressClassName\":\"nginx\",\"rules\":[{\"host\":\"a.example.com\",\"http\":{\"paths\":[{\"path\":\"/\",\"pathType\":\"Prefix\","
		"\"backend\":{\"service\":{\"name\":\"s\",\"port\":{\"number\":80}}}},{\"path\":\"/x\",\"pathType\":\"Prefix\","
		"\"backend\":{\"service\":{\"name\":\"s\",\"port\":{\"number\":80}}}}]}}]}}");
	cJSON *annotations = cJSON_GetObjectItem(cJSON_GetObjectItem(root, "metadata"), "annotations");
	if (!(bits & FOR_ALL))
		add_json(annotations, bits & SERVER ? "nginx.ingress.kubernetes.io/server-snippet" : "nginx.ingress.kubernetes.io/configuration-snippet", text);
	if (bits & BASIC) {
		cJSON_AddStringToObject(annotations, "nginx.ingress.kubernetes.io/auth-type", "basic");
		cJSON_AddStringToObject(annotations, "nginx.ingress.kubernetes.io/auth-secret", "users");
	}
	if (bits & REGEX)
		cJSON_AddStringToObject(annotations, "nginx.ingress.kubernetes.io/use-regex", "true");
	if (bits & ALLOW)
		cJSON_AddStringToObject(annotations, "nginx.ingress.kubernetes.io/whitelist-source-range", "10.0.0.0/8");
	if (bits & GRPC)
		cJSON_AddStringToObject(annotations, "nginx.ingress.kubernetes.io/backend-protocol", "GRPC");
	if (bits & TLS)
		cJSON_AddItemToObject(cJSON_GetObjectItem(root, "spec"), "tls", cJSON_Parse("[{\"hosts\":[\"a.example.com\"],\"secretName\":\"t\"}]"));
	return root;
}

static cJSON *config_map(str text, unsigned bits)
{
	cJSON *root = cJSON_Parse("{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"ingress-nginx-controller\",\"namespace\":\"ingress-nginx\"},"
		"\"data\":{}}");
	if (bits & FOR_ALL)
		add_json(cJSON_GetObjectItem(root, "data"), bits & SERVER ? "http-snippet" : "location-snippet", text);
	return root;
}

static char *input_of(str text, unsigned bits)
{
	cJSON *root = cJSON_Parse("{\"apiVersion\":\"v1\",\"kind\":\"List\"}"), *list = cJSON_CreateArray();
	cJSON_AddItemToArray(list, config_map(text, bits));
	cJSON_AddItemToArray(list, ingress(text, bits));
	cJSON_AddItemToObject(root, "items", list);
	char *out = cJSON_PrintUnformatted(root);
	cJSON_Delete(root);
	if (!out)
		abort();
	return out;
}

/* ---- what must hold ---- */

static bool is_known(const struct controller_table *table, str name)
{
	for (size_t i = 0; i < table->directives.n; i++) {
		str row = table->directives.item[i].name;
		if (str_eq(row, name) || (str_ends(row, STR("*")) && str_starts(name, str_slice(row, 0, row.n - 1))))
			return true;
	}
	return false;
}

/* A directive that no table knows stands in force: not in a block, whose condition may never hold. */
static bool has_unknown(const struct controller_table *table, const struct nginx_text *text)
{
	for (size_t i = 0; i < text->directives.n; i++)
		if (!is_known(table, text->directives.item[i]->name))
			return true;
	return false;
}

/* Nothing of the route reaches a backend in a Gateway that lacks every protection. */
static bool is_shut(const struct route *r, enum side side)
{
	for (size_t i = 0; i < r->steps.n; i++) {
		const struct step *s = r->steps.item[i];
		if (step_is_said(s, side) && (s->kind == STEP_GUARD || s->kind == STEP_STATUS || s->kind == STEP_REDIRECT))
			return true;
	}
	return r->cases.n == 0;
}

static void check_model(const struct model *model, bool doubtful)
{
	for (size_t i = 0; i < model->entries.n; i++)
		for (size_t j = 0; j < model->entries.item[i]->hosts.n; j++) {
			const struct host *h = model->entries.item[i]->hosts.item[j];
			for (size_t k = 0; doubtful && k < h->routes.n; k++)
				if (!is_shut(h->routes.item[k], SIDE_PLAIN) || !is_shut(h->routes.item[k], SIDE_TLS))
					abort();
		}
}

static bool is_modifier(const struct header_modifier *m)
{
	return m->set.n <= 16 && m->add.n <= 16 && m->remove.n <= 16 && m->set.n + m->add.n + m->remove.n > 0;
}

static void check_rule(const struct http_rule *rule, bool doubtful)
{
	size_t request = 0, response = 0;
	if (doubtful && rule->backends.n)
		abort();
	for (size_t i = 0; i < rule->filters.n; i++) {
		const struct http_filter *f = &rule->filters.item[i];
		bool is_request = str_eq(f->type, STR("RequestHeaderModifier")), is_response = str_eq(f->type, STR("ResponseHeaderModifier"));
		request += is_request;
		response += is_response;
		if ((is_request && !is_modifier(&f->request_headers)) || (is_response && !is_modifier(&f->response_headers)))
			abort();
	}
	if (request > 1 || response > 1)
		abort();
}

struct input {
	struct arena scratch;
	struct snapshot snapshot;
};

static void visit(void *user, struct node *root)
{
	struct input *in = user;
	if (root)
		snapshot_add(&in->snapshot, root);
	arena_reset(&in->scratch);
}

static void translate(struct arena *arena, str json, str text)
{
	const struct tables *t = load_tables();
	struct sources *sources = NEW(arena, struct sources);
	struct diags *diags = NEW(arena, struct diags);
	struct ledger *ledger = NEW(arena, struct ledger);
	struct doc_limits limits = doc_limits_fill((struct doc_limits){ 0 });
	const struct str_list none = { 0 };
	struct input in = { 0 };
	struct doc_reader reader = { &in.scratch, diags, &limits, visit, &in };
	sources_init(sources, arena);
	diags_init(diags, arena);
	ledger_init(ledger, arena);
	arena_init(&in.scratch, 0, arena->escape);
	snapshot_init(&in.snapshot, arena, sources, diags);
	if (!doc_read(&reader, sources, sources_add(sources, STR("fuzz.json"), json)))
		abort();
	snapshot_finish(&in.snapshot);
	arena_release(&in.scratch);
	struct front front = { .arena = arena, .snapshot = &in.snapshot, .mapping = &t->mapping, .ledger = ledger, .diags = diags,
		.from = &none, .classes = &none, .controller_flags = &none };
	struct model *model = controllers_build(&front);
	struct nginx_text cut_text;
	nginx_text_read(arena, text, &cut_text);
	bool doubtful = cut_text.fault != NGINX_GOOD || has_unknown(mapping_controller(&t->mapping, STR("ingress-nginx")), &cut_text);
	check_model(model, doubtful);
	struct lowering lowering = { .arena = arena, .ledger = ledger, .diags = diags, .mapping = &t->mapping,
		.target = mapping_target(&t->mapping, STR("standard")), .schema = t->schema, .version = { 5, false }, .accept = &none };
	for (size_t i = 0; i < model->entries.n; i++) {
		struct entry_part part = lower_entry(&lowering, model->entries.item[i]);
		for (size_t j = 0; j < part.routes.n; j++)
			for (size_t k = 0; k < part.routes.item[j]->rules.n; k++)
				check_rule(&part.routes.item[j]->rules.item[k].rule, doubtful);
	}
}

static bool is_off(str text)
{
	static const str OFF[] = { STR_INIT("off"), STR_INIT("false"), STR_INIT("0"), STR_INIT("none"), STR_INIT("") };
	for (size_t i = 0; i < sizeof OFF / sizeof *OFF; i++)
		if (str_eq_nocase(OFF[i], text))
			return true;
	return false;
}

static void convert(str text, unsigned bits)
{
	struct escape escape;
	struct arena arena;
	/* as it comes out of the JSON */
	char *copy = malloc(text.n + 1), *json = input_of(text, bits);
	if (!copy)
		abort();
	for (size_t i = 0; i < text.n; i++)
		copy[i] = (text.p[i] & 0x80) || text.p[i] == 0 ? '?' : text.p[i];
	str seen = { copy, text.n };
	/* a setting of the controller that is off is none */
	if ((bits & FOR_ALL) && is_off(str_trim(seen)))
		seen.n = 0;
	escape_init(&escape);
	arena_init(&arena, (size_t)1 << 30, &escape);
	if (setjmp(escape.env) != 0)
		abort();
	translate(&arena, str_c(json), seen);
	if (escape.open)
		abort();
	arena_release(&arena);
	free(json);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	/* A copy of its own, so that a look past the end is seen. */
	char *copy = malloc(size);
	if (!copy)
		abort();
	memcpy(copy, data, size);
	if (data[0] < 0x80)
		read_text(copy, size);
	else
		convert((str){ copy + 1, size - 1 }, data[0] & 0x7fu);
	free(copy);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole conversion of Ingresses that are made up of the input's bytes: each byte chooses among hosts, paths, annotations of the controllers' tables with
 * values that they take, Services, targets. So what the fuzzer changes is what a person would change, and the proof's verdict is the check: what is printed
 * is equal, or differs as a message says (exit code 5 is a finding); every fact of the input is in the report; output in JSON is JSON.
 *
 * seeds: bytes
 * covers: src/targets/lower.c src/targets/rules.c src/targets/paths.c src/controllers/routes.c src/controllers/hosts.c
 * touches: src/targets/stated.c src/targets/forms.c src/targets/policies.c src/targets/guarded.c src/targets/expressions.c src/verify/compare.c
 * touches: src/controllers/canary.c src/controllers/steps.c src/controllers/kong_routes.c src/gateway/assemble.c src/gateway/listeners.c
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "lib/convert.h"
#include "tables.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ---- bytes as choices; behind their end all are 0 ---- */

struct bytes {
	const uint8_t *p;
	size_t n;
};

static unsigned choose(struct bytes *bytes, unsigned of)
{
	if (!bytes->n)
		return 0;
	bytes->n--;
	return *bytes->p++ % of;
}

#define PICK(bytes, list) ((list)[choose((bytes), sizeof (list) / sizeof (list)[0])])

static const char *const HOSTS[] = { "a.example.com", "b.example.com", "*.example.com", "", "*.a.example.com", "www.a.example.com" };
static const char *const PATHS[] = {
	"/", "/a", "/a/", "/a/b", "/A", "/ab", "/a(/|$)(.*)", "/a/.*", "/[a-c]+", "/(a|b)/(.*)", "/a.b", "/a%20b", "", "/a/b/c", "/.*", "/~/a", "/~/a/(?<x>b)$", "/a$",
};
static const char *const TYPES[] = { "Prefix", "Exact", "ImplementationSpecific" };
static const char *const CLASSES[] = { "nginx", "nginx", "nginx", "kong" };
static const char *const TARGETS[] = {
	"standard", "envoy-gateway", "traefik", "contour", "standard", "envoy-gateway", "nginx-gateway-fabric", "kong",
};
static const char *const VERSIONS[] = { "", "", "", "1.0", "1.2", "1.4", "1.7" };
/* Where a row has no example, and beside its examples. */
static const char *const VALUES[] = { "true", "false", "/", "/$2", "/x/$1", "10.0.0.0/8", "5", "100", "https://b.example.com/y", "secret", "a.example.com", "GET, POST", "" };

/* ---- Ingresses ---- */

/* An annotation that was written. */
struct written {
	unsigned ingress;
	str key;
};

struct facts {
	struct buf *out;
	struct bytes *bytes;
	LIST(struct written) list;
};

static void add_annotation(struct facts *f, const struct controller_table *table, unsigned ingress, bool first)
{
	size_t count = table->annotations.n;
	/* two bytes, because there are more than 256 */
	size_t row = (choose(f->bytes, 256) * 256u + choose(f->bytes, 256)) % count;
	const struct annotation_row *a = &table->annotations.item[row];
	unsigned how = choose(f->bytes, 4);
	str value = how < 2 && a->example.n ? a->example : how == 2 && a->other.n ? a->other : str_c(PICK(f->bytes, VALUES));
	buf_printf(f->out, "%s", first ? "" : ", ");
	struct written written = { ingress, arena_join(f->out->arena, table->prefixes.item[0], a->name) };
	LIST_PUSH(f->out->arena, &f->list, written);
	buf_add_json(f->out, written.key);
	buf_add(f->out, STR(": "));
	buf_add_json(f->out, value);
}

static void add_rule(struct facts *f, bool first)
{
	buf_printf(f->out, "%s{\"host\": \"%s\", \"http\": {\"paths\": [", first ? "" : ", ", PICK(f->bytes, HOSTS));
	unsigned paths = 1 + choose(f->bytes, 3);
	for (unsigned i = 0; i < paths; i++) {
		const char *path = PICK(f->bytes, PATHS), *type = PICK(f->bytes, TYPES);
		buf_printf(f->out, "%s{\"path\": ", i ? ", " : "");
		buf_add_json(f->out, str_c(path));
		buf_printf(f->out, ", \"pathType\": \"%s\", \"backend\": {\"service\": {\"name\": \"s%u\", \"port\": {\"number\": 80}}}}", type, choose(f->bytes, 3));
	}
	buf_add(f->out, STR("]}}"));
}

static void add_ingress(struct facts *f, unsigned number)
{
	const char *class = PICK(f->bytes, CLASSES);
	const struct controller_table *table = NULL;
	const struct mapping *mapping = tables();
	for (size_t i = 0; i < mapping->controllers.n; i++)
		if (str_eq(mapping->controllers.item[i]->name, strcmp(class, "kong") == 0 ? STR("kong") : STR("ingress-nginx")))
			table = mapping->controllers.item[i];
	if (!table)
		abort();
	buf_printf(f->out, "---\n{\"apiVersion\": \"networking.k8s.io/v1\", \"kind\": \"Ingress\", \"metadata\": {\"name\": \"i%u\", \"namespace\": \"n%u\", \"annotations\": {",
		number, choose(f->bytes, 2));
	unsigned annotations = choose(f->bytes, 4);
	for (unsigned i = 0; i < annotations; i++)
		add_annotation(f, table, number, i == 0);
	buf_printf(f->out, "}}, \"spec\": {\"ingressClassName\": \"%s\", ", class);
	if (choose(f->bytes, 3) == 1)
		buf_printf(f->out, "\"tls\": [{\"hosts\": [\"%s\"], \"secretName\": \"t%u\"}], ", PICK(f->bytes, HOSTS), choose(f->bytes, 2));
	if (choose(f->bytes, 6) == 1)
		buf_add(f->out, STR("\"defaultBackend\": {\"service\": {\"name\": \"d\", \"port\": {\"number\": 80}}}, "));
	buf_add(f->out, STR("\"rules\": ["));
	unsigned rules = 1 + choose(f->bytes, 2);
	for (unsigned i = 0; i < rules; i++)
		add_rule(f, i == 0);
	buf_add(f->out, STR("]}}\n"));
}

/* ---- the checks ---- */

/* How many facts the summary counts, and how many there are. */
static size_t counted(const cJSON *summary)
{
	const cJSON *item;
	double sum = 0;
	cJSON_ArrayForEach(item, cJSON_GetObjectItem(summary, "facts"))
		sum += item->valuedouble;
	return (size_t)sum;
}

static size_t listed(const cJSON *objects)
{
	const cJSON *item;
	size_t n = 0;
	cJSON_ArrayForEach(item, objects)
		n += (size_t)cJSON_GetArraySize(cJSON_GetObjectItem(item, "facts"));
	return n;
}

static bool is_listed(const cJSON *ingresses, const struct written *written)
{
	char name[16];
	const cJSON *ingress, *fact;
	snprintf(name, sizeof name, "i%u", written->ingress);
	cJSON_ArrayForEach(ingress, ingresses)
		if (strcmp(cJSON_GetStringValue(cJSON_GetObjectItem(ingress, "name")), name) == 0)
			cJSON_ArrayForEach(fact, cJSON_GetObjectItem(ingress, "facts"))
				if (str_eq(str_c(cJSON_GetStringValue(cJSON_GetObjectItem(fact, "key"))), written->key))
					return true;
	return false;
}

static const char *fault_of(struct convert *run, const struct facts *facts, const cJSON *report)
{
	const cJSON *ingresses = cJSON_GetObjectItem(report, "ingresses");
	int code = run->report.exit_code;
	if (!report)
		return "the report is no JSON";
	if (code != 0 && code != 1)
		return code == 5 ? "a difference that no message states" : "the exit code";
	if (counted(cJSON_GetObjectItem(report, "summary")) != listed(ingresses) + listed(cJSON_GetObjectItem(report, "others")))
		return "the summary counts other facts than there are";
	for (size_t i = 0; i < facts->list.n; i++)
		if (!is_listed(ingresses, &facts->list.item[i]))
			return "an annotation vanished";
	if (run->options.format == OUTPUT_YAML || !run->manifests.n)
		return NULL;
	cJSON *manifests = cJSON_ParseWithLength(run->manifests.p, run->manifests.n);
	bool good = manifests != NULL;
	cJSON_Delete(manifests);
	return good ? NULL : "the manifests are no JSON";
}

static void check(struct convert *run, const struct facts *facts)
{
	struct buf text, json;
	buf_init(&text, &run->in.arena, 0);
	buf_init(&json, &run->in.arena, 0);
	report_text(&text, &run->report, (struct report_style){ 0 });
	report_json(&json, &run->report);
	cJSON *report = cJSON_ParseWithLength(json.p, json.n);
	const char *fault = fault_of(run, facts, report);
	cJSON_Delete(report);
	if (!fault)
		return;
	fprintf(stderr, "%s: exit code %d with --target %.*s --gateway-api %.*s --channel %s --form %s --world %s\n%.*s\n%.*s\n", fault, run->report.exit_code,
		STR_ARG(run->options.target), STR_ARG(run->options.gateway_api), run->options.experimental ? "experimental" : "standard",
		run->options.exact ? "exact" : "simple", run->options.in.world == WORLD_CLOSED ? "closed" : "open", STR_ARG(buf_str(facts->out)),
		STR_ARG(buf_str(&text)));
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes bytes = { data, size };
	struct convert_options options;
	struct convert run;
	convert_options_init(&options);
	unsigned flags = choose(&bytes, 256);
	options.target = str_c(PICK(&bytes, TARGETS));
	options.gateway_api = str_c(PICK(&bytes, VERSIONS));
	options.experimental = flags & 1;
	options.exact = flags & 2;
	options.format = flags & 4 ? OUTPUT_JSON : OUTPUT_YAML;
	options.in.world = flags & 8 ? WORLD_CLOSED : WORLD_OPEN;
	options.in.jobs = 1;
	convert_init(&run, &options, (size_t)1 << 30);
	if (setjmp(run.in.escape.env) == 0) {
		struct buf input;
		buf_init(&input, &run.in.arena, 0);
		struct facts facts = { .out = &input, .bytes = &bytes };
		unsigned ingresses = 1 + choose(&bytes, 4);
		for (unsigned i = 0; i < ingresses; i++)
			add_ingress(&facts, i);
		for (unsigned i = 0; i < 3 && options.in.world == WORLD_CLOSED; i++)
			buf_printf(&input, "---\n{\"apiVersion\": \"v1\", \"kind\": \"Service\", \"metadata\": {\"name\": \"s%u\", \"namespace\": \"n0\"}, \"spec\": {\"ports\": [{\"port\": 80}]}}\n", i);
		run.in.mapping = *tables();
		sources_add(&run.in.sources, STR("fuzz.yaml"), buf_str(&input));
		convert_run(&run);
		check(&run, &facts);
	}
	convert_release(&run);
	return 0;
}

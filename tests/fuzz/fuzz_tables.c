/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables of users: the input is a file for --mapping. Whatever is in it, it is taken, or what is wrong is said with a place in it; and a
 * table that is taken converts, traces nothing away and never leads to what the program itself calls a bug.
 *
 * seeds: own
 * covers: src/mapping/load.c src/mapping/load_controller.c src/mapping/load_target.c src/mapping/load_template.c src/mapping/versions.c
 * touches: src/lib/mappings_lint.c src/controllers/plain.c src/mapping/template.c src/mapping/template_take.c
 */
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "lib/convert.h"
#include "lib/mappings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the tables of the fixtures speak of, in three controllers' words. */
static const char MANIFESTS[] =
	"apiVersion: networking.k8s.io/v1\n"
	"kind: Ingress\n"
	"metadata:\n"
	"  name: a\n"
	"  namespace: web\n"
	"  annotations:\n"
	"    nginx.ingress.kubernetes.io/whitelist-source-range: 10.0.0.0/8\n"
	"    nginx.ingress.kubernetes.io/auth-type: basic\n"
	"    nginx.ingress.kubernetes.io/auth-secret: staff\n"
	"    nginx.ingress.kubernetes.io/limit-rps: '5'\n"
	"    nginx.ingress.kubernetes.io/limit-connections: '5'\n"
	"    nginx.ingress.kubernetes.io/proxy-body-size: 8m\n"
	"    nginx.ingress.kubernetes.io/proxy-read-timeout: '90'\n"
	"    nginx.ingress.kubernetes.io/enable-cors: 'true'\n"
	"    nginx.ingress.kubernetes.io/affinity: cookie\n"
	"    nginx.ingress.kubernetes.io/example-tenant: red\n"
	"    nginx.ingress.kubernetes.io/example-tenant-quota: 10m\n"
	"    nginx.ingress.kubernetes.io/example-office-only: 'true'\n"
	"spec: {ingressClassName: nginx, rules: [{host: a.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: s, port: {number: 80}}}}]}}]}\n"
	"---\n"
	"apiVersion: networking.k8s.io/v1\n"
	"kind: Ingress\n"
	"metadata:\n"
	"  name: b\n"
	"  namespace: web\n"
	"  annotations:\n"
	"    edge.example.com/allow-from: 10.0.0.0/8, ::1/128\n"
	"    edge.example.com/read-timeout: '120'\n"
	"    edge.example.com/max-body: 8m\n"
	"    edge.example.com/force-https: 'true'\n"
	"    edge.example.com/redirect-to: https://a.example.com/x\n"
	"spec: {ingressClassName: edge, rules: [{host: b.example.com, http: {paths: [{path: /b, pathType: Prefix, backend: {service: {name: s, port: {number: 80}}}}]}}]}\n"
	"---\n"
	"apiVersion: networking.k8s.io/v1\n"
	"kind: Ingress\n"
	"metadata: {name: c, namespace: web, annotations: {konghq.com/strip-path: 'true', konghq.com/plugins: x}}\n"
	"spec: {ingressClassName: kong, rules: [{host: c.example.com, http: {paths: [{path: /c, pathType: Prefix, backend: {service: {name: s, port: {number: 80}}}}]}}]}\n";

static void check_faults(const struct tables *tables, struct arena *arena)
{
	struct buf json;
	buf_init(&json, arena, 0);
	tables_faults_json(&json, tables);
	tables_faults_count(&json, tables);
	buf_add_char(&json, '\0');
	const char *end = NULL;
	cJSON *list = cJSON_ParseWithOpts(json.p, &end, 0);
	if (!list)
		abort();
	for (const cJSON *fault = list->child; fault; fault = fault->next)
		if (!cJSON_GetObjectItem(fault, "line") || strcmp(cJSON_GetObjectItem(fault, "file")->valuestring, "user.yaml") != 0) {
			fwrite(json.p, 1, json.n, stderr);
			abort();
		}
	cJSON_Delete(list);
}

/* The target of which the table says something, else one with policies. */
static str target_of(const struct tables *tables, str text)
{
	for (size_t i = 0; i < tables->mapping->targets.n; i++) {
		str name = tables->mapping->targets.item[i]->name;
		if (str_starts(text, arena_join(tables->sources.arena, STR("name: "), name)) || str_has(text, arena_join(tables->sources.arena, STR("\nname: "), name)))
			return name;
	}
	return STR("envoy-gateway");
}

static void convert(const struct mapping_texts *texts, str target)
{
	struct convert_options options;
	struct convert run;
	struct buf report;
	convert_options_init(&options);
	options.target = target;
	options.in.mappings = *texts;
	convert_init(&run, &options, (size_t)1 << 30);
	if (setjmp(run.in.escape.env) == 0) {
		sources_add(&run.in.sources, STR("fuzz.yaml"), (str){ MANIFESTS, sizeof MANIFESTS - 1 });
		convert_run(&run);
		buf_init(&report, &run.in.arena, 0);
		report_text(&report, &run.report, (struct report_style){ 0 });
		if (run.report.exit_code == 6) {
			fwrite(report.p, 1, report.n, stderr);
			abort();
		}
	}
	convert_release(&run);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct escape escape;
	struct arena arena;
	/* Exactly as long as the input, so that a look past its end is seen. */
	char *copy = malloc(size ? size : 1);
	if (!copy)
		abort();
	if (size)
		memcpy(copy, data, size);
	escape_init(&escape);
	arena_init(&arena, (size_t)1 << 30, &escape);
	/* Only memory may end early, and there is enough of it. */
	if (setjmp(escape.env) != 0)
		abort();
	struct mapping_text text = { STR_INIT("user.yaml"), { copy, size } };
	const struct mapping_texts texts = { &text, 1, 1 };
	const struct tables *tables = tables_load(&arena, &texts);
	if (tables_have(tables, DIAG_INTERNAL))
		abort();
	if (tables->diags.list.n)
		check_faults(tables, &arena);
	else
		convert(&texts, target_of(tables, text.text));
	free(copy);
	arena_release(&arena);
	return 0;
}

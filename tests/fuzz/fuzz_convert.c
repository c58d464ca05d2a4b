/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole conversion, a part of them through the public function. A first byte of 0x80 and more is taken as options, so that any manifest is
 * a seed as it is; among these options are three that put the input into one Ingress, as a snippet, as a path with its rewrite or as
 * the value of an annotation, which reaches deeper than manifests that are made up of random bytes.
 *
 * covers: src/controllers/nginx_text.c src/kube/ingress.c src/kube/decode.c src/kube/meta.c
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <ing2gw.h>

#include "lib/convert.h"

enum { CLOSED = 1, JSON = 2, EXPERIMENTAL = 4, OTHER = 8, OLD = 16, SHAPE = 96, AS_SNIPPET = 32, AS_PATH = 64, AS_VALUE = 96 };
#include "tables.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct text {
	char *p;
	size_t n;
};

static void add(struct text *t, const char *s)
{
	size_t n = strlen(s);
	memcpy(t->p + t->n, s, n);
	t->n += n;
}

/* The inside of a JSON string; each byte becomes at most six. */
static void add_quoted(struct text *t, const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		char c[8];
		snprintf(c, sizeof c, data[i] < 0x20 || data[i] == '"' || data[i] == '\\' || data[i] >= 0x7f ? "\\u%04x" : "%c", data[i]);
		add(t, c);
	}
}

/* The part before the first NUL, and the part behind it. */
static size_t first_part(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, 0, size);
	return end ? (size_t)(end - data) : size;
}

static struct text ingress_of(const uint8_t *data, size_t size, unsigned shape)
{
	struct text t = { malloc(size * 6 + 2048), 0 };
	if (!t.p)
		abort();
	size_t cut = first_part(data, size), behind = cut < size ? cut + 1 : size;
	add(&t, "{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"Ingress\",\"metadata\":{\"name\":\"a\",\"namespace\":\"n\",\"annotations\":{"
		"\"nginx.ingress.kubernetes.io/");
	if (shape == AS_SNIPPET) {
		add(&t, "configuration-snippet\":\"");
		add_quoted(&t, data, size);
	} else if (shape == AS_PATH) {
		add(&t, "use-regex\":\"true\",\"nginx.ingress.kubernetes.io/rewrite-target\":\"");
		add_quoted(&t, data + behind, size - behind);
	} else {
		add_quoted(&t, data, cut);
		add(&t, "\":\"");
		add_quoted(&t, data + behind, size - behind);
	}
	add(&t, "\"}},\"spec\":{\"ingressClassName\":\"nginx\",\"rules\":[{\"host\":\"a.example.com\",\"http\":{\"paths\":[{\"path\":\"/");
	if (shape == AS_PATH)
		add_quoted(&t, data, cut);
	add(&t, "\",\"pathType\":\"ImplementationSpecific\",\"backend\":{\"service\":{\"name\":\"s\",\"port\":{\"number\":80}}}}]}}]}}");
	return t;
}

static struct text input_of(const uint8_t *data, size_t size, unsigned shape)
{
	if (shape)
		return ingress_of(data, size, shape);
	/* Exactly as long as the input, so that a look past its end is seen. */
	struct text t = { malloc(size ? size : 1), size };
	if (!t.p)
		abort();
	if (size)
		memcpy(t.p, data, size);
	return t;
}

/* An answer is whole: ends as it must, is JSON where it says so, and never admits a bug of its own (exit code 6). */
static void check(const struct ing2gw_result *r, bool json)
{
	if (r->exit_code != 0 && r->exit_code != 1 && r->exit_code != 3) {
		fwrite(r->report_text, 1, r->report_text_size, stderr);
		abort();
	}
	if (!r->manifests || !r->report_text || r->manifests[r->manifests_size] || r->report_text[r->report_text_size])
		abort();
	cJSON *report = cJSON_Parse(r->report_json);
	if (!report || strlen(r->report_json) != r->report_json_size)
		abort();
	cJSON_Delete(report);
	if (json && r->manifests_size) {
		cJSON *manifests = cJSON_Parse(r->manifests);
		if (!manifests)
			abort();
		cJSON_Delete(manifests);
	}
}

static char *copy_text(str text, size_t *size)
{
	char *p = malloc(text.n + 1);
	if (!p)
		abort();
	if (text.n)
		memcpy(p, text.p, text.n);
	p[text.n] = 0;
	*size = text.n;
	return p;
}

/* As ing2gw_convert() does it, and faster. */
static void convert(const struct text *text, unsigned bits)
{
	struct convert_options options;
	struct convert run;
	struct ing2gw_result result = { 0 };
	struct buf report, json;
	const struct mapping *mapping = tables();
	convert_options_init(&options);
	options.gateway_api = bits & OLD ? STR("1.4") : bits & OTHER ? STR("1.7") : STR("");
	options.experimental = (bits & EXPERIMENTAL) != 0;
	options.in.world = bits & CLOSED ? WORLD_CLOSED : WORLD_AUTO;
	options.format = bits & JSON ? OUTPUT_JSON : OUTPUT_YAML;
	options.comments = !(bits & OLD);
	convert_init(&run, &options, (size_t)1 << 30);
	if (setjmp(run.in.escape.env) == 0) {
		run.in.mapping = *mapping;
		sources_add(&run.in.sources, STR("fuzz.yaml"), (str){ text->p, text->n });
		convert_run(&run);
		buf_init(&report, &run.in.arena, 0);
		buf_init(&json, &run.in.arena, 0);
		report_text(&report, &run.report, (struct report_style){ 0 });
		report_json(&json, &run.report);
		result.exit_code = run.report.exit_code;
		result.manifests = copy_text(run.manifests, &result.manifests_size);
		result.report_text = copy_text(buf_str(&report), &result.report_text_size);
		result.report_json = copy_text(buf_str(&json), &result.report_json_size);
		check(&result, (bits & JSON) != 0);
		ing2gw_result_free(&result);
	}
	convert_release(&run);
}

static void call_library(const struct text *text, unsigned bits)
{
	static const char *const accept[] = { "auth.basic", NULL };
	struct ing2gw_input input = { "fuzz.yaml", text->p, text->n };
	struct ing2gw_options options = {
		.gateway_api = bits & OLD ? "1.4" : bits & OTHER ? "1.7" : NULL, .gateway = bits & OTHER ? "infra/edge" : NULL,
		.accept = bits & OTHER ? accept : NULL, .strict = bits & OTHER ? "cosmetic" : NULL,
		.experimental = (bits & EXPERIMENTAL) != 0, .world_closed = (bits & CLOSED) != 0, .no_comments = (bits & OLD) != 0,
		.json = (bits & JSON) != 0, .memory_limit = (size_t)1 << 30,
	};
	struct ing2gw_result result;
	int rc = ing2gw_convert(&input, 1, &options, &result);
	if (rc == 0)
		check(&result, options.json != 0);
	else if (result.exit_code != 6 || result.manifests || result.report_text || result.report_json)
		abort();
	ing2gw_result_free(&result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool chosen = size && data[0] >= 0x80;
	unsigned bits = chosen ? data[0] & 0x7fu : 0;
	struct text text = input_of(data + chosen, size - chosen, bits & SHAPE);
	if (bits & OTHER || size % 32 == 0)
		call_library(&text, bits);
	else
		convert(&text, bits);
	free(text.p);
	return 0;
}

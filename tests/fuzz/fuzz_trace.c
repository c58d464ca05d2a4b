/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of requests, asked of a model that holds much and is made once. With a zero byte what stands before it is a manifest, of which a
 * model is made; a part of these goes through the public function, which is much slower.
 *
 * seeds: requests
 * covers: src/lib/trace_request.c src/verify/trace_json.c src/route/address.c
 * touches: src/route/evaluate.c src/route/index.c src/route/run_steps.c src/route/run_guard.c src/route/run_forward.c
 * touches: src/route/run_errors.c src/route/run_answer.c
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <ing2gw.h>

#include "lib/trace.h"
#include "lib/trace_request.h"
#include "tables.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NGINX "nginx.ingress.kubernetes.io/"

static const char MANIFEST[] =
	"{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [\n"
	"{\"apiVersion\": \"networking.k8s.io/v1\", \"kind\": \"Ingress\", \"metadata\": {\"name\": \"a\", \"annotations\": {\n"
	"\"" NGINX "rewrite-target\": \"/p/$2\", \"" NGINX "enable-cors\": \"true\", \"" NGINX "cors-allow-origin\": \"https://*.example.com\",\n"
	"\"" NGINX "auth-url\": \"http://auth/check?u=$request_uri\", \"" NGINX "auth-signin\": \"https://sso.example.com/?a=$escaped_request_uri\",\n"
	"\"" NGINX "server-alias\": \"b.example.com, ~^c[0-9]+$\", \"" NGINX "denylist-source-range\": \"10.0.0.0/8, fd00::/8\"}},\n"
	"\"spec\": {\"ingressClassName\": \"nginx\", \"tls\": [{\"hosts\": [\"a.example.com\"], \"secretName\": \"t\"}], \"rules\": [{\"host\": \"a.example.com\",\n"
	"\"http\": {\"paths\": [{\"path\": \"/x(/|$)(.*)\", \"pathType\": \"ImplementationSpecific\", \"backend\": {\"service\": {\"name\": \"s\",\n"
	"\"port\": {\"number\": 80}}}}]}}]}},\n"
	"{\"apiVersion\": \"networking.k8s.io/v1\", \"kind\": \"Ingress\", \"metadata\": {\"name\": \"w\", \"annotations\": {\n"
	"\"" NGINX "auth-type\": \"basic\", \"" NGINX "auth-secret\": \"u\", \"" NGINX "custom-http-errors\": \"404,503\", \"" NGINX "proxy-body-size\": \"1k\"}},\n"
	"\"spec\": {\"ingressClassName\": \"nginx\", \"rules\": [{\"host\": \"*.w.example.com\", \"http\": {\"paths\": [{\"path\": \"/\", \"pathType\": \"Prefix\",\n"
	"\"backend\": {\"service\": {\"name\": \"s\", \"port\": {\"number\": 80}}}}]}}]}}]}\n";

static size_t lines(const char *text, size_t size)
{
	size_t n = 0;
	bool blank = true;
	for (size_t i = 0; i < size; i++) {
		n += text[i] == '\n' && !blank;
		blank = text[i] == '\n' || (blank && (text[i] == ' ' || text[i] == '\t' || text[i] == '\r'));
	}
	return n + !blank;
}

/* One line of JSON for each line that is not empty. */
static void check(const char *answers, const char *requests, size_t size)
{
	size_t n = 0;
	for (const char *at = answers; *at; n++) {
		const char *end = strchr(at, '\n');
		cJSON *answer = end ? cJSON_ParseWithLength(at, (size_t)(end - at)) : NULL;
		if (!answer || (!cJSON_HasObjectItem(answer, "status") && !cJSON_HasObjectItem(answer, "error")))
			abort();
		cJSON_Delete(answer);
		at = end + 1;
	}
	if (n != lines(requests, size)) {
		fprintf(stderr, "%zu answers\n%s", n, answers);
		abort();
	}
}

/* As trace_start() does it. */
static void ask_manifest(str text, str requests)
{
	struct intake_options options = { .world = text.n & 1 ? WORLD_CLOSED : WORLD_AUTO };
	struct trace trace;
	struct buf out;
	str line, rest = requests;
	const struct mapping *mapping = tables();
	options.limits = doc_limits_fill(options.limits);
	trace_init(&trace, &options, (size_t)1 << 30);
	if (setjmp(trace.in.escape.env) != 0) {
		trace_release(&trace);
		return;
	}
	trace.in.mapping = *mapping;
	sources_add(&trace.in.sources, STR("fuzz.yaml"), text);
	if (!trace_start(&trace))
		abort();
	buf_init(&out, &trace.written, 0);
	while (rest.n) {
		str_cut(rest, '\n', &line, &rest);
		trace_line(&trace, line, &out);
	}
	buf_add_char(&out, '\0');
	check(out.p, requests.p, requests.n);
	trace_release(&trace);
}

static void ask_library(const char *text, size_t size, const char *requests, size_t requests_size)
{
	struct ing2gw_input input = { "fuzz.yaml", text, size };
	struct ing2gw_options options = { .world_closed = size & 1, .memory_limit = (size_t)1 << 30 };
	struct ing2gw_answers answers;
	int rc = ing2gw_trace(&input, 1, &options, requests, requests_size, &answers);
	if (rc == 0 && ((answers.exit_code != 0 && answers.exit_code != 3) || strlen(answers.answers) != answers.answers_size))
		abort();
	if (rc == 0)
		check(answers.answers, requests, requests_size);
	else if (answers.exit_code != 6 || answers.answers)
		abort();
	ing2gw_answers_free(&answers);
}

static struct trace *start(void)
{
	static struct intake_options options;
	static struct trace trace;
	static bool started;
	if (started)
		return &trace;
	options.limits = doc_limits_fill(options.limits);
	trace_init(&trace, &options, 0);
	sources_add(&trace.in.sources, STR("fuzz.yaml"), str_c(MANIFEST));
	if (setjmp(trace.in.escape.env) != 0 || !trace_start(&trace))
		abort();
	started = true;
	return &trace;
}

/* As --given has it. */
static void check_given(struct arena *arena, str text)
{
	static const struct given none;
	struct given given = none;
	str name, value, line, rest, error = { "", 0 };
	str_cut(text, '\n', &line, &rest);
	str_cut(line, '=', &name, &value);
	if (trace_given_set(arena, &given, name, value, &error) != (error.n == 0))
		abort();
	if (given.status && (given.status < 100 || given.status > 599))
		abort();
}

static void ask_model(str requests)
{
	struct trace *trace = start();
	struct buf out;
	str line, rest = requests;
	if (setjmp(trace->in.escape.env) != 0)
		abort();
	buf_init(&out, &trace->written, 0);
	check_given(&trace->written, requests);
	while (rest.n) {
		str_cut(rest, '\n', &line, &rest);
		trace_line(trace, line, &out);
	}
	buf_add_char(&out, '\0');
	check(out.p, requests.p, requests.n);
	arena_reset(&trace->written);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *zero = size ? memchr(text, 0, size) : NULL;
	size_t n = zero ? (size_t)(zero - text) : 0;
	if (zero && size % 64 == 0)
		ask_library(text, n, zero + 1, size - n - 1);
	else if (zero)
		ask_manifest((str){ text, n }, (str){ zero + 1, size - n - 1 });
	else
		ask_model((str){ text, size });
	return 0;
}

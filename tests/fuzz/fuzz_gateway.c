/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Manifests of the Gateway side, as anybody may have written them, read with the tables of a target and held against some Ingresses. A first byte
 * of 0x80 and more chooses the target and the world, so that any manifest is a seed as it is.
 *
 * seeds: printed manifests of the fixtures
 * covers: src/gateway/read_route.c src/gateway/read_filter.c src/gateway/read_gateway.c src/gateway/read_other.c
 * touches: src/gateway/side_model.c src/gateway/side_steps.c src/gateway/side_policies.c src/gateway/side_attach.c src/gateway/side_extensions.c
 * touches: src/gateway/side_listeners.c src/gateway/side_backends.c src/gateway/side_words.c src/verify/verify_json.c src/verify/compare.c
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "lib/verify.h"
#include "tables.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NGINX "nginx.ingress.kubernetes.io/"

/* The hosts are those of the seeds. */
static const char BEFORE[] =
	"{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [\n"
	"{\"apiVersion\": \"networking.k8s.io/v1\", \"kind\": \"Ingress\", \"metadata\": {\"name\": \"a\", \"namespace\": \"shop\", \"annotations\": {\n"
	"\"" NGINX "rewrite-target\": \"/p/$2\", \"" NGINX "enable-cors\": \"true\", \"" NGINX "whitelist-source-range\": \"10.0.0.0/8\"}},\n"
	"\"spec\": {\"ingressClassName\": \"nginx\", \"tls\": [{\"hosts\": [\"shop.example.com\"], \"secretName\": \"t\"}], \"rules\": [{\"host\": \"shop.example.com\",\n"
	"\"http\": {\"paths\": [{\"path\": \"/x(/|$)(.*)\", \"pathType\": \"ImplementationSpecific\", \"backend\": {\"service\": {\"name\": \"s\",\n"
	"\"port\": {\"number\": 80}}}}]}}]}},\n"
	"{\"apiVersion\": \"networking.k8s.io/v1\", \"kind\": \"Ingress\", \"metadata\": {\"name\": \"w\", \"annotations\": {\n"
	"\"" NGINX "auth-type\": \"basic\", \"" NGINX "auth-secret\": \"u\", \"" NGINX "proxy-body-size\": \"1k\"}},\n"
	"\"spec\": {\"ingressClassName\": \"nginx\", \"rules\": [{\"host\": \"*.example.com\", \"http\": {\"paths\": [{\"path\": \"/\", \"pathType\": \"Prefix\",\n"
	"\"backend\": {\"service\": {\"name\": \"s\", \"port\": {\"number\": 80}}}}]}}]}}]}\n";

static const char *const TARGETS[] = {
	"standard", "envoy-gateway", "traefik", "contour", "kong", "istio", "nginx-gateway-fabric", "gke",
};
enum { TARGET = 7, CLOSED = 8 };

/* What is said is whole: JSON where it says so, and never a bug of its own. */
static void check(struct verify *verify)
{
	struct buf json, text, requests;
	buf_init(&json, &verify->in.arena, 0);
	buf_init(&text, &verify->in.arena, 0);
	buf_init(&requests, &verify->in.arena, 0);
	verify_json(verify, STR("0"), &json);
	comparison_text(&verify->both, false, &text);
	verify_requests(verify, &requests);
	cJSON *report = cJSON_ParseWithLength(json.p, json.n);
	const cJSON *differences = cJSON_GetObjectItem(report, "differences");
	if (!report || !cJSON_IsArray(differences) || text.n == 0)
		abort();
	/* a verdict of "different" shows a request */
	if (verify->both.result.verdict == VERDICT_DIFFERENT && (cJSON_GetArraySize(differences) == 0 || requests.n == 0))
		abort();
	for (const cJSON *item = differences->child; item; item = item->next) {
		const cJSON *before = cJSON_GetObjectItem(item, "before"), *after = cJSON_GetObjectItem(item, "after");
		if (!before || !after || cJSON_Compare(before, after, true))
			abort();
	}
	cJSON_Delete(report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool chosen = size && data[0] >= 0x80;
	unsigned bits = chosen ? data[0] & 0x7fu : 1;
	struct intake_options options = {
		.target = str_c(TARGETS[bits & TARGET]), .world = bits & CLOSED ? WORLD_CLOSED : WORLD_AUTO, .jobs = 1,
	};
	struct verify verify;
	/* Exactly as long as the input, so that a look past its end is seen. */
	size_t n = size - chosen;
	char *text = malloc(n ? n : 1);
	if (!text)
		abort();
	if (n)
		memcpy(text, data + chosen, n);
	verify_init(&verify, &options, (size_t)1 << 30);
	if (setjmp(verify.in.escape.env) == 0) {
		verify.in.mapping = *tables();
		sources_add(&verify.in.sources, STR("before.yaml"), (str){ BEFORE, sizeof BEFORE - 1 });
		verify.in.after = (uint32_t)verify.in.sources.n + 1;
		sources_add(&verify.in.sources, STR("after.yaml"), (str){ text, n });
		if (!verify_start(&verify))
			abort();
		check(&verify);
	}
	verify_release(&verify);
	free(text);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ing2gw: Kubernetes Ingress to Gateway API, as a library.
 *
 * Works on memory only: it reads no file, opens no connection, prints nothing, has no global state and never exits. Calls
 * from several threads do not disturb each other. All texts are UTF-8.
 */
#ifndef ING2GW_H
#define ING2GW_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A text with manifests (YAML or JSON). name is used in messages and comments, like a file name. */
struct ing2gw_input {
	const char *name;
	const char *text;
	size_t size;            /* bytes */
};

/* Zero or NULL means the default that `ing2gw convert --help` names. */
struct ing2gw_options {
	const char *target;             /* "standard" */
	const char *gateway_api;        /* "1.0" ... "1.7" */
	const char *gateway;            /* "namespace/name" */
	const char *existing_gateway;   /* "namespace/name" */
	const char *topology;           /* "shared", "per-namespace", "per-ingress" */
	const char *gateway_class;
	const char *form;               /* "simple", "exact" */
	const char *const *accept;      /* features whose loss is accepted, ends with NULL */
	const char *const *from;        /* controllers, ends with NULL */
	const char *const *namespaces;  /* print only what Ingresses of these become; each list ends with NULL */
	const char *selector;           /* ... with these labels, as for kubectl -l */
	const char *const *hosts;       /* ... for these hosts */
	const char *const *ingresses;   /* ... these: "namespace/name" */
	const char *strict;             /* "security", "routing", "availability", "behaviour", "cosmetic" */
	int experimental;               /* experimental channel */
	int world_closed;
	int no_comments;
	int no_proof;                   /* do not ask what is printed the same requests as the Ingresses */
	int json;                       /* manifests as JSON instead of YAML */
	size_t memory_limit;            /* bytes for one call; 0: none */
	unsigned jobs;                  /* threads that ask what is printed; the result is the same with every number */
};

struct ing2gw_result {
	int exit_code;                  /* as the command's: 0, 1, 3, 5 or 6 */
	char *manifests;                /* ends with a zero byte; owned by the result */
	size_t manifests_size;
	char *report_text;
	size_t report_text_size;
	char *report_json;              /* ing2gw/report/v1 */
	size_t report_json_size;
};

/*
 * Converts count inputs as one set. Fills result, which ing2gw_result_free() empties again. Returns 0 when result holds an
 * answer (exit_code tells which), -1 when memory ran out or options are no good; then result is empty but for exit_code
 * (6 or 2).
 */
int ing2gw_convert(const struct ing2gw_input *inputs, size_t count, const struct ing2gw_options *options,
	struct ing2gw_result *result);

void ing2gw_result_free(struct ing2gw_result *result);

/* What becomes of requests. */
struct ing2gw_answers {
	int exit_code;                  /* as the command's: 0, 3 or 6 */
	char *answers;                  /* JSON, a line for each request, in order; ends with a zero byte; owned by the result */
	size_t answers_size;
	char *messages;                 /* about the inputs, for people */
	size_t messages_size;
};

/*
 * Answers requests as the controllers of the Ingresses in the inputs do. requests are lines of JSON, as for
 * `ing2gw trace --requests FILE -o json`; a line that is no request is answered by {"error": "..."} and gives exit code 3. Of the
 * options count from, world_closed and memory_limit. Fills answers, which ing2gw_answers_free() empties again. Returns as
 * ing2gw_convert() does.
 */
int ing2gw_trace(const struct ing2gw_input *inputs, size_t count, const struct ing2gw_options *options, const char *requests,
	size_t requests_size, struct ing2gw_answers *answers);

void ing2gw_answers_free(struct ing2gw_answers *answers);

/* "0.1.0" */
const char *ing2gw_version(void);

#ifdef __cplusplus
}
#endif

#endif

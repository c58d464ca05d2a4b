/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of redirects in snippets, as the parts that a Gateway has for them. */
#include "controllers/snippet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

extern const struct CMUnitTest snippet_tests[];
extern const size_t snippet_tests_count;

#define COUNT(a) (sizeof (a) / sizeof (a)[0])

/* lost: a Gateway has no form for it. path NULL: the path of the request stays. */
static const struct {
	const char *template, *scheme, *host, *path;
	uint32_t port;
	bool query, lost;
} ADDRESSES[] = {
	{ "https://a.example$request_uri", "https", "a.example", NULL, 0, true, false },
	{ "https://$host$request_uri", "https", "", NULL, 0, true, false },
	{ "https://$http_host${request_uri}", "https", "", NULL, 0, true, false },
	{ "$scheme://a.example:8443$request_uri", "", "a.example", NULL, 8443, true, false },
	{ "https://$host:8443$request_uri", "https", "", NULL, 8443, true, false },
	{ "https://a.example$uri", "https", "a.example", NULL, 0, false, false },
	{ "https://a.example$uri$is_args$args", "https", "a.example", NULL, 0, true, false },
	{ "https://a.example/new", "https", "a.example", "/new", 0, false, false },
	{ "https://a.example/new$is_args$args", "https", "a.example", "/new", 0, true, false },
	{ "https://a.example/new?$query_string", "https", "a.example", "/new", 0, true, false },
	{ "https://a.example", "https", "a.example", "/", 0, false, false },
	{ "/new", "", "", "/new", 0, false, false },
	{ "https://a.example/new?b=c", "https", "a.example", "/new?b=c", 0, false, true },
	{ "https://a.example/#b", "https", "a.example", "/#b", 0, false, true },
	{ "https://a.example/b$request_uri", "https", "a.example", "/b$request_uri", 0, false, true },
	{ "https://$http_x_host$request_uri", "https", "$http_x_host", NULL, 0, true, true },
	{ "https://www.$host$request_uri", "https", "www.$host", NULL, 0, true, true },
	{ "$http_x_scheme://a.example/", "$http_x_scheme", "a.example", "/", 0, false, true },
	{ "https://a.example:$server_port/", "https", "a.example", "/", 0, false, true },
};

static void test_addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(ADDRESSES); i++) {
		struct redirect r = redirect_of_template(str_c(ADDRESSES[i].template));
		bool path = ADDRESSES[i].path ? r.change == PATH_FULL && str_eq(r.path, str_c(ADDRESSES[i].path)) : r.change == PATH_KEEP;
		bool same = str_eq(r.scheme, str_c(ADDRESSES[i].scheme)) && str_eq(r.host, str_c(ADDRESSES[i].host)) && r.port == ADDRESSES[i].port;
		if (!same || !path || r.keeps_query != ADDRESSES[i].query || (r.lost.n > 0) != ADDRESSES[i].lost ||
			!str_eq(r.location, str_c(ADDRESSES[i].template)))
			fail_msg("%s: %.*s %.*s %u %.*s %d %.*s", ADDRESSES[i].template, STR_ARG(r.scheme), STR_ARG(r.host), (unsigned)r.port,
				STR_ARG(r.path), r.keeps_query, STR_ARG(r.lost));
	}
}

const struct CMUnitTest snippet_tests[] = {
	cmocka_unit_test(test_addresses),
};
const size_t snippet_tests_count = COUNT(snippet_tests);

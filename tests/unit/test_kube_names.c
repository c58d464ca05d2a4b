/* SPDX-License-Identifier: Apache-2.0 */
/* Names, hosts, placeholders and times, by the rules of the Kubernetes API, RFC 1123 and RFC 3339. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/nearest.h"
#include "kube/decode.h"
#include "kube/names.h"

extern const struct CMUnitTest kube_names_tests[];
extern const size_t kube_names_tests_count;

#define COUNT(a) (sizeof (a) / sizeof (a)[0])

/* Seconds are those of `date -u -d TIME +%s`. */
static const struct {
	const char *text;
	bool good;
	int64_t seconds;
} TIMES[] = {
	{ "1970-01-01T00:00:00Z", true, 0 },
	{ "2000-02-29T23:59:59Z", true, 951868799 },
	{ "2024-05-31T12:00:00+02:00", true, 1717149600 },
	{ "2024-05-31t12:00:00.123456z", true, 1717156800 },
	{ "1999-12-31T19:00:00-05:00", true, 946684800 },
	{ "2100-03-01T00:00:00Z", true, 4107542400 },
	{ "2023-02-29T00:00:00Z", false, 0 },
	{ "2100-02-29T00:00:00Z", false, 0 },
	{ "2024-13-01T00:00:00Z", false, 0 },
	{ "2024-00-01T00:00:00Z", false, 0 },
	{ "2024-01-00T00:00:00Z", false, 0 },
	{ "2024-04-31T00:00:00Z", false, 0 },
	{ "2024-01-01T24:00:00Z", false, 0 },
	{ "2024-01-01T00:00:00", false, 0 },
	{ "2024-01-01T00:00:00.Z", false, 0 },
	{ "2024-01-01T00:00:00+0200", false, 0 },
	{ "2024-01-01 00:00:00Z", false, 0 },
	{ "2024-01-01T00:00:00Zx", false, 0 },
	{ "", false, 0 },
};

static void test_times(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(TIMES); i++) {
		int64_t seconds = 0;
		if (decode_time(str_c(TIMES[i].text), &seconds) != TIMES[i].good || seconds != TIMES[i].seconds)
			fail_msg("%s: %lld", TIMES[i].text, (long long)seconds);
	}
}

static const struct {
	const char *text;
	bool expected;
} PLACEHOLDERS[] = {
	{ "${HOST}", true }, { "a.${DOMAIN}.com", true }, { "$(VAR)", true }, { "{{ .Values.host }}", true }, { "<host>", true },
	{ "<your domain>", true }, { "x.%HOST%", true }, { "__HOST__.com", true }, { "__A_B__", true }, { "CHANGEME", false }, { "a__b", false },
	{ "/x(/|$)(.*)", false }, { "/(?<name>x)", false }, { "/(?P<name>x)", false }, { "/%20a%C3%A9%E2%82%AC", false }, { "/a{2}", false },
	{ "/$1", false }, { "$", false }, { "<", false }, { "<>", false }, { "${", false }, { "%%", false }, { "%1AB%", false }, { "${1}", false }, { "${_X}", true }, { "(?P<a>)<b>", true }, { "____", false }, { "", false },
};

static void test_placeholders(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(PLACEHOLDERS); i++)
		if (name_has_placeholder(str_c(PLACEHOLDERS[i].text)) != PLACEHOLDERS[i].expected)
			fail_msg("%s", PLACEHOLDERS[i].text);
}

#define A63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void test_names(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool label, subdomain, qualified;
	} rows[] = {
		{ "a", true, true, true }, { "a-1", true, true, true }, { "-a", false, false, false }, { "a-", false, false, false },
		{ "a.b", false, true, true }, { "a..b", false, false, true }, { ".a", false, false, false }, { "a.", false, false, false },
		{ "a-.b", false, false, true }, { "a.-b", false, false, true }, { "A", false, false, true }, { "a_b", false, false, true },
		{ "", false, false, false }, { "a/b", false, false, true }, { "A.example.com/B_c", false, false, true }, { "/b", false, false, false },
		{ "a/", false, false, false }, { "a_b/c", false, false, false }, { "a/b/c", false, false, false },
		{ A63, true, true, true }, { A63 "a", false, true, false }, { A63 "." A63 "." A63 "." A63, false, false, false },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		str s = str_c(rows[i].text);
		if (name_is_label(s) != rows[i].label || name_is_subdomain(s) != rows[i].subdomain || name_is_qualified(s) != rows[i].qualified)
			fail_msg("%s", rows[i].text);
	}
	static const str known[] = { STR_INIT("path"), STR_INIT("pathType"), STR_INIT("backend") };
	assert_true(str_eq(nearest_word(STR("pathtype"), known, COUNT(known)), STR("pathType")));
	assert_true(str_eq(nearest_word(STR("backends"), known, COUNT(known)), STR("backend")));
	assert_int_equal(nearest_word(STR("weight"), known, COUNT(known)).n, 0);
}

static void test_host_faults(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum host_fault expected;
	} rows[] = {
		{ "a.example.com", HOST_GOOD }, { "localhost", HOST_GOOD }, { "*.example.com", HOST_GOOD }, { "*.com", HOST_GOOD }, { "1.2.3", HOST_GOOD },
		{ "A.com", HOST_UPPERCASE }, { "http://a.com", HOST_SCHEME }, { "a.com:80", HOST_PORT }, { "a.com/x", HOST_PATH }, { "10.0.0.1", HOST_ADDRESS },
		{ "::1", HOST_ADDRESS }, { "[::1]:80", HOST_ADDRESS }, { "*", HOST_WILDCARD }, { "a.*.com", HOST_WILDCARD }, { "*.*.com", HOST_WILDCARD },
		{ "*a.com", HOST_WILDCARD }, { "b\xc3\xbc.de", HOST_NOT_ASCII }, { "a_b.com", HOST_OTHER }, { "A_B.com", HOST_OTHER }, { "*.A.com", HOST_UPPERCASE }, { ".a.com", HOST_OTHER }, { "*.", HOST_OTHER },
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		if (name_host_fault(str_c(rows[i].text)) != rows[i].expected)
			fail_msg("%s: %d", rows[i].text, (int)name_host_fault(str_c(rows[i].text)));
}

const struct CMUnitTest kube_names_tests[] = {
	cmocka_unit_test(test_times),
	cmocka_unit_test(test_placeholders),
	cmocka_unit_test(test_names),
	cmocka_unit_test(test_host_faults),
};
const size_t kube_names_tests_count = COUNT(kube_names_tests);

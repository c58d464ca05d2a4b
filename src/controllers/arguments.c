/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values that the controller takes and nginx does not: the configuration test fails, and no later change of any Ingress is in force
 * (reference: ingress-nginx A.0; nginx 1.27.1: the directives that the controller writes for the feature).
 */
#include "controllers/server.h"

static void reject(struct instance *in, const struct setting *at, const char *why)
{
	struct diag *d = diag_addf(in->front->diags, DIAG_CONFIG_REJECTED, fact_site(in->front->arena, at->fact), "nginx refuses the whole configuration: %s", why);
	d->effect = STR("the controller keeps its last good configuration; the value is left out");
	d->help = STR("correct the value");
	fact_lost(at->fact, FACT_INVALID, LOSS_NONE, DIAG_CONFIG_REJECTED, STR("nginx refuses the value"));
	entry_reject(in, at->fact->at, d->message);
}

/* Numbers that nginx takes from a least one on. */
static const struct { str feature, field; int64_t least; } NUMBERS[] = {
	{ STR_INIT("timeout.connect"), STR_INIT("seconds"), 0 }, { STR_INIT("timeout.read"), STR_INIT("seconds"), 0 },
	{ STR_INIT("timeout.send"), STR_INIT("seconds"), 0 }, { STR_INIT("retry"), STR_INIT("timeout"), 0 }, { STR_INIT("retry"), STR_INIT("tries"), 0 },
	{ STR_INIT("buffer.response"), STR_INIT("count"), 2 },
};

static void check_numbers(struct instance *in, struct subject *s)
{
	for (size_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS; i++) {
		const struct setting *at = subject_setting(s, NUMBERS[i].feature, NUMBERS[i].field);
		if (at && at->value.number < NUMBERS[i].least)
			reject(in, at, "the number is too small");
	}
}

/* Bytes of a setting or default; -1: nginx does not read it, 0: there is none. */
static int64_t bytes_of(struct instance *in, struct subject *s, const char *field, const struct setting **at)
{
	static const str BUFFER = STR_INIT("buffer.response");
	int64_t number = 0;
	*at = subject_setting(s, BUFFER, str_c(field));
	if (*at)
		return (*at)->value.number;
	str text = controller_default(in->controller, BUFFER, str_c(field));
	bool kilo = str_ends(text, STR("k"));
	text.n -= kilo;
	return str_to_i64(text, &number) ? number * (kilo ? 1024 : 1) : 0;
}

/* "proxy_busy_buffers_size" must hold one buffer and leave one out. */
static void check_buffers(struct instance *in, struct subject *s)
{
	const struct setting *size_at, *busy_at, *count_at;
	int64_t size = bytes_of(in, s, "size", &size_at), busy = bytes_of(in, s, "busy", &busy_at), count = bytes_of(in, s, "count", &count_at);
	if (size_at && size < 0)
		reject(in, size_at, "a size is digits and k or m, without blanks");
	else if (busy_at && busy < 0)
		reject(in, busy_at, "a size is digits and k or m, without blanks");
	else if (busy_at && size > 0 && busy < size)
		reject(in, busy_at, "busy buffers must be as large as one buffer");
	else if (busy_at && size > 0 && count > 1 && busy > (count - 1) * size)
		reject(in, busy_at, "busy buffers must leave one buffer free");
}

static size_t count_words(str text)
{
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++)
		n += !char_is_space(text.p[i]) && (i == 0 || char_is_space(text.p[i - 1]));
	return n;
}

static void check_cookie_path(struct instance *in, struct subject *s)
{
	const struct setting *at = subject_setting(s, STR("cookies.path"), STR("change"));
	if (at && count_words(at->value.text) != 2 && !str_eq(at->value.text, STR("off")))
		reject(in, at, "two words are wanted, the path and what takes its place");
}

/* No error page can stand for the code by which nginx notes that the client has gone. */
static void check_codes(struct instance *in, struct subject *s)
{
	const struct setting *at = subject_setting(s, STR("errors.custom"), STR("codes"));
	for (size_t i = 0; at && i < at->value.items.n; i++)
		if (str_eq(at->value.items.item[i], STR("499")))
			reject(in, at, "499 is no status that a page can stand for");
}

void arguments_check(struct instance *in, struct subject *s)
{
	if (s->arguments_checked || s->denied)
		return;
	s->arguments_checked = true;
	check_numbers(in, s);
	check_buffers(in, s);
	check_cookie_path(in, s);
	check_codes(in, s);
	templates_note(in, s);
}

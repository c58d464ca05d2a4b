/* SPDX-License-Identifier: Apache-2.0 */
/* Values in the forms that objects have them in: see conversion.h. */
#include "mapping/conversion.h"

#include "doc/doc.h"

struct unit {
	str name;
	int64_t size;
};

static const struct unit TIMES[] = { { STR_INIT("h"), 3600 }, { STR_INIT("m"), 60 }, { STR_INIT("s"), 1 } };
static const struct unit SIZES[] = { { STR_INIT("Gi"), INT64_C(1) << 30 }, { STR_INIT("Mi"), 1 << 20 }, { STR_INIT("Ki"), 1 << 10 } };
#define COUNT(list) (sizeof (list) / sizeof *(list))

enum { DIGITS_MOST = 99999 };   /* of one unit of a duration */

/* Each unit as often as it fits: "1h0m30s" is "1h30s". */
bool duration_write(struct arena *arena, int64_t seconds, str *out)
{
	str text = { "", 0 };
	if (seconds < 0 || seconds / 3600 > DIGITS_MOST)
		return false;
	for (size_t i = 0; i < COUNT(TIMES); i++) {
		int64_t n = seconds / TIMES[i].size;
		seconds %= TIMES[i].size;
		if (n)
			text = arena_printf(arena, "%.*s%lld%.*s", STR_ARG(text), (long long)n, STR_ARG(TIMES[i].name));
	}
	*out = text.n ? text : STR("0s");
	return true;
}

/* The largest unit that leaves no rest. */
str quantity_write(struct arena *arena, int64_t bytes)
{
	for (size_t i = 0; i < COUNT(SIZES); i++)
		if (bytes && bytes % SIZES[i].size == 0)
			return arena_printf(arena, "%lld%.*s", (long long)(bytes / SIZES[i].size), STR_ARG(SIZES[i].name));
	return arena_printf(arena, "%lld", (long long)bytes);
}

static size_t digits(str s)
{
	size_t n = 0;
	while (n < s.n && char_is_digit(s.p[n]))
		n++;
	return n;
}

bool duration_read(str text, int64_t *out)
{
	*out = 0;
	if (text.n == 0)
		return false;
	while (text.n) {
		uint64_t number;
		size_t n = digits(text), i = 0;
		if (n == 0 || !str_to_u64(str_slice(text, 0, n), DIGITS_MOST, &number))
			return false;
		text = str_from(text, n);
		while (i < COUNT(TIMES) && !str_starts(text, TIMES[i].name))
			i++;
		/* "ms" has a unit of its own, which no value here needs */
		if (i == COUNT(TIMES) || str_starts(text, STR("ms")))
			return false;
		*out += (int64_t)number * TIMES[i].size;
		text = str_from(text, TIMES[i].name.n);
	}
	return true;
}

bool quantity_read(str text, int64_t *out)
{
	uint64_t number;
	size_t n = digits(text);
	str unit = str_from(text, n);
	int64_t size = unit.n ? 0 : 1;
	for (size_t i = 0; i < COUNT(SIZES); i++)
		if (str_eq(unit, SIZES[i].name))
			size = SIZES[i].size;
	if (size == 0 || n == 0 || !str_to_u64(str_slice(text, 0, n), (uint64_t)(INT64_MAX / size), &number))
		return false;
	*out = (int64_t)number * size;
	return true;
}

/* ---- forms by their names ---- */

static bool quantity_form(struct arena *arena, int64_t bytes, str *out)
{
	*out = quantity_write(arena, bytes);
	return bytes >= 0;
}

/* One number of at most four digits and one unit, the smallest unit that has room for it; 0 has none. */
static bool one_unit(struct arena *arena, int64_t number, const struct unit *units, size_t n, str *out)
{
	enum { MOST = 9999 };
	for (size_t i = n; i-- > 0;)
		if (number >= 0 && number % units[i].size == 0 && number / units[i].size <= MOST) {
			*out = arena_printf(arena, "%lld%.*s", (long long)(number / units[i].size), STR_ARG(units[i].name));
			return true;
		}
	return false;
}

static bool one_unit_read(str text, const struct unit *units, size_t n, int64_t *out)
{
	uint64_t number;
	size_t end = digits(text);
	for (size_t i = 0; i < n; i++)
		if (str_eq(str_from(text, end), units[i].name) && str_to_u64(str_slice(text, 0, end), 9999, &number)) {
			*out = (int64_t)number * units[i].size;
			return true;
		}
	return false;
}

static const struct unit NGINX_SIZES[] = { { STR_INIT("g"), INT64_C(1) << 30 }, { STR_INIT("m"), 1 << 20 }, { STR_INIT("k"), 1 << 10 }, { STR_INIT(""), 1 } };

/* Of seconds the smallest unit, which people know from the source. */
static bool time_write(struct arena *arena, int64_t seconds, str *out)
{
	return one_unit(arena, seconds, TIMES, COUNT(TIMES), out);
}

static bool time_read(str text, int64_t *seconds)
{
	return one_unit_read(text, TIMES, COUNT(TIMES), seconds);
}

/* Of bytes the largest one that leaves no rest. */
static bool size_write(struct arena *arena, int64_t bytes, str *out)
{
	for (size_t i = 0; bytes > 0 && i < COUNT(NGINX_SIZES); i++)
		if (bytes % NGINX_SIZES[i].size == 0)
			return one_unit(arena, bytes, &NGINX_SIZES[i], 1, out);
	*out = STR("0");
	return bytes == 0;
}

static bool size_read(str text, int64_t *bytes)
{
	return one_unit_read(text, NGINX_SIZES, COUNT(NGINX_SIZES), bytes);
}

static bool milliseconds_write(struct arena *arena, int64_t seconds, str *out)
{
	*out = arena_printf(arena, "%lld", (long long)seconds * 1000);
	return seconds >= 0 && seconds <= INT32_MAX / 1000;
}

static bool milliseconds_read(str text, int64_t *seconds)
{
	int64_t number = 0;
	bool whole = str_to_i64(text, &number) && number % 1000 == 0;
	*seconds = number / 1000;
	return whole;
}

const struct number_form *number_form(str name)
{
	static const struct number_form FORMS[] = {
		{ STR_INIT("duration"), duration_write, duration_read }, { STR_INIT("quantity"), quantity_form, quantity_read },
		{ STR_INIT("time"), time_write, time_read }, { STR_INIT("size"), size_write, size_read },
		{ STR_INIT("milliseconds"), milliseconds_write, milliseconds_read },
	};
	for (size_t i = 0; i < COUNT(FORMS); i++)
		if (str_eq(FORMS[i].name, name))
			return &FORMS[i];
	return NULL;
}

/* ---- JSON ---- */

static void keep(void *user, struct node *root)
{
	struct node **first = user;
	if (!*first)
		*first = root;
}

struct node *json_tree(struct arena *arena, str text)
{
	struct sources sources;
	struct diags diags;
	struct node *root = NULL;
	const struct doc_limits limits = doc_limits_fill((struct doc_limits){ 0 });
	struct doc_reader reader = { arena, &diags, &limits, keep, &root };
	size_t end;
	if (!json_begins(text, &end) || str_trim(str_from(text, end)).n)
		return NULL;
	sources_init(&sources, arena);
	diags_init(&diags, arena);
	return doc_read(&reader, &sources, sources_add(&sources, STR("value"), text)) ? root : NULL;
}

str json_text(struct arena *arena, const struct node *tree)
{
	struct buf out;
	buf_init(&out, arena, 0);
	doc_write_json(&out, tree, 0);
	return buf_str(&out);
}

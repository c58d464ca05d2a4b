/* SPDX-License-Identifier: Apache-2.0 */
/* See accept.h. */
#include "lib/accept.h"

enum { WORDS_MOST = 6 };

struct line {
	str word[WORDS_MOST];
	size_t n;
	str reason;
};

static struct line read_line(str text)
{
	struct line line = { .n = 0 };
	str words, word;
	str_cut(text, '#', &words, &line.reason);
	line.reason = str_trim(line.reason);
	for (words = str_trim(words); words.n && line.n < WORDS_MOST; words = str_trim(words)) {
		size_t n = 0;
		while (n < words.n && words.p[n] != ' ' && words.p[n] != '\t')
			n++;
		word = str_slice(words, 0, n);
		words = str_from(words, n);
		line.word[line.n++] = word;
	}
	return line;
}

static bool is_day(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (i == 4 || i == 7 ? s.p[i] != '-' : !char_is_digit(s.p[i]))
			return false;
	return s.n == 10 && str_cmp(str_slice(s, 5, 7), STR("01")) >= 0 && str_cmp(str_slice(s, 5, 7), STR("12")) <= 0 &&
		str_cmp(str_from(s, 8), STR("01")) >= 0 && str_cmp(str_from(s, 8), STR("31")) <= 0;
}

static bool is_field(str s)
{
	static const str FIELDS[] = {
		STR_INIT("status"), STR_INIT("location"), STR_INIT("backends"), STR_INIT("upstream.target"), STR_INIT("upstream.host"),
		STR_INIT("upstream.headers"), STR_INIT("response_headers"), STR_INIT("*"), STR_INIT("opens"),
	};
	for (size_t i = 0; i < sizeof FIELDS / sizeof *FIELDS; i++)
		if (str_eq(FIELDS[i], s))
			return true;
	return str_starts(s, STR("feature:"));
}

/* What is wrong with the words of a difference; NULL: nothing. */
static const char *fault_of(const struct line *line)
{
	if (line->n != 5 || !str_eq(line->word[3], STR("until")))
		return "a feature, or HOST LOCATION FIELD until YYYY-MM-DD # REASON";
	if (line->word[1].p[0] != '/' && !str_eq(line->word[1], STR("-")))
		return "a location begins with a slash, or is - where no route takes the request";
	if (!is_field(line->word[2]))
		return "the third word is a field of a difference, such as status or upstream.target, or *, or opens";
	if (!is_day(line->word[4]))
		return "the last word is a day, such as 2027-01-31";
	return line->reason.n ? NULL : "a difference needs a reason behind #";
}

bool accept_read(struct arena *arena, str path, str text, str today, struct accept_file *out, str *error)
{
	str one;
	for (unsigned number = 1; text.n; number++) {
		str_cut(text, '\n', &one, &text);
		const struct line line = read_line(one);
		if (line.n == 0)
			continue;
		if (line.n == 1) {
			LIST_PUSH(arena, &out->features, ((struct accept_feature){ line.word[0], number }));
			continue;
		}
		const char *fault = fault_of(&line);
		if (fault) {
			*error = arena_printf(arena, "%.*s:%u: %s", STR_ARG(path), number, fault);
			return false;
		}
		struct accepted_difference d = { .host = arena_lower(arena, line.word[0]), .location = line.word[1], .field = line.word[2], .until = line.word[4] };
		d.where = arena_printf(arena, "%.*s:%u", STR_ARG(path), number);
		d.expired = str_cmp(today, d.until) > 0;
		LIST_PUSH(arena, &out->differences, d);
	}
	return true;
}

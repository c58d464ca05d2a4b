/* SPDX-License-Identifier: Apache-2.0 */
/* A Location in the words of an implementation as a template of the model: see side_build.h and struct answer_word. */
#include "gateway/side_build.h"

#include "base/buf.h"

/* A word that a text begins with. */
struct found_word {
	const struct answer_word *word;
	str rest;                    /* of the text */
	str regex, group;            /* of a word for groups */
};

static bool find_group(const struct answer_word *w, str text, struct found_word *out)
{
	const str regex = STR("${regex}"), group = STR("${group}");
	size_t at = str_find(w->said, regex);
	str before = str_slice(w->said, 0, at), after = str_from(w->said, at + regex.n);
	at = str_find(after, group);
	str between = str_slice(after, 0, at), end = str_from(after, at + group.n);
	if (!str_starts(text, before))
		return false;
	str rest = str_from(text, before.n);
	at = str_find(rest, between);
	out->regex = str_slice(rest, 0, at);
	rest = at < rest.n ? str_from(rest, at + between.n) : (str){ "", 0 };
	out->group = str_slice(rest, 0, rest.n > 0);
	rest = str_from(rest, out->group.n);
	out->rest = str_starts(rest, end) ? str_from(rest, end.n) : rest;
	return out->group.n && char_is_digit(out->group.p[0]) && str_starts(rest, end);
}

static bool find_word(const struct target_table *target, str text, struct found_word *out)
{
	for (size_t i = 0; i < target->answer_words.n; i++) {
		out->word = &target->answer_words.item[i];
		if (out->word->variable.n == 0 && find_group(out->word, text, out))
			return true;
		if (out->word->variable.n && str_starts(text, out->word->said)) {
			out->rest = str_from(text, out->word->said.n);
			return true;
		}
	}
	return false;
}

/* Names go on with letters and digits. */
static void add_variable(struct buf *out, str name, str rest)
{
	bool goes_on = rest.n && (char_is_alnum(rest.p[0]) || rest.p[0] == '_') && !str_has_char(name, '$');
	buf_printf(out, goes_on ? "${%.*s}" : "$%.*s", STR_ARG(name));
}

/* False: groups of two expressions, or something in the middle that is cut. */
static bool add_word(const struct found_word *found, struct buf *template, struct redirect *out)
{
	if (found->word->variable.n) {
		add_variable(template, found->word->variable, found->rest);
		out->cuts_slash = found->word->cut;
		return !found->word->cut || found->rest.n == 0;
	}
	if (out->regex.n && !str_eq(out->regex, found->regex))
		return false;
	out->regex = found->regex;
	buf_printf(template, "$%.*s", STR_ARG(found->group));
	return true;
}

bool side_location(struct build *b, const struct target_table *target, str text, struct redirect *out)
{
	struct buf template;
	buf_init(&template, b->arena, 0);
	while (text.n) {
		struct found_word found = { 0 };
		bool literal = str_starts(text, STR("%%"));
		if (text.p[0] == '%' && find_word(target, text, &found)) {
			if (!add_word(&found, &template, out))
				return false;
			text = found.rest;
		} else if (text.p[0] == '%' && !literal) {
			return false;
		} else {
			buf_add(&template, text.p[0] == '$' ? STR("${literal_dollar}") : str_slice(text, 0, 1));
			text = str_from(text, literal ? 2 : 1);
		}
	}
	/* letter case counts, unless the expression itself says otherwise */
	if (out->regex.n)
		out->regex = arena_join(b->arena, STR("(?-i)"), out->regex);
	out->location = buf_str(&template);
	return true;
}

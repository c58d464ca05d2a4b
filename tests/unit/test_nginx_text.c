/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration text of nginx: words, blocks and faults, each as nginx 1.22 and 1.27 read them. A tree is shown as text: words with
 * commas between them, a block in braces, ";" behind a directive, "lua" before the braces of a program.
 */
#include "controllers/nginx_text.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

extern const struct CMUnitTest nginx_text_tests[];
extern const size_t nginx_text_tests_count;

#define COUNT(a) (sizeof (a) / sizeof (a)[0])

struct run {
	struct escape escape;
	struct arena arena;
};

static void start(struct run *run)
{
	escape_init(&run->escape);
	arena_init(&run->arena, 0, &run->escape);
}

static void show(struct buf *out, const struct nginx_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct nginx_directive *d = list->item[i];
		buf_add(out, d->name);
		for (size_t j = 0; j < d->args.n; j++)
			buf_printf(out, ",%.*s", STR_ARG(d->args.item[j].text));
		if (!d->block) {
			buf_add_char(out, ';');
			continue;
		}
		buf_printf(out, "%s{", d->lua ? "lua" : "");
		if (d->lua)
			buf_add(out, d->body);
		show(out, &d->children);
		buf_add_char(out, '}');
	}
}

static str shown(struct run *run, const struct nginx_text *text)
{
	struct buf out;
	buf_init(&out, &run->arena, 0);
	show(&out, &text->directives);
	return buf_str(&out);
}

static const struct {
	const char *text, *tree;
} GOOD[] = {
	{ "", "" },
	{ " \t\r\n# a; { }\n", "" },
	{ "# no end", "" },
	{ "a;", "a;" },
	{ "a b;c\td\r\n e;", "a,b;c,d,e;" },
	{ "a #b\nc;", "a,c;" },
	{ "a b#c;", "a,b#c;" },
	/* quotes are quotes at the start of a word only, and blanks, ";", "{" and ")" alone may follow them */
	{ "a \"b c\" 'd;e' ;", "a,b c,d;e;" },
	{ "a b\"c d'e;", "a,b\"c,d'e;" },
	{ "a \"\";", "a,;" },
	{ "\"a\" 'b'{}", "a,b{}" },
	{ "if ($a = \"b c\") {}", "if,($a,=,b c,){}" },
	{ "a \"b\"), c;", "a,b,),,c;" },
	/* escapes: only some are undone */
	{ "a \"b\\\"c\" 'd\\'e' f\\\\g;", "a,b\"c,d'e,f\\g;" },
	{ "a \\d\\.\\t\\n\\r;", "a,\\d\\.\t\n\r;" },
	{ "a b\\ c\\;d;", "a,b\\ c\\;d;" },
	{ "a \\\"b;", "a,\"b;" },
	{ "a 'b\\';c' d;", "a,b';c,d;" },
	/* variables */
	{ "a ${b};", "a,${b};" },
	{ "a $b{}", "a,$b{}" },
	{ "a x${b}y${{z;", "a,x${b}y${{z;" },
	{ "a b}c;", "a,b}c;" },
	{ "a $;", "a,$;" },
	/* blocks */
	{ "a{b c;d{e;}}f;", "a{b,c;d{e;}}f;" },
	{ "location ~ ^/(a|b)$ { return 403; }", "location,~,^/(a|b)${return,403;}" },
	{ "location ~ \"^/a{1,2}$\" { return 403; }", "location,~,^/a{1,2}${return,403;}" },
	{ "map $a $b { default 0; ~*c 1; }", "map,$a,$b{default,0;~*c,1;}" },
	/* Lua: braces in texts, comments and long brackets are none */
	{ "a_by_lua_block { x = \"}\" y = '}' -- }\n z = {} } b;", "a_by_lua_block{ x = \"}\" y = '}' -- }\n z = {} }b;" },
	{ "a_by_lua_block{[[}]]}b;", "a_by_lua_block{[[}]]}b;" },
	{ "set_by_lua_block $r{ --[==[ } ]] ]=] ]==] return [=[}]]]=] }", "set_by_lua_block,$r{ --[==[ } ]] ]=] ]==] return [=[}]]]=] }" },
	{ "a_by_lua_block { '\\'}' a[1] = b[c] - -1 [= }", "a_by_lua_block{ '\\'}' a[1] = b[c] - -1 [= }" },
	{ "a_by_lua_block { \"a\\\n}\" }", "a_by_lua_block{ \"a\\\n}\" }" },
	{ "a_by_lua_block;", "a_by_lua_block;" },
	{ "a_by_lua '}';", "a_by_lua,};" },
};

/* The word in front of a program is left out of what is expected above. */
static str without_lua(struct run *run, str text)
{
	size_t at = str_find(text, STR("lua{"));
	if (at == text.n)
		return text;
	return arena_join(&run->arena, str_slice(text, 0, at), str_from(text, at + 3));
}

static void test_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(GOOD); i++) {
		struct run run;
		struct nginx_text text;
		start(&run);
		nginx_text_read(&run.arena, str_c(GOOD[i].text), &text);
		str tree = without_lua(&run, shown(&run, &text));
		if (text.fault != NGINX_GOOD || !str_eq(tree, str_c(GOOD[i].tree)))
			fail_msg("%s: fault %d, %.*s", GOOD[i].text, (int)text.fault, STR_ARG(tree));
		arena_release(&run.arena);
	}
}

static const struct {
	const char *text;
	enum nginx_fault fault;
	size_t at;
	const char *tree;       /* of what stands before */
} BAD[] = {
	{ "a", NGINX_OPEN, 0, "" },
	{ "a b", NGINX_OPEN, 2, "" },
	{ "a b ", NGINX_OPEN, 0, "" },
	{ "a;b \"c;", NGINX_OPEN, 4, "a;" },
	{ "a 'b\\'", NGINX_OPEN, 2, "" },
	{ "a \"b\"", NGINX_OPEN, 0, "" },
	{ "a b\\", NGINX_OPEN, 2, "" },
	{ "a # b;", NGINX_OPEN, 0, "" },
	{ "a { b;", NGINX_OPEN, 0, "a{b;}" },
	{ "a { b { } ", NGINX_OPEN, 0, "a{b{}}" },
	{ "}", NGINX_BRACE, 0, "" },
	{ "a; } b;", NGINX_BRACE, 3, "a;" },
	{ "a { } }", NGINX_BRACE, 6, "a{}" },
	{ "a }", NGINX_CHARACTER, 2, "" },
	{ "a { b }", NGINX_CHARACTER, 6, "a{}" },
	{ ";", NGINX_CHARACTER, 0, "" },
	{ "a;;", NGINX_CHARACTER, 2, "a;" },
	{ "{ }", NGINX_CHARACTER, 0, "" },
	{ "a \"b\"c;", NGINX_CHARACTER, 5, "" },
	{ "a 'b'#c\n;", NGINX_CHARACTER, 5, "" },
	{ "a 'b''c';", NGINX_CHARACTER, 5, "" },
	{ "a_by_lua_block { x", NGINX_OPEN, 0, "a_by_lua_blocklua{}" },
	{ "a_by_lua_block { '}", NGINX_OPEN, 0, "a_by_lua_blocklua{}" },
	{ "a_by_lua_block { '\n}' }", NGINX_OPEN, 0, "a_by_lua_blocklua{}" },
	{ "a_by_lua_block { [[ } }", NGINX_OPEN, 0, "a_by_lua_blocklua{}" },
	{ "a_by_lua_block { --[=[ } ]] }", NGINX_OPEN, 0, "a_by_lua_blocklua{}" },
	{ "a_by_lua_block { -- }", NGINX_OPEN, 0, "a_by_lua_blocklua{}" },
};

static void test_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(BAD); i++) {
		struct run run;
		struct nginx_text text;
		start(&run);
		nginx_text_read(&run.arena, str_c(BAD[i].text), &text);
		str tree = shown(&run, &text);
		if (text.fault != BAD[i].fault || text.fault_at != BAD[i].at || text.why.n == 0 || !str_eq(tree, str_c(BAD[i].tree)))
			fail_msg("%s: fault %d at %zu (%.*s), %.*s", BAD[i].text, (int)text.fault, text.fault_at, STR_ARG(text.why), STR_ARG(tree));
		arena_release(&run.arena);
	}
}

static enum nginx_fault fault_of(struct run *run, str text)
{
	struct nginx_text out;
	nginx_text_read(&run->arena, text, &out);
	return out.fault;
}

static str repeated(struct run *run, const char *before, const char *text, size_t n, const char *behind)
{
	struct buf out;
	buf_init(&out, &run->arena, 0);
	buf_add(&out, str_c(before));
	for (size_t i = 0; i < n; i++)
		buf_add(&out, str_c(text));
	buf_add(&out, str_c(behind));
	return buf_str(&out);
}

static void test_limits(void **state)
{
	(void)state;
	struct run run;
	start(&run);
	assert_int_equal(fault_of(&run, repeated(&run, "", "a;", NGINX_DIRECTIVES_MOST, "")), NGINX_GOOD);
	assert_int_equal(fault_of(&run, repeated(&run, "", "a;", NGINX_DIRECTIVES_MOST + 1, "")), NGINX_LIMIT);
	str deep = arena_join(&run.arena, repeated(&run, "", "a{", NGINX_DEPTH_MOST, ""), repeated(&run, "", "}", NGINX_DEPTH_MOST, ""));
	assert_int_equal(fault_of(&run, deep), NGINX_GOOD);
	assert_int_equal(fault_of(&run, repeated(&run, "", "a{", NGINX_DEPTH_MOST + 1, "")), NGINX_LIMIT);
	/* nginx reads into 4096 bytes, and a word has to fit with what ends it */
	assert_int_equal(fault_of(&run, repeated(&run, "a ", "b", NGINX_WORD_MOST - 1, ";")), NGINX_GOOD);
	assert_int_equal(fault_of(&run, repeated(&run, "a ", "b", NGINX_WORD_MOST, ";")), NGINX_LONG_WORD);
	assert_int_equal(fault_of(&run, repeated(&run, "a '", "b", NGINX_WORD_MOST, "';")), NGINX_LONG_WORD);
	assert_int_equal(fault_of(&run, repeated(&run, "#", "b", NGINX_TEXT_MOST - 1, "")), NGINX_GOOD);
	assert_int_equal(fault_of(&run, repeated(&run, "#", "b", NGINX_TEXT_MOST, "")), NGINX_LIMIT);
	arena_release(&run.arena);
}

/* Offsets lead back to the text. */
static void test_places(void **state)
{
	(void)state;
	static const str TEXT = STR_INIT("a 'b';\n if (c) {\n  d;\n }\n");
	struct run run;
	struct nginx_text text;
	start(&run);
	nginx_text_read(&run.arena, TEXT, &text);
	assert_int_equal(text.count, 3);
	const struct nginx_directive *a = text.directives.item[0], *block = text.directives.item[1], *d = block->children.item[0];
	assert_true(str_eq(str_slice(TEXT, a->at, a->end), STR("a 'b';")));
	assert_int_equal(a->args.item[0].at, 2);
	assert_true(str_eq(str_slice(TEXT, block->at, block->end), STR("if (c) {\n  d;\n }")));
	assert_true(str_eq(block->body, STR("\n  d;\n ")));
	assert_true(str_eq(str_slice(TEXT, d->at, d->end), STR("d;")) && d->parent == block && !a->parent);
	arena_release(&run.arena);
}

const struct CMUnitTest nginx_text_tests[] = {
	cmocka_unit_test(test_good),
	cmocka_unit_test(test_faults),
	cmocka_unit_test(test_limits),
	cmocka_unit_test(test_places),
};
const size_t nginx_text_tests_count = COUNT(nginx_text_tests);

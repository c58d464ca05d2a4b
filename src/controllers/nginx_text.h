/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration text of nginx as a tree of directives. Words, quotes, escapes, comments and braces are read as nginx 1.27.1
 * reads them (ngx_conf_read_token), a block of Lua as its module does: strings, comments and long brackets hold no braces.
 * What a directive means is not known here. A text with a fault has the tree of what stands before the fault.
 */
#ifndef ING2GW_CONTROLLERS_NGINX_TEXT_H
#define ING2GW_CONTROLLERS_NGINX_TEXT_H

#include "base/arena.h"

/* Past these a text is not read. The lengths are those of annotations and ConfigMaps, that of a word is nginx's own. */
enum { NGINX_TEXT_MOST = 1 << 20, NGINX_WORD_MOST = 4096, NGINX_DIRECTIVES_MOST = 1024, NGINX_DEPTH_MOST = 32 };

enum nginx_fault {
	NGINX_GOOD,
	NGINX_OPEN,            /* the text ends within a directive, a quote or a block */
	NGINX_BRACE,           /* a "}" that closes no block of the text: it would close one around it */
	NGINX_CHARACTER,       /* a character that may not stand here: a ";" without directive, text right behind a quote */
	NGINX_LONG_WORD,       /* nginx takes no such word */
	NGINX_LIMIT            /* too long, too deep or too many directives for us; nginx may take it */
};

struct nginx_word {
	str text;              /* without quotes, escapes undone */
	size_t at;             /* offset of its first byte, a quote included */
};

struct nginx_directive;

struct nginx_list {
	struct nginx_directive **item;
	size_t n, cap;
};

struct nginx_directive {
	str name;              /* its first word */
	size_t at, end;        /* offsets of its first byte, and of the byte behind its ";" or "}" */
	LIST(struct nginx_word) args;
	bool block;            /* has a block */
	bool lua;              /* the block is a program */
	str body;              /* of a block: what stands between its braces, as written */
	struct nginx_directive *parent;
	struct nginx_list children;
};

struct nginx_text {
	struct nginx_list directives;   /* of the outermost level, in their order */
	size_t count;          /* at all levels */
	enum nginx_fault fault;
	size_t fault_at;       /* offset */
	str why;               /* of a fault: what nginx would say, in a few words */
};

/* Slices of the tree point into text, or into arena where escapes were undone. */
void nginx_text_read(struct arena *arena, str text, struct nginx_text *out);

#endif

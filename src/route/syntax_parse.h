/* SPDX-License-Identifier: Apache-2.0 */
/* Between the parts of the parser of expressions: see syntax.h. */
#ifndef ING2GW_ROUTE_SYNTAX_PARSE_H
#define ING2GW_ROUTE_SYNTAX_PARSE_H

#include "route/syntax.h"

struct syntax_parser {
	struct arena *arena;
	str text;
	size_t at;
	enum dialect dialect;
	bool nocase, dot_all, lines, ungreedy;   /* (?i), (?s), (?m), (?U) */
	bool quoted;                 /* behind \Q */
	unsigned groups, depth;
	struct syntax_fault *fault;
};

enum token_kind { TOKEN_NONE, TOKEN_BYTE, TOKEN_SET, TOKEN_ASSERT };

/* What a backslash and what follows it stand for. */
struct token {
	enum token_kind kind;        /* TOKEN_NONE: nothing, as \E */
	unsigned byte;
	struct bytes set;
	enum assertion assertion;
};

/* Always false. */
bool syntax_refuse(struct syntax_parser *p, const char *reason);

static inline bool syntax_more(const struct syntax_parser *p)
{
	return p->at < p->text.n;
}

static inline unsigned char syntax_byte(const struct syntax_parser *p, size_t ahead)
{
	return p->at + ahead < p->text.n ? (unsigned char)p->text.p[p->at + ahead] : 0;
}

static inline bool syntax_next_is(const struct syntax_parser *p, str text)
{
	return str_starts(str_from(p->text, p->at), text);
}

/* At the backslash. False: refused. */
bool syntax_escape(struct syntax_parser *p, bool in_class, struct token *out);
/* At the bracket. False: refused. */
bool syntax_class(struct syntax_parser *p, struct bytes *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Differences of paths, in words: see paths_said.h. */
#include "targets/paths_said.h"

#include "targets/expressions.h"
#include "targets/losses.h"
#include "targets/stated.h"
#include "targets/versions.h"

/* Of a route's facts those that its path comes from; others, such as what leaves HTTPS open, have no part in the difference. */
static struct fact_list path_facts(struct lowering *lw, const struct route *r)
{
	struct fact_list facts = { 0 };
	for (size_t i = 0; i < r->facts.n; i++) {
		struct fact *f = r->facts.item[i];
		if (f->feature.n == 0 || str_starts(f->feature, STR("route.")))
			fact_list_add(lw->arena, &facts, f);
	}
	return facts;
}

/* Why it is said so in either form, behind the message. */
static str for_rewrite(struct lowering *lw, const struct rule_place *at, str message)
{
	return at->form->possible ? message : arena_printf(lw->arena, "%.*s, for the sake of a rewrite that exchanges a prefix", STR_ARG(message));
}

/* The other form says it without this difference. */
static str or_exact(struct lowering *lw, const struct rule_place *at, const char *does, str help)
{
	if (!at->form->possible || at->form->expression)
		return help;
	return arena_printf(lw->arena, "--form exact %s; or %.*s", does, STR_ARG(help));
}

static const struct loss_text RANK = {
	.code = DIAG_REGEX_DIALECT, .loss = LOSS_BEHAVIOUR,
	.message = STR_INIT("a path is said as a RegularExpression, whose rank among those of the host belongs to the implementation"),
	.effect = STR_INIT("the controller tried longer expressions first, as most implementations do; in others another path of the host may answer"),
	.help = STR_INIT("look how the implementation ranks expressions, where paths of the host overlap"),
};

/* The same beside prefixes, for the sake of a rewrite. */
static const struct loss_text MIXED = {
	.code = DIAG_REGEX_DIALECT, .loss = LOSS_BEHAVIOUR,
	.message = STR_INIT("a path is said as a RegularExpression, whose rank among the prefixes of the host belongs to the implementation"),
	.effect = STR_INIT("the controller tried longer expressions first; where prefixes are tried first, another path of the host may answer"),
	.help = STR_INIT("look how the implementation ranks expressions; the prefixes are needed for a rewrite"),
};

/* Of an expression that takes the paths that the source took. */
static const struct loss_text *expression_text(const struct lowering *lw, const struct rule_place *at, enum path_said said)
{
	static const struct loss_text DIALECT = {
		.code = DIAG_REGEX_DIALECT, .loss = LOSS_BEHAVIOUR,
		.message = STR_INIT("a path is said as a RegularExpression, whose dialect belongs to the implementation"),
		.effect = STR_INIT("an implementation without the constructs of this one refuses the rule, or reads it in another way"),
		.help = STR_INIT("keep to what all dialects have: classes, groups, *, + and ?, \\d and \\w"),
	};
	static const struct loss_text LONG = {
		.code = DIAG_LETTER_CASE, .loss = LOSS_BEHAVIOUR,
		.message = STR_INIT("a path is said as a RegularExpression in this letter case: one for every case is longer than 1024 characters"),
		.effect = STR_INIT("other letter cases no longer match; the controller took them all"),
		.help = STR_INIT("write a shorter path in the Ingress"),
	};
	if (said == SAID_TOO_LONG)
		return &LONG;
	if (said == SAID_IN_DIALECT)
		return &DIALECT;
	if (!at->form->possible)
		return &MIXED;
	return at->form->rivals && !lw->target->regex.longest_first ? &RANK : NULL;
}

static const struct loss_text PCRE = {
	.code = DIAG_REGEX_DIALECT, .loss = LOSS_ROUTING,
	.message = STR_INIT("a path uses constructs of PCRE that most implementations do not have"),
	.effect = STR_INIT("implementations with RE2 (Envoy, Go) refuse the whole route"),
	.help = STR_INIT("write the path without look-around, back-references and possessive quantifiers"),
};

static void say_regex(struct lowering *lw, const struct rule_place *at, const struct fact_list *facts)
{
	const struct loss_text text = {
		.code = DIAG_REGEX_DIALECT, .loss = LOSS_BEHAVIOUR,
		.message = at->form->possible ? STR("a path is said as a RegularExpression, whose dialect and rank belong to the implementation")
			: STR("a path is said as a RegularExpression beside prefixes, whose dialect and rank belong to the implementation"),
		.effect = STR("the controller ignored letter case and tried longer expressions first; implementations differ in both"),
		.help = or_exact(lw, at, "ignores letter case too", STR("write plain paths where you can; the documentation of the implementation says how it reads and ranks expressions")),
	};
	differ(lw, at->route, facts, path_is_pcre_only(at->route->match.path) ? &PCRE : &text);
}

static void say_order(struct lowering *lw, const struct rule_place *at, const struct fact_list *facts)
{
	const struct loss_text text = {
		.code = DIAG_REGEX_DIALECT, .loss = LOSS_BEHAVIOUR,
		.message = arena_printf(lw->arena, "a path is said as a RegularExpression, and %.*s has an order of its own for these", STR_ARG(lw->target->title)),
		.effect = STR("the controller tried longer expressions first; where two of them, or one and a prefix, take the same path, the other one may answer"),
		.help = STR("nothing, unless paths of the host overlap"),
	};
	differ(lw, at->route, facts, &text);
}

static void say_letters(struct lowering *lw, const struct rule_place *at, const struct fact_list *facts)
{
	const struct loss_text text = {
		.code = DIAG_LETTER_CASE, .loss = LOSS_BEHAVIOUR,
		.message = for_rewrite(lw, at, STR("a path that the controller reads without regard to letter case is said as a prefix in this case")),
		.effect = STR("/APP no longer matches where the path is /app; the controller took both"),
		.help = or_exact(lw, at, "takes them all", STR("look whether clients use other letter case; if so, add these paths to the Ingress")),
	};
	differ(lw, at->route, facts, &text);
}

static void say_element(struct lowering *lw, const struct rule_place *at, const struct fact_list *facts)
{
	const struct loss_text text = {
		.code = DIAG_LETTER_CASE, .loss = LOSS_BEHAVIOUR,
		.message = for_rewrite(lw, at, STR("a path that the controller reads as a regular expression is said as a prefix of whole path elements")),
		.effect = STR("/APP and /application no longer match where the path is /app; the controller took both"),
		.help = or_exact(lw, at, "takes them all", STR("look whether clients use other letter case or run on behind the path; if so, add these paths to the Ingress")),
	};
	differ(lw, at->route, facts, &text);
}

/* What people write for it takes less or more on the edge. */
static void say_near(struct lowering *lw, const struct rule_place *at, const struct fact_list *facts, enum loss loss)
{
	const struct match *m = &at->route->match;
	bool text = m->kind != MATCH_REGEX, slash = text && str_ends(m->path, STR("/"));
	str path = text ? m->path : m->near;
	struct loss_text t = {
		.code = DIAG_PATH_DIFFERS, .loss = loss,
		.message = arena_printf(lw->arena, text ? "%.*s is a beginning of paths in the source, and is said as a prefix of whole path elements"
			: "%.*s is read as an expression by the source, and is said as it stands", STR_ARG(path)),
		.effect = slash ? arena_printf(lw->arena, "%.*s matches as well, without the slash", STR_ARG(path_without_slash(path)))
			: text ? arena_printf(lw->arena, "%.*sx no longer matches; the source took whatever begins with the text", STR_ARG(path))
			: STR("a dot stands for itself now; the source took any character in its place"),
		.help = loss == LOSS_SECURITY ? STR("write the path with pathType Prefix in the Ingress first, and look whether clients use others")
			: STR("--form exact says it as the source does where no other path of the host is in the way; or look whether clients use such paths"),
	};
	differ(lw, at->route, facts, &t);
}

static void say_searched(struct lowering *lw, const struct rule_place *at, const struct fact_list *facts, enum loss loss)
{
	const struct loss_text TEXT = {
		.code = DIAG_REGEX_DIALECT, .loss = path_is_pcre_only(at->route->match.expression) ? LOSS_ROUTING : loss,
		.message = STR("a path is said as a RegularExpression, whose dialect and rank belong to the implementation"),
		.effect = STR("where other paths of the host take the same requests, another one of them may answer than in the source"),
		.help = STR("the documentation of the implementation says how it reads and ranks expressions; let paths of the host exclude each other"),
	};
	differ(lw, at->route, facts, &TEXT);
}

/* Of one that is closed or guarded. */
static void say_beginning(struct lowering *lw, const struct rule_place *at, const struct fact_list *facts)
{
	static const struct loss_text TEXT = {
		.code = DIAG_LETTER_CASE, .loss = LOSS_ROUTING,
		.message = STR_INIT("a closed or guarded path is said as the beginning of paths: an expression for every letter case is longer than 1024 characters"),
		.effect = STR_INIT("other paths of the host that begin with the same characters are refused, or asked for a password, as this one is"),
		.help = STR_INIT("write a shorter path in the Ingress"),
	};
	differ(lw, at->route, facts, &TEXT);
}

void say_path(struct lowering *lw, const struct rule_place *at, enum path_said said)
{
	const struct fact_list facts = path_facts(lw, at->route);
	const struct loss_text *text = at->form->expression ? expression_text(lw, at, said) : NULL;
	if (at->uniform) {
		/* all lead to HTTPS, where this is said */
		if (said != SAID_SAME)
			state_other_paths(lw, DIAG_LETTER_CASE);
		return;
	}
	switch (said) {
	case SAID_SAME:
		break;
	case SAID_SLASH:
	case SAID_NEAR:
		say_near(lw, at, &facts, LOSS_BEHAVIOUR);
		break;
	case SAID_SEARCHED:
		say_searched(lw, at, &facts, LOSS_BEHAVIOUR);
		break;
	case SAID_IN_CASE:
		say_letters(lw, at, &facts);
		break;
	case SAID_BY_ELEMENT:
		say_element(lw, at, &facts);
		break;
	case SAID_AS_REGEX:
		say_regex(lw, at, &facts);
		break;
	case SAID_BEGINNING:
		say_beginning(lw, at, &facts);
		break;
	case SAID_FOLDED:
	case SAID_IN_DIALECT:
	case SAID_TOO_LONG:
		if (text)
			differ(lw, at->route, &facts, text);
		else if (!at->form->expression)
			say_order(lw, at, &facts);
		break;
	}
}

/* A prefix may take what an expression would: it is tried before, or where its text is longer. */
static bool prefixes_first(const struct lowering *lw)
{
	return target_chooses(lw->target, STR("regex-rank"), STR("after-prefix")) || target_chooses(lw->target, STR("regex-rank"), STR("by-length"));
}

void say_closed_path(struct lowering *lw, const struct rule_place *at, enum path_said said)
{
	static const struct loss_text BESIDE = {
		.code = DIAG_REGEX_DIALECT, .loss = LOSS_SECURITY,
		.message = STR_INIT("a closed path is a prefix in this letter case, and a RegularExpression of uncertain rank in every other"),
		.effect = STR_INIT("where prefixes are tried first, another path of the host takes /APP and /application where the path is /app, "
			"without the protection"),
		.help = STR_INIT("make sure that the implementation tries expressions before prefixes, or that the backends refuse such paths"),
	};
	static const struct loss_text PREFIXES = {
		.code = DIAG_REGEX_DIALECT, .loss = LOSS_SECURITY,
		.message = STR_INIT("a closed path is a RegularExpression, whose rank against other paths belongs to the implementation"),
		.effect = STR_INIT("where prefixes are tried first, another path of the host takes its requests, without the protection"),
		.help = STR_INIT("write the path in plain prefixes, or make sure that the implementation tries expressions before prefixes"),
	};
	static const struct loss_text SHORTER = {
		.code = DIAG_REGEX_DIALECT, .loss = LOSS_SECURITY,
		.message = STR_INIT("a closed path is a RegularExpression, whose rank among those of the host belongs to the implementation"),
		.effect = STR_INIT("where longer expressions are not tried first, another path of the host takes its requests, without the protection"),
		.help = STR_INIT("make sure that the implementation tries longer expressions first, or that the backends refuse such paths"),
	};
	static const struct loss_text LETTERS = {
		.code = DIAG_LETTER_CASE, .loss = LOSS_SECURITY,
		.message = STR_INIT("a closed path is closed in this letter case only: an expression for all of them is longer than 1024 characters"),
		.effect = STR_INIT("the controller refused every letter case; other cases than this can reach another path of the host, without the protection"),
		.help = STR_INIT("write a shorter path in the Ingress"),
	};
	const struct loss_text letters = {
		.code = LETTERS.code, .loss = LETTERS.loss, .effect = LETTERS.effect,
		.message = arena_printf(lw->arena, "a closed path is closed in this letter case only: %.*s takes no regular expressions", STR_ARG(lw->target->title)),
		.help = STR("let the backends refuse such paths, or choose another implementation"),
	};
	const struct route *r = at->route;
	const struct fact_list facts = path_facts(lw, r);
	bool certain = at->form->expression && !at->form->rivals;
	if (rules_are_held(at) || (at->contested && said == SAID_NEAR))
		say_searched(lw, at, &facts, LOSS_SECURITY);
	switch (said) {
	case SAID_SAME:
		if (at->contested && r->match.path.n > 1 && r->match.kind == MATCH_REGEX)
			differ(lw, r, &facts, &BESIDE);
		break;
	case SAID_SLASH:
		say_near(lw, at, &facts, LOSS_BEHAVIOUR);
		break;
	case SAID_NEAR:
		say_near(lw, at, &facts, LOSS_SECURITY);
		break;
	case SAID_SEARCHED:
		say_searched(lw, at, &facts, LOSS_SECURITY);
		break;
	case SAID_BEGINNING:
		say_beginning(lw, at, &facts);
		if (!certain)
			differ(lw, r, &facts, at->form->expression ? &SHORTER : &PREFIXES);
		break;
	case SAID_IN_CASE:
	case SAID_BY_ELEMENT:
	case SAID_TOO_LONG:
		differ(lw, r, &facts, version_has_expressions(lw) ? &LETTERS : &letters);
		if (at->contested && prefixes_first(lw))
			differ(lw, r, &facts, &PREFIXES);
		break;
	case SAID_FOLDED:
		if (!certain && !(at->form->expression && lw->target->regex.longest_first))
			differ(lw, r, &facts, at->form->expression ? &SHORTER : &PREFIXES);
		break;
	case SAID_AS_REGEX:
	case SAID_IN_DIALECT:
		differ(lw, r, &facts, at->form->expression ? &SHORTER : &PREFIXES);
		break;
	}
}

static bool has_letters(str path)
{
	for (size_t i = 0; i < path.n; i++)
		if (char_is_alpha(path.p[i]))
			return true;
	return false;
}

str path_comment(struct lowering *lw, const struct rule_place *at, enum path_said said)
{
	const struct route *r = at->route;
	bool folds = said != SAID_TOO_LONG && has_letters(r->match.path);
	if (!at->form->expression || r->match.expression.n || r->match.kind == MATCH_TEXT || (!folds && !r->literal))
		return (str){ "", 0 };
	if (str_eq(r->match.path, STR("/")))
		return STR("every path, as an expression like the others of the host");
	const char *start = lw->target->regex.anchor == REGEX_ANCHOR_UNKNOWN ? "; /?^ is its beginning" : "";
	return arena_printf(lw->arena, "the controller takes this path%s%s%s", folds ? " in any letter case" : "",
		r->literal ? folds ? ", with all that begin with it" : " with all that begin with it" : "", start);
}

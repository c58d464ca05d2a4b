/* SPDX-License-Identifier: Apache-2.0 */
/* What a policy says, feature by feature, as steps of the model: see side_build.h. */
#include "gateway/side_build.h"

#include "base/buf.h"
#include "gateway/read_object.h"

/* A feature of a policy on its way to a route. */
struct word {
	struct build *b;
	const struct read_policy *policy;
	const struct policy_feature *feature;
	struct route *route;
};

static struct step *add_step(const struct word *w, enum step_kind kind)
{
	struct step *s = NEW(w->b->arena, struct step);
	s->kind = kind;
	s->side = SIDE_BOTH;
	s->feature = w->feature->name;
	s->at = w->feature->at;
	LIST_PUSH(w->b->arena, &w->route->steps, s);
	return s;
}

static str text_of(const struct word *w, const char *name)
{
	const struct template_value *v = template_value(&w->feature->values, str_c(name));
	return v && v->kind == TEMPLATE_TEXT ? v->text : (str){ "", 0 };
}

/* Inside of a text it is one of digits. */
static int64_t number_of(const struct word *w, const char *name)
{
	const struct template_value *v = template_value(&w->feature->values, str_c(name));
	int64_t number;
	if (v && v->kind == TEMPLATE_TEXT && str_to_i64(v->text, &number))
		return number;
	return v && v->kind == TEMPLATE_NUMBER ? v->number : 0;
}

static struct str_list list_of(const struct word *w, const char *name)
{
	const struct template_value *v = template_value(&w->feature->values, str_c(name));
	return v && v->kind == TEMPLATE_LIST ? v->list : (struct str_list){ 0 };
}

static void add_status(const struct word *w, uint32_t status, const char *why)
{
	struct step *s = add_step(w, STEP_STATUS);
	s->feature = (str){ "", 0 };
	s->status = status;
	s->value = str_c(why);
}

static bool is_granted(const struct word *w, const struct read_ref *to)
{
	return side_granted(w->b, &w->policy->meta, w->policy->group, w->policy->kind, to);
}

/* Beside the policy itself unless it says otherwise. */
static str namespace_of(const struct word *w, const char *name)
{
	str namespace = text_of(w, name);
	return namespace.n ? namespace : w->policy->meta.namespace;
}

/* ---- protections ---- */

static str secret_of(const struct word *w)
{
	str digest = text_of(w, "secret.digest");
	return digest.n ? digest : text_of(w, "secret");
}

/* Users that are known elsewhere need no Secret. */
static bool basic(const struct word *w)
{
	const struct read_ref secret = { .kind = STR_INIT("Secret"), .namespace = namespace_of(w, "secret.namespace"), .name = secret_of(w),
		.at = w->feature->at };
	bool there = !w->b->world->closed || w->b->world->open_secrets || secret.name.n == 0 || snapshot_secret(w->b->world->snapshot, secret.namespace, secret.name);
	if (!there || !is_granted(w, &secret)) {
		add_status(w, 500, there ? "no ReferenceGrant lets the policy have the Secret with the users" : "the Secret with the users is not there");
		return true;
	}
	const bool any = template_value(&w->feature->values, STR("realm.text")) != NULL;
	const bool digest = text_of(w, "secret.digest").n > 0;
	str realm = text_of(w, digest ? "realm.digest" : any ? "realm.text" : "realm");
	add_step(w, STEP_GUARD)->as.guard = (struct guard){ .kind = GUARD_BASIC, .digest = digest, .realm = realm, .own_realm = realm.n == 0 && !any };
	return true;
}

static bool addresses(const struct word *w)
{
	const struct str_list ranges = list_of(w, "ranges");
	struct guard g = { .kind = GUARD_ADDRESS, .deny = str_eq(w->feature->name, STR("access.deny")) };
	for (size_t i = 0; i < ranges.n; i++) {
		struct address_range range;
		if (!address_range_parse(ranges.item[i], &range))
			return false;
		LIST_PUSH(w->b->arena, &g.ranges, range);
	}
	struct step *s = add_step(w, STEP_GUARD);
	s->value = str_list_join(w->b->arena, &ranges, STR(", "));
	s->as.guard = g;
	return true;
}

/* "http://NAME.NAMESPACE.svc:PORT/" is a Service; false: somebody else, of whom nothing is known. */
static bool service_of(const struct word *w, str address, struct read_ref *out)
{
	str host, rest, name, namespace, more;
	uint64_t port = 80;
	if (!str_starts(address, STR("http://")))
		return false;
	str_cut(str_from(address, 7), '/', &host, &rest);
	if (str_cut(host, ':', &host, &rest) && !str_to_u64(rest, 65535, &port))
		return false;
	if (!str_cut(host, '.', &name, &rest) || !str_cut(rest, '.', &namespace, &more) || !(str_eq(more, STR("svc")) || str_starts(more, STR("svc."))))
		return false;
	*out = (struct read_ref){ .kind = STR_INIT("Service"), .namespace = namespace, .name = name, .port = (uint32_t)port, .at = w->feature->at };
	return true;
}

/* At an address: whatever it answers, but for 200 to 299, is the answer. */
static bool address(const struct word *w, str address)
{
	struct read_ref ref;
	struct backend to = { .answer = 0 };
	if (service_of(w, address, &ref))
		side_service(w->b, &ref, &to);
	if (to.answer) {
		add_status(w, 500, "there is no service that could give permission");
		return true;
	}
	add_step(w, STEP_GUARD)->as.guard = (struct guard){ .kind = GUARD_EXTERNAL, .hands_over = true, .lenient = true, .copied = list_of(w, "response-headers"),
		.url = side_plain_text(w->b, address) };
	return true;
}

/* nginx asks by itself: only 401 and 403 refuse in the service's own words. The headers stand before the variables that they are sent from. */
static bool subrequest(const struct word *w, str address)
{
	const struct str_list sent = list_of(w, "response-headers.sent");
	struct str_list copied = { 0 };
	for (size_t i = 0; i < sent.n; i++) {
		str name, variable;
		str_cut(sent.item[i], ' ', &name, &variable);
		LIST_PUSH(w->b->arena, &copied, name);
	}
	add_step(w, STEP_GUARD)->as.guard = (struct guard){ .kind = GUARD_EXTERNAL, .copied = copied, .url = side_plain_text(w->b, address) };
	return true;
}

static bool external(const struct word *w)
{
	if (text_of(w, "url.subrequest").n)
		return subrequest(w, text_of(w, "url.subrequest"));
	if (text_of(w, "url.address").n)
		return address(w, text_of(w, "url.address"));
	const struct read_ref ref = { .kind = STR_INIT("Service"), .namespace = namespace_of(w, "url.namespace"), .name = text_of(w, "url.service"),
		.port = (uint32_t)number_of(w, "url.port"), .at = w->feature->at };
	struct backend to;
	side_service(w->b, &ref, &to);
	if (to.answer || !is_granted(w, &ref)) {
		add_status(w, to.answer ? to.answer : 500, "there is no service that could give permission");
		return true;
	}
	struct guard g = { .kind = GUARD_EXTERNAL, .hands_over = true, .copied = list_of(w, "response-headers") };
	str path = text_of(w, "url.path");
	g.url = arena_printf(w->b->arena, "%s://%.*s.%.*s:%u%.*s", to.tls ? "https" : "http", STR_ARG(ref.name), STR_ARG(ref.namespace),
		(unsigned)ref.port, STR_ARG(side_plain_text(w->b, path.n ? path : STR("/"))));
	add_step(w, STEP_GUARD)->as.guard = g;
	return true;
}

static bool body(const struct word *w)
{
	const bool any = template_value(&w->feature->values, STR("max.any")) != NULL;
	add_step(w, STEP_BODY)->as.limit = (uint64_t)number_of(w, any ? "max.any" : "max");
	return true;
}

/* "from to" of a cookie; "off" changes nothing. */
static bool changed_cookie(const struct word *w)
{
	str from, to;
	if (!str_cut(text_of(w, "change"), ' ', &from, &to))
		return true;
	struct answer_edit *e = &add_step(w, STEP_ANSWER)->as.answer;
	*e = (struct answer_edit){ str_eq(w->feature->name, STR("cookies.path")) ? ANSWER_COOKIE_PATH : ANSWER_COOKIE_DOMAIN, from, str_trim(to) };
	return true;
}

static bool changed_location(const struct word *w)
{
	str from, to;
	if (!str_cut(text_of(w, "from.both"), ' ', &from, &to))
		return true;
	add_step(w, STEP_ANSWER)->as.answer = (struct answer_edit){ ANSWER_LOCATION, from, to };
	return true;
}

static void add_origin(struct buf *out, const char *open, str text, const char *close)
{
	buf_printf(out, "%s%s%.*s%s", out->n ? "|" : "", open, STR_ARG(text), close);
}

/* Expressions among origins begin so. */
static struct str_list origins_of(const struct word *w, bool regex)
{
	const struct str_list all = list_of(w, "origins.all");
	struct str_list some = list_of(w, regex ? "origins.regex" : "origins");
	for (size_t i = 0; i < all.n; i++)
		if (str_starts(all.item[i], STR("^")) == regex)
			LIST_PUSH(w->b->arena, &some, all.item[i]);
	return some;
}

static bool cors(const struct word *w)
{
	const struct str_list origins = origins_of(w, false), wild = origins_of(w, true);
	struct buf regex;
	struct cors *c = &add_step(w, STEP_CORS)->as.cors;
	struct str_list methods = list_of(w, "methods"), headers = list_of(w, "headers"), expose = list_of(w, "expose");
	*c = (struct cors){ .origins = origins, .methods = methods, .headers = headers, .expose = expose,
		.credentials = str_eq(text_of(w, "credentials"), STR("true")), .max_age = number_of(w, "max-age"),
		.any_origin = str_list_has(&origins, STR("*")), .asked_only = true, .answers_others = true, .tells_all = true,
		.said_methods = str_list_join(w->b->arena, &methods, STR(",")), .said_headers = str_list_join(w->b->arena, &headers, STR(",")),
		.said_expose = str_list_join(w->b->arena, &expose, STR(",")) };
	buf_init(&regex, w->b->arena, 0);
	for (size_t i = 0; i < origins.n; i++)
		add_origin(&regex, "\\A\\Q", origins.item[i], "\\E\\z");
	/* letter case counts, unless the expression itself says otherwise */
	for (size_t i = 0; i < wild.n; i++)
		add_origin(&regex, "(?-i:", wild.item[i], ")");
	c->origin_regex = regex.n ? buf_str(&regex) : STR("(?!)");
	return true;
}

/* ---- paths ---- */

/* "\1" is a group, and everything else is what it is. */
static bool substitution(struct build *b, str text, str *out)
{
	struct buf target;
	buf_init(&target, b->arena, 0);
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (c != '\\') {
			buf_add(&target, c == '$' ? STR("${literal_dollar}") : str_slice(text, i, i + 1));
			continue;
		}
		if (++i == text.n || (text.p[i] != '\\' && !char_is_digit(text.p[i])))
			return false;
		buf_printf(&target, text.p[i] == '\\' ? "%c" : "$%c", text.p[i]);
	}
	*out = buf_str(&target);
	return true;
}

/* "${1}", or "$1" before what is no part of a name, is a group, and "$$" a dollar. */
static bool dollars(struct build *b, str text, str *out)
{
	struct buf target;
	buf_init(&target, b->arena, 0);
	for (size_t i = 0; i < text.n; i++) {
		str rest = str_from(text, i + 1);
		if (text.p[i] != '$') {
			buf_add_char(&target, text.p[i]);
			continue;
		}
		bool named = rest.n >= 3 && rest.p[0] == '{' && char_is_digit(rest.p[1]) && rest.p[2] == '}';
		bool bare = rest.n >= 1 && char_is_digit(rest.p[0]) && (rest.n == 1 || !(char_is_alnum(rest.p[1]) || rest.p[1] == '_'));
		if (named || bare)
			buf_printf(&target, "$%c", rest.p[named]);
		else if (str_starts(rest, STR("$")))
			buf_add(&target, STR("${literal_dollar}"));
		else
			return false;
		i += named ? 3 : 1;
	}
	*out = buf_str(&target);
	return true;
}

/* A bar outside of groups: "^" and "$" are for one alternative each. */
static bool has_alternatives(str pattern)
{
	size_t depth = 0;
	bool set = false;
	for (size_t i = 0; i < pattern.n; i++) {
		char c = pattern.p[i];
		if (c == '\\')
			i++;
		else if (set)
			set = c != ']';
		else if (c == '[')
			set = true;
		else if (c == '(')
			depth++;
		else if (c == ')' && depth)
			depth--;
		else if (c == '|' && depth == 0)
			return true;
	}
	return false;
}

/* Only of an expression that takes the whole path: of others each part that fits would be exchanged. */
static bool captures(const struct word *w)
{
	str pattern = text_of(w, "target.pattern"), target;
	bool whole = str_starts(pattern, STR("^")) && str_ends(pattern, STR("$")) && !str_ends(pattern, STR("\\$")) && !has_alternatives(pattern);
	str dollar = text_of(w, "target.dollar");
	if (!whole || !(dollar.n ? dollars(w->b, dollar, &target) : substitution(w->b, text_of(w, "target"), &target)))
		return false;
	const struct target_row *row = target_feature(w->policy->words.target, w->feature->name);
	/* letter case counts, unless the expression itself says otherwise */
	add_step(w, STEP_REWRITE)->as.rewrite = (struct rewrite){ .change = PATH_KEEP, .target = target,
		.regex = arena_join(w->b->arena, STR("(?-i)"), pattern), .told = row ? row->tells : (struct str_list){ 0 } };
	return true;
}

/* Every path becomes the Host. */
static bool host(const struct word *w)
{
	str name = text_of(w, "name");
	if (!str_eq(text_of(w, "name.pattern"), STR("^.*$")) || str_has_char(name, '\\'))
		return false;
	add_step(w, STEP_HOST)->value = side_plain_text(w->b, name);
	return true;
}

/* ---- answers ---- */

/* The Gateway sends the same with all answers. */
static bool is_sent_anyway(const struct word *w, str hsts)
{
	const struct read_meta *m = &w->b->gateway->meta;
	const struct side_part at = { STR_INIT(READ_GROUP), STR_INIT("Gateway"), m->namespace, m->name, { "", 0 } };
	const struct read_policy *p;
	for (size_t i = 0; (p = side_policy_at(w->b, &at, i)); i++)
		for (size_t k = 0; k < p->words.features.n; k++) {
			const struct word other = { w->b, p, &p->words.features.item[k], NULL };
			if (str_eq(other.feature->name, STR("headers.hsts")) && str_eq(text_of(&other, "value"), hsts))
				return true;
		}
	return false;
}

/* What answers with that status: Services that are not there, or a guard, whose 401 leads to a page to sign in. */
static bool override(const struct word *w)
{
	const uint32_t from = (uint32_t)number_of(w, "from"), status = (uint32_t)number_of(w, "status");
	str to = text_of(w, "location"), hsts = text_of(w, "hsts");
	struct redirect r = { 0 };
	/* of ranges: another word says them, or nobody does */
	if (!from)
		return true;
	if (hsts.n && !is_sent_anyway(w, hsts))
		return false;
	bool sign_in = from == 401 && status == 302 && to.n && side_location(w->b, w->policy->words.target, to, &r) && !r.regex.n && !r.cuts_slash;
	for (size_t i = 0; sign_in && i < w->route->steps.n; i++)
		if (w->route->steps.item[i]->kind == STEP_GUARD)
			w->route->steps.item[i]->as.guard.signin = r.location;
	if (to.n)
		return sign_in;
	for (size_t i = 0; i < w->route->cases.n; i++)
		if (w->route->cases.item[i].backend.answer != from)
			return false;
	for (size_t i = 0; i < w->route->cases.n; i++)
		w->route->cases.item[i].backend.answer = status;
	return w->route->cases.n > 0;
}

/* The service's own 403 is no more than that, and its redirects are errors. */
static bool refused(const struct word *w)
{
	str hsts = text_of(w, "hsts");
	if (number_of(w, "from") != 403 || number_of(w, "status") != 500 || (hsts.n && !is_sent_anyway(w, hsts)))
		return false;
	for (size_t i = 0; i < w->route->steps.n; i++)
		if (w->route->steps.item[i]->kind == STEP_GUARD && w->route->steps.item[i]->as.guard.kind == GUARD_EXTERNAL)
			w->route->steps.item[i]->as.guard.turned = true;
	return true;
}

static bool answer(const struct word *w)
{
	const uint32_t status = (uint32_t)number_of(w, "status");
	str to = text_of(w, "location");
	struct redirect r = { .status = status, .relative = true };
	if (to.n == 0) {
		add_status(w, status ? status : 200, "");
		return true;
	}
	if (!side_location(w->b, w->policy->words.target, to, &r))
		return false;
	add_step(w, STEP_REDIRECT)->as.redirect = r;
	return true;
}

/* Every request, to an address that does not hang on it. */
static bool elsewhere(const struct word *w)
{
	const bool permanent = str_eq(w->feature->name, STR("redirect.permanent"));
	str location, text = text_of(w, "location");
	for (size_t i = 0; i + 1 < text.n; i++) {
		if (text.p[i] != '$')
			continue;
		if (text.p[++i] != '$')
			return false;
	}
	if (!dollars(w->b, text, &location))
		return false;
	struct redirect *r = &add_step(w, STEP_REDIRECT)->as.redirect;
	*r = (struct redirect){ .location = location, .status = permanent ? 301 : 302, .status_others = permanent ? 308 : 307, .relative = true };
	if (number_of(w, "status")) {
		r->status = (uint32_t)number_of(w, "status");
		r->status_others = 0;
	}
	return true;
}

/* ---- the rest ---- */

static void add_field(struct buf *out, const struct template_value *v)
{
	if (out->n)
		buf_add(out, STR(", "));
	buf_printf(out, "%.*s ", STR_ARG(v->name));
	if (v->kind == TEMPLATE_NUMBER)
		buf_printf(out, "%lld", (long long)v->number);
	for (size_t i = 0; i < v->list.n; i++)
		buf_printf(out, "%s%.*s", i ? " " : "", STR_ARG(v->list.item[i]));
	buf_add(out, v->text);
}

static str words_of(const struct word *w)
{
	struct buf out;
	buf_init(&out, w->b->arena, 0);
	for (size_t i = 0; i < w->feature->values.n; i++)
		add_field(&out, &w->feature->values.item[i]);
	return buf_str(&out);
}

/* A protection that only its name is known of is a gate. */
static bool other(const struct word *w)
{
	const struct feature *feature = mapping_feature(w->b->side->mapping, w->feature->name);
	bool guard = feature && feature->loss == LOSS_SECURITY;
	struct step *s = add_step(w, guard ? STEP_GUARD : STEP_OTHER);
	s->value = words_of(w);
	return true;
}

static bool rate(const struct word *w)
{
	struct step *s = add_step(w, STEP_OTHER);
	s->gate = true;
	s->status = number_of(w, "status") ? (uint32_t)number_of(w, "status") : 429;
	s->value = words_of(w);
	return true;
}

static const struct {
	str feature;
	bool (*add)(const struct word *w);
} WORDS[] = {
	{ STR_INIT("auth.basic"), basic }, { STR_INIT("access.allow"), addresses }, { STR_INIT("access.deny"), addresses },
	{ STR_INIT("auth.external"), external }, { STR_INIT("body.size"), body }, { STR_INIT("rate.requests"), rate },
	{ STR_INIT("route.rewrite"), captures }, { STR_INIT("backend.host"), host }, { STR_INIT(POLICY_ANSWER), answer }, { STR_INIT(POLICY_OVERRIDE), override }, { STR_INIT(POLICY_REFUSED), refused },
	{ STR_INIT("rate.connections"), rate }, { STR_INIT("cors"), cors }, { STR_INIT("cookies.domain"), changed_cookie },
	{ STR_INIT("cookies.path"), changed_cookie }, { STR_INIT("headers.location"), changed_location },
	{ STR_INIT("redirect.permanent"), elsewhere }, { STR_INIT("redirect.temporal"), elsewhere },
};

void side_word(struct build *b, const struct read_policy *policy, const struct policy_feature *feature, struct route *route)
{
	const struct word w = { b, policy, feature, route };
	bool (*add)(const struct word *) = other;
	for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
		if (str_eq(WORDS[i].feature, feature->name))
			add = WORDS[i].add;
	if (add(&w))
		return;
	str text = arena_printf(b->arena, "%.*s in %.*s %.*s/%.*s", STR_ARG(feature->name), STR_ARG(policy->kind),
		STR_ARG(policy->meta.namespace), STR_ARG(policy->meta.name));
	LIST_PUSH(b->arena, &route->unknown, side_new_unknown(b, text, feature->at));
}

/* ---- of the load balancer as a whole ---- */

static bool add_trusted(struct build *b, const struct str_list *list, struct http_rules *http)
{
	for (size_t i = 0; i < list->n; i++) {
		struct address_range range;
		if (!address_range_parse(list->item[i], &range))
			return false;
		LIST_PUSH(b->arena, &http->trusted, range);
	}
	return true;
}

/* What a PROXY protocol says is who the client is: no header counts. */
static bool clients(const struct word *w, struct http_rules *http)
{
	const struct str_list trusted = list_of(w, "trusted");
	str header = text_of(w, "header");
	if (!add_trusted(w->b, &trusted, http))
		return false;
	http->real_ip = trusted.n || header.n;
	if (http->real_ip)
		http->forwarded_for = header.n ? header : STR("X-Forwarded-For");
	return true;
}

/* The words of Envoy, see targets/said.c. */
static bool underscores(const struct word *w, struct http_rules *http)
{
	str action = text_of(w, "kept.action");
	http->drop_underscores = str_eq(action, STR("DropHeader"));
	http->refuses_underscores = str_eq(action, STR("RejectRequest"));
	return http->drop_underscores || http->refuses_underscores || str_eq(action, STR("Allow"));
}

static bool last_dot(const struct word *w, struct http_rules *http)
{
	http->strips_dot = str_eq(text_of(w, "ignored"), STR("true"));
	if (http->strips_dot)
		http->last_dot = http->wild_dot = false;
	return true;
}

static bool original(const struct word *w, struct http_rules *http)
{
	static const struct header_edit EDITS[] = {
		{ .name = STR_INIT("X-Original-Forwarded-For"), .value = STR_INIT("$http_x_forwarded_for") },
		{ .name = STR_INIT("X-Original-Forwarded-Host"), .value = STR_INIT("$http_x_forwarded_host") },
		{ .name = STR_INIT("Proxy"), .value = STR_INIT("") },
	};
	for (size_t i = 0; i < sizeof EDITS / sizeof *EDITS; i++)
		LIST_PUSH(w->b->arena, &http->headers, EDITS[i]);
	return true;
}

/* "'a', 'b'" */
static bool read_names(struct build *b, str text, struct str_list *out)
{
	while (text.n) {
		str name;
		bool more = str_cut(text, ',', &name, &text);
		name = str_trim(name);
		if (name.n < 3 || name.p[0] != '\'' || name.p[name.n - 1] != '\'' || (more && text.n == 0))
			return false;
		LIST_PUSH(b->arena, out, str_slice(name, 1, name.n - 1));
	}
	return true;
}

/* Of answers over TLS. */
static bool hsts(const struct word *w, struct http_rules *http)
{
	str but = text_of(w, "but");
	struct str_list names = { 0 };
	const str begin = STR_INIT(HSTS_BUT), end = STR_INIT(HSTS_BUT_END);
	if (but.n && (!str_starts(but, begin) || !str_ends(but, end) || but.n < begin.n + end.n ||
		!read_names(w->b, str_slice(but, begin.n, but.n - end.n), &names)))
		return false;
	struct step *s = NEW(w->b->arena, struct step);
	const struct header_edit edit = { .response = true, .name = STR_INIT("Strict-Transport-Security"), .value = side_plain_text(w->b, text_of(w, "value")) };
	s->kind = STEP_HEADER;
	s->side = SIDE_TLS;
	s->feature = w->feature->name;
	s->at = w->feature->at;
	LIST_PUSH(w->b->arena, &s->as.header.edits, edit);
	s->as.header.not_for = names;
	LIST_PUSH(w->b->arena, &http->answers, s);
	return true;
}

bool side_entry_word(struct build *b, const struct policy_feature *feature, struct http_rules *http)
{
	static const struct {
		str feature;
		bool (*set)(const struct word *w, struct http_rules *http);
	} OF_ENTRY[] = {
		{ STR_INIT("client.address"), clients }, { STR_INIT("headers.underscores"), underscores }, { STR_INIT("route.last-dot"), last_dot },
		{ STR_INIT("headers.hsts"), hsts }, { STR_INIT("headers.original"), original },
	};
	const struct word w = { b, NULL, feature, NULL };
	for (size_t i = 0; i < sizeof OF_ENTRY / sizeof *OF_ENTRY; i++)
		if (str_eq(OF_ENTRY[i].feature, feature->name))
			return OF_ENTRY[i].set(&w, http);
	return false;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the CEL rules over an object, and the predicates that several kinds share: see cel.h, cel_rules.h. */
#include "gateway/cel.h"

#include "base/buf.h"
#include "gateway/cel_rules.h"
#include "kube/names.h"

#define INDEX_DEPTH 8u               /* lists in lists on a rule's path; the rules have up to 3 */
#define FILTERS "spec.rules[].filters"
#define BACKEND_FILTERS "spec.rules[].backendRefs[].filters"

struct walk {
	struct arena *arena;
	str api;
	struct gateway_version version;
	const struct cel_rule *rule;         /* rules of one path */
	size_t n;
	str prefix, rest;                    /* the path, in two parts */
	size_t index[INDEX_DEPTH];
	cel_report *report;
	void *user;
};

struct cel_table cel_rules(str kind)
{
	static const struct cel_table *const tables[] = {
		&cel_gateway, &cel_listenerset, &cel_http, &cel_grpc, &cel_tls, &cel_tcp, &cel_udp, &cel_backendtls
	};
	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
		if (str_eq(tables[i]->kind, kind))
			return *tables[i];
	return (struct cel_table){ kind, NULL, 0 };
}

static bool word_in(str list, str word)
{
	str head;
	while (list.n) {
		str_cut(list, ',', &head, &list);
		if (str_eq(head, word))
			return true;
	}
	return false;
}

static bool applies(const struct cel_rule *rule, str api, struct gateway_version version)
{
	return schema_span_has(rule->in, version) && (!rule->api.n || word_in(rule->api, api));
}

/* The path with positions in its brackets. */
static str place(const struct walk *walk)
{
	struct buf out;
	size_t used = 0;
	buf_init(&out, walk->arena, 0);
	str part[2] = { walk->prefix, walk->rest };
	for (size_t p = 0; p < 2; p++) {
		for (size_t i = 0; i < part[p].n; i++) {
			buf_add_char(&out, part[p].p[i]);
			if (part[p].p[i] == '[')
				buf_printf(&out, "%zu", walk->index[used++]);
		}
	}
	return buf_str(&out);
}

static void try_rules(const struct walk *walk, const struct node *self)
{
	for (size_t i = 0; i < walk->n; i++) {
		const struct cel_case at = { self, &walk->rule[i], walk->version };
		if (applies(at.rule, walk->api, walk->version) && !at.rule->holds(&at))
			walk->report(walk->user, place(walk), at.rule);
	}
}

/* Visits every value at path + more below node; the depth is bounded by the brackets of the tables' paths. */
static void visit(struct walk *walk, const struct node *node, str path, str more, unsigned depth)
{
	while (node) {
		if (!path.n) {
			path = more;
			more = STR("");
		}
		if (!path.n) {
			try_rules(walk, node);
			return;
		}
		if (path.p[0] == '[') {
			for (size_t i = 0; depth < INDEX_DEPTH && node->kind == NODE_LIST && i < node->as.list.n; i++) {
				walk->index[depth] = i;
				visit(walk, node->as.list.item[i], str_from(path, 2), more, depth + 1);
			}
			return;
		}
		if (path.p[0] == '.')
			path = str_from(path, 1);
		size_t n = 0;
		while (n < path.n && path.p[n] != '.' && path.p[n] != '[')
			n++;
		node = node_get(node, str_slice(path, 0, n));
		path = str_from(path, n);
	}
}

void cel_check(str kind, str api, struct gateway_version version, const struct node *object, struct arena *arena,
	cel_report *report, void *user)
{
	struct cel_table table = cel_rules(kind);
	struct walk walk = { .arena = arena, .api = api, .version = version, .report = report, .user = user };
	for (size_t i = 0; i < table.n; i += walk.n) {
		str path = table.rule[i].path;
		walk.rule = &table.rule[i];
		walk.n = 1;
		while (i + walk.n < table.n && str_eq(table.rule[i + walk.n].path, path))
			walk.n++;
		walk.prefix = path;
		walk.rest = STR("");
		visit(&walk, object, walk.prefix, walk.rest, 0);
		if (str_starts(path, STR(FILTERS))) {
			walk.prefix = STR(BACKEND_FILTERS);
			walk.rest = str_from(path, sizeof FILTERS - 1);
			visit(&walk, object, walk.prefix, walk.rest, 0);
		}
	}
}

/* ---- names ---- */

bool name_is_header(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!char_is_alnum(s.p[i]) && !str_has_char(STR("!#$%&'*+-.^_`|~"), s.p[i]))
			return false;
	return s.n > 0 && s.n <= 256;
}

bool name_is_hostname(str s)
{
	return name_is_subdomain(str_starts(s, STR("*.")) ? str_from(s, 2) : s);
}

bool name_is_label_key(str s)
{
	str domain, name;
	return name_is_qualified(s) && (!str_cut(s, '/', &domain, &name) || name_is_subdomain(domain));
}

/* ---- fields of self ---- */

bool cel_has(const struct node *self, str field)
{
	return node_get(self, field) != NULL;
}

str cel_text(const struct node *self, str field)
{
	return node_text(node_get(self, field));
}

int64_t cel_number(const struct node *self, str field)
{
	const struct node *value = node_get(self, field);
	return value && value->kind == NODE_INT ? value->number : 0;
}

bool cel_is(const struct node *self, str field, str value)
{
	return cel_has(self, field) && str_eq(cel_text(self, field), value);
}

size_t cel_size(const struct node *list)
{
	if (!list || (list->kind != NODE_LIST && list->kind != NODE_MAP))
		return 0;
	return list->kind == NODE_LIST ? list->as.list.n : list->as.map.n;
}

const struct node *cel_item(const struct node *list, size_t i)
{
	return list && list->kind == NODE_LIST && i < list->as.list.n ? list->as.list.item[i] : NULL;
}

/* ---- shared predicates ---- */

static bool only_with(const struct node *self, str key, const struct cel_rule *rule)
{
	return !cel_has(self, rule->a) || cel_is(self, key, rule->b);
}

static bool needed_by(const struct node *self, str key, const struct cel_rule *rule)
{
	return cel_has(self, rule->a) || !cel_is(self, key, rule->b);
}

bool type_only(const struct cel_case *at)
{
	return only_with(at->self, STR("type"), at->rule);
}

bool type_needs(const struct cel_case *at)
{
	return needed_by(at->self, STR("type"), at->rule);
}

bool protocol_only(const struct cel_case *at)
{
	return only_with(at->self, STR("protocol"), at->rule);
}

bool protocol_needs(const struct cel_case *at)
{
	return needed_by(at->self, STR("protocol"), at->rule);
}

bool type_only_filled(const struct cel_case *at)
{
	return !cel_text(at->self, at->rule->a).n || cel_is(at->self, STR("type"), at->rule->b);
}

bool type_needs_filled(const struct cel_case *at)
{
	return cel_text(at->self, at->rule->a).n || !cel_is(at->self, STR("type"), at->rule->b);
}

bool exclude(const struct cel_case *at)
{
	return !cel_has(at->self, at->rule->a) || !cel_has(at->self, at->rule->b);
}

bool names_distinct(const struct cel_case *at)
{
	for (size_t i = 0; i < cel_size(at->self); i++)
		for (size_t j = 0; j < i; j++)
			if (cel_has(cel_item(at->self, i), STR("name")) && cel_is(cel_item(at->self, j), STR("name"), cel_text(cel_item(at->self, i), STR("name"))))
				return false;
	return true;
}

bool star_alone(const struct cel_case *at)
{
	for (size_t i = 0; i < cel_size(at->self); i++)
		if (str_eq(node_text(cel_item(at->self, i)), STR("*")))
			return cel_size(at->self) == 1;
	return true;
}

bool service_port(const struct cel_case *at)
{
	bool service = !cel_text(at->self, STR("group")).n && cel_is(at->self, STR("kind"), STR("Service"));
	return !service || cel_has(at->self, STR("port"));
}

bool xbackend_port(const struct cel_case *at)
{
	bool xbackend = cel_is(at->self, STR("group"), STR("gateway.networking.x-k8s.io")) && cel_is(at->self, STR("kind"), STR("XBackend"));
	return !xbackend || !cel_has(at->self, STR("port"));
}

/* Absent and empty are the same here, for every one of these fields. */
static bool same_parent(const struct node *a, const struct node *b)
{
	static const str keys[] = { STR_INIT("group"), STR_INIT("kind"), STR_INIT("name"), STR_INIT("namespace") };
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (!str_eq(cel_text(a, keys[i]), cel_text(b, keys[i])))
			return false;
	return true;
}

bool refs_agree(const struct cel_case *at)
{
	for (size_t i = 0; i < cel_size(at->self); i++) {
		for (size_t j = 0; j < i; j++) {
			const struct node *p = cel_item(at->self, i), *q = cel_item(at->self, j);
			if (!same_parent(p, q))
				continue;
			if ((cel_text(p, STR("sectionName")).n == 0) != (cel_text(q, STR("sectionName")).n == 0))
				return false;
			if (at->rule->a.n && (cel_number(p, at->rule->a) == 0) != (cel_number(q, at->rule->a) == 0))
				return false;
		}
	}
	return true;
}

bool refs_distinct(const struct cel_case *at)
{
	for (size_t i = 0; i < cel_size(at->self); i++) {
		for (size_t j = 0; j < i; j++) {
			const struct node *p = cel_item(at->self, i), *q = cel_item(at->self, j);
			if (same_parent(p, q) && str_eq(cel_text(p, STR("sectionName")), cel_text(q, STR("sectionName")))
					&& (!at->rule->a.n || cel_number(p, at->rule->a) == cel_number(q, at->rule->a)))
				return false;
		}
	}
	return true;
}

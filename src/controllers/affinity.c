/* SPDX-License-Identifier: Apache-2.0 */
/* Cookies that keep a client on one endpoint, and on a canary or off it (reference: ingress-nginx A.6, A.14). */
#include "base/buf.h"
#include "controllers/server.h"

#include <openssl/evp.h>

static const str AFFINITY = STR_INIT("affinity.cookie");

/* Every path of an Ingress with affinity, also one that it lost to another: its cookie settings count for the whole upstream. */
void affinity_note(struct instance *in, const struct server *server, struct subject *s, struct upstream *u, str path)
{
	struct setting *type = subject_setting(s, AFFINITY, STR("type"));
	struct affinity_place place = { server->name, path };
	if (!in->nginx || !type || !str_eq(type->value.text, STR("cookie")))
		return;
	if (!u->affinity)
		u->affinity = NEW(in->front->arena, struct affinity);
	u->affinity->subject = s;
	LIST_PUSH(in->front->arena, &u->affinity->places, place);
}

static str hex_md5(struct arena *a, str text)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	struct buf b;
	buf_init(&b, a, 0);
	if (EVP_Digest(text.n ? text.p : "", text.n, sum, &n, EVP_md5(), NULL) != 1)
		return STR("");
	for (unsigned i = 0; i < n; i++)
		buf_printf(&b, "%02x", (unsigned)sum[i]);
	return buf_str(&b);
}

/* The mark of an upstream in the cookie. */
static str tag_of(struct arena *a, const struct upstream *u)
{
	return hex_md5(a, arena_join(a, hex_md5(a, u->key), u->key));
}

static str text_of(const struct affinity *f, const char *field)
{
	struct setting *at = subject_setting(f->subject, AFFINITY, str_c(field));
	return at ? at->value.text : STR("");
}

static str cookie_name(const struct affinity *f)
{
	str name = text_of(f, "name");
	return name.n ? name : STR("INGRESSCOOKIE");
}

static str attributes(struct arena *a, const struct affinity *f, str path, bool tls)
{
	struct buf b;
	str expires = text_of(f, "expires"), age = text_of(f, "max-age"), domain = text_of(f, "domain"), own = text_of(f, "path"), site = text_of(f, "samesite");
	struct setting *secure = subject_setting(f->subject, AFFINITY, STR("secure"));
	buf_init(&b, a, 0);
	if (expires.n)
		buf_add(&b, STR("; Expires=*"));
	if (age.n)
		buf_printf(&b, "; Max-Age=%.*s", STR_ARG(age));
	if (domain.n)
		buf_printf(&b, "; Domain=%.*s", STR_ARG(domain));
	buf_printf(&b, "; Path=%.*s", STR_ARG(own.n ? own : path));
	if (tls || (secure && secure->value.truth))
		buf_add(&b, STR("; Secure"));
	buf_add(&b, STR("; HttpOnly"));
	/* as typed, and the library that writes the cookie takes these spellings alone */
	if (str_eq(site, STR("None")) || str_eq(site, STR("Lax")) || str_eq(site, STR("Strict")))
		buf_printf(&b, "; SameSite=%.*s", STR_ARG(site));
	return buf_str(&b);
}

/* The balancer that picks an endpoint sets the cookie; a canary has the settings of its main Service, unless it says legacy. */
static bool sets_here(const struct affinity *f, const struct server *server, const struct location *l)
{
	for (size_t i = 0; i < f->places.n; i++)
		if (str_eq(f->places.item[i].host, server->name) && str_eq(f->places.item[i].path, l->ingress_path))
			return true;
	return false;
}

/* ---- what a Gateway may have a field for ---- */

static struct fact *fact_of(struct subject *s, const char *field)
{
	struct setting *at = subject_setting(s, AFFINITY, str_c(field));
	return at ? at->fact : NULL;
}

/* Browsers read Max-Age, and Expires only where it is absent. Not a number, or none above zero: the cookie is gone at once. */
static void lifetime(struct subject *s, struct affinity_fields *out)
{
	struct setting *age = subject_setting(s, AFFINITY, STR("max-age")), *expires = subject_setting(s, AFFINITY, STR("expires"));
	struct setting *at = age ? age : expires;
	if (age && expires)
		fact_idle(expires->fact, STR("session-cookie-max-age is set as well, and browsers look at that first"));
	if (!at)
		return;
	out->lifetime_fact = at->fact;
	if (!str_to_i64(at->value.text, &out->lifetime) || out->lifetime == 0)
		out->lifetime = -1;
}

static void path_of(struct arena *a, struct subject *s, const struct location *l, bool regex, struct affinity_fields *out, struct route *r)
{
	struct setting *path = subject_setting(s, AFFINITY, STR("path"));
	out->path = path ? path->value.text : l->ingress_path;
	out->path_regex = !path && regex && !path_is_literal(out->path, false);
	if (path && str_eq(path->value.text, l->ingress_path))
		fact_list_add(a, &r->usual, path->fact);
	else if (path)
		out->path_fact = path->fact;
}

/* What no field says is lost where it is switched on; a true-or-false word that is false says nothing. */
static void further(struct arena *a, struct subject *s, struct affinity_fields *out)
{
	static const char *const FIELDS[] = { "domain", "samesite", "conditional-none", "secure", "change-on-failure" };
	struct setting *mode = subject_setting(s, AFFINITY, STR("mode"));
	for (size_t i = 0; i < sizeof FIELDS / sizeof *FIELDS; i++) {
		struct setting *at = subject_setting(s, AFFINITY, str_c(FIELDS[i]));
		if (at && str_eq(at->row->type, STR("bool")) && !at->value.truth)
			fact_idle(at->fact, STR("it says what the controller does anyway"));
		else if (at)
			fact_list_add(a, &out->more, at->fact);
	}
	if (mode && str_eq(mode->value.text, STR("persistent")))
		out->persistent = mode->fact;
	else if (mode)
		fact_idle(mode->fact, STR("it says what the controller does anyway"));
}

/* The settings of another Ingress for the same Service count, the last one's. */
static void idle_others(struct subject *s, const struct affinity *f)
{
	for (size_t i = 0; s != f->subject && i < s->settings.n; i++)
		if (str_eq(s->settings.item[i].row->feature, AFFINITY) && !str_eq(s->settings.item[i].row->field, STR("type")))
			fact_idle(s->settings.item[i].fact, STR("another Ingress with the same Service sets the cookie, and the last one counts"));
}

static void affinity_step(struct instance *in, const struct server *server, const struct affinity *f, const struct location *l, struct route *r)
{
	struct arena *a = in->front->arena;
	struct step *step = route_step(a, r, STEP_OTHER, AFFINITY, fact_of(l->subject, "type"));
	struct affinity_fields *out = &step->as.affinity;
	/* a path that its Ingress has lost to another one has the cookie nevertheless */
	if (step->facts.n == 0)
		fact_list_add(a, &step->facts, fact_of(f->subject, "type"));
	step->delivery = DELIVERY_AFFINITY;
	step->value = STR("cookie");
	out->name = text_of(f, "name");
	out->name_fact = fact_of(f->subject, "name");
	lifetime(f->subject, out);
	path_of(a, f->subject, l, server->regex, out, r);
	further(a, f->subject, out);
	idle_others(l->subject, f);
	fact_list_add(a, &step->facts, out->name_fact);
	fact_list_add(a, &step->facts, out->persistent);
	fact_list_add(a, &step->facts, out->path_fact);
	fact_list_add(a, &step->facts, out->lifetime_fact);
	fact_list_join(a, &step->facts, &out->more);
}

void affinity_canary(struct instance *in, struct subject *canary, struct route *r)
{
	struct setting *at = subject_setting(canary, AFFINITY, STR("canary"));
	for (size_t i = 0; at && str_eq(at->value.text, STR("legacy")) && i < r->steps.n; i++)
		if (r->steps.item[i]->delivery == DELIVERY_AFFINITY) {
			r->steps.item[i]->as.affinity.legacy = at->fact;
			fact_list_add(in->front->arena, &r->steps.item[i]->facts, at->fact);
			return;
		}
	if (at)
		fact_idle(at->fact, str_eq(at->value.text, STR("legacy")) ? STR("the main Ingress has no affinity")
			: STR("it says what the controller does anyway"));
}

void affinity_build(struct instance *in, const struct server *server, const struct location *l, struct route *r)
{
	struct arena *a = in->front->arena;
	const struct affinity *f = l->upstream->affinity;
	if (!f || r->instead || !sets_here(f, server, l))
		return;
	struct sticky_cookie *c = NEW(a, struct sticky_cookie);
	c->name = cookie_name(f);
	c->attributes = attributes(a, f, l->ingress_path, false);
	c->secure_attributes = attributes(a, f, l->ingress_path, true);
	c->known_only = str_eq(text_of(f, "mode"), STR("persistent"));
	r->sticky = c;
	affinity_step(in, server, f, l, r);
}

void affinity_case(struct instance *in, const struct upstream *owner, const struct upstream *named, struct route *r)
{
	const struct affinity *f = owner->affinity;
	if (!f)
		return;
	struct forward_case c = { .backend = named->backend, .weight = 1, .keeps = true };
	c.sticky = cookie_name(f);
	c.value = tag_of(in->front->arena, named);
	LIST_PUSH(in->front->arena, &r->cases, c);
}

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
}

void affinity_case(struct instance *in, const struct upstream *owner, const struct upstream *named, struct route *r)
{
	const struct affinity *f = owner->affinity;
	if (!f)
		return;
	struct forward_case c = { .backend = named->backend, .weight = 1 };
	c.sticky = cookie_name(f);
	c.value = tag_of(in->front->arena, named);
	LIST_PUSH(in->front->arena, &r->cases, c);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How backends are spoken to: backend-protocol, proxy-ssl-* and fastcgi-* (reference: ingress-nginx A.13, B). Without proxy-ssl-secret
 * nginx asks nothing of a backend's certificate. Of an Ingress with it, the settings hold for the whole host where no other one of the
 * host has its own, unless the ConfigMap says proxy-ssl-location-only.
 */
#include "controllers/server.h"

static const str PROTOCOL = STR_INIT("backend.protocol"), TLS = STR_INIT("backend.tls"), FASTCGI = STR_INIT("backend.fastcgi");

/* ---- settings of one Ingress ---- */

static void idle_settings(struct subject *s, str feature, str why)
{
	for (size_t i = 0; i < s->settings.n; i++)
		if (setting_counts(&s->settings.item[i]) && str_eq(s->settings.item[i].row->feature, feature))
			fact_idle(s->settings.item[i].fact, why);
}

static struct fact_list facts_of(struct arena *arena, struct subject *s, str feature)
{
	struct fact_list facts = { 0 };
	for (size_t i = 0; i < s->settings.n; i++)
		if (setting_counts(&s->settings.item[i]) && str_eq(s->settings.item[i].row->feature, feature))
			fact_list_add(arena, &facts, s->settings.item[i].fact);
	return facts;
}

bool ca_is_copied(const struct front *front, str namespace, str name)
{
	const struct config_map *map = snapshot_config_map(front->snapshot, namespace, name);
	for (size_t i = 0; map && i < map->data.n; i++)
		if (str_eq(map->data.item[i].key, STR("ca.crt")))
			return true;
	return false;
}

static void add_fact(struct arena *arena, struct subject *s, const char *field, struct fact_list *out)
{
	struct setting *at = subject_setting(s, TLS, str_c(field));
	fact_list_add(arena, out, at ? at->fact : NULL);
}

static const struct backend_tls *tls_of(const struct instance *in, struct subject *s)
{
	struct arena *a = in->front->arena;
	struct setting *secret = subject_setting(s, TLS, STR("secret")), *name = subject_setting(s, TLS, STR("name"));
	struct setting *verify = subject_setting(s, TLS, STR("verify")), *sni = subject_setting(s, TLS, STR("server-name"));
	struct backend_tls *tls = NEW(a, struct backend_tls);
	str_cut(secret->value.text, '/', &tls->namespace, &tls->name);
	const struct secret *known = snapshot_secret(in->front->snapshot, tls->namespace, tls->name);
	tls->known = known != NULL;
	tls->has_ca = !known || secret_has_ca(known);
	tls->may_show = !known || secret_has_pair(known);
	tls->copied = ca_is_copied(in->front, tls->namespace, tls->name);
	tls->verified = verify && verify->value.truth;
	if (name)
		tls->hostname = arena_lower(a, str_trim(name->value.text));
	fact_list_add(a, &tls->secret_facts, secret->fact);
	add_fact(a, s, "verify", &tls->verify_facts);
	add_fact(a, s, "name", &tls->name_facts);
	add_fact(a, s, "depth", &tls->more);
	add_fact(a, s, "protocols", &tls->more);
	add_fact(a, s, "ciphers", &tls->more);
	fact_idle(sni ? sni->fact : NULL, STR("a Gateway sends the name in every case"));
	return tls;
}

/* The Ingress whose settings of TLS hold for a location of the host, or NULL. */
static struct subject *tls_subject(const struct instance *in, const struct server *server, struct subject *own)
{
	if (subject_setting(own, TLS, STR("secret")))
		return own;
	if (str_eq(controller_config_value(in->controller, STR("proxy-ssl-location-only")), STR("true")))
		return NULL;
	for (size_t i = 0; i < server->subjects.n; i++)
		if (!server->subjects.item[i]->denied && subject_setting(server->subjects.item[i], TLS, STR("secret")))
			return server->subjects.item[i];
	return NULL;
}

static enum speech_kind kind_of(const struct setting *at)
{
	static const struct { str word; enum speech_kind kind; } WORDS[] = {
		{ STR_INIT("HTTPS"), SPEECH_HTTPS }, { STR_INIT("GRPC"), SPEECH_GRPC }, { STR_INIT("GRPCS"), SPEECH_GRPCS },
		{ STR_INIT("FCGI"), SPEECH_FASTCGI }, { STR_INIT("AUTO_HTTP"), SPEECH_AS_CLIENT },
	};
	for (size_t i = 0; at && i < sizeof WORDS / sizeof *WORDS; i++)
		if (str_eq_nocase(WORDS[i].word, at->value.text))
			return WORDS[i].kind;
	return SPEECH_HTTP;
}

/* NULL: nothing is said, which is plain HTTP. */
static const struct speech *speech_new(const struct instance *in, const struct server *server, struct subject *s)
{
	struct arena *a = in->front->arena;
	struct setting *at = subject_setting(s, PROTOCOL, STR("name"));
	enum speech_kind kind = kind_of(at);
	bool secure = kind == SPEECH_HTTPS || kind == SPEECH_GRPCS;
	if (kind != SPEECH_FASTCGI)
		idle_settings(s, FASTCGI, STR("the backend does not speak FastCGI"));
	if (!secure && kind != SPEECH_AS_CLIENT)
		idle_settings(s, TLS, STR("the backend is not spoken to in TLS"));
	else if (!subject_setting(s, TLS, STR("secret")))
		idle_settings(s, TLS, STR("what switches it on, proxy-ssl-secret, is absent"));
	if (!at)
		return NULL;
	struct speech *speech = NEW(a, struct speech);
	struct subject *holder = secure ? tls_subject(in, server, s) : NULL;
	speech->kind = kind;
	fact_list_add(a, &speech->facts, at->fact);
	speech->tls = holder ? tls_of(in, holder) : NULL;
	if (kind == SPEECH_FASTCGI)
		speech->more = facts_of(a, s, FASTCGI);
	if (kind == SPEECH_AS_CLIENT)
		speech->more = facts_of(a, s, TLS);
	return speech;
}

/* ---- all routes ---- */

/* The speech of an Ingress on one host. */
struct spoken {
	const struct owner *owner;
	const struct speech *speech;
};

struct hosts_speech {
	struct instance *in;
	const struct server *server;
	struct map *subject_by_owner;
	LIST(struct spoken) known;
};

static const struct speech *speech_of(struct hosts_speech *h, const struct owner *owner)
{
	struct arena *a = h->in->front->arena;
	for (size_t i = 0; i < h->known.n; i++)
		if (h->known.item[i].owner == owner)
			return h->known.item[i].speech;
	struct subject *s = map_get(h->subject_by_owner, owner_key(a, owner));
	struct spoken one = { owner, s ? speech_new(h->in, h->server, s) : NULL };
	LIST_PUSH(a, &h->known, one);
	return one.speech;
}

/* The controller's own Service for paths that nobody has answers in plain HTTP. */
static bool is_default(const struct instance *in, const struct route *r)
{
	const struct upstream *u = in->default_upstream;
	return u && r->implicit && r->cases.n == 1 && str_eq(r->cases.item[0].backend.name, u->backend.name) &&
		str_eq(r->cases.item[0].backend.namespace, u->backend.namespace);
}

/* What the Service says of its port. */
static void look_up(const struct instance *in, struct backend *b)
{
	const struct service *service = snapshot_service(in->front->snapshot, b->namespace, b->name);
	b->known = service != NULL;
	for (size_t i = 0; service && i < service->ports.n; i++) {
		const struct service_port *p = &service->ports.item[i];
		if (p->port != b->port || !str_eq(p->protocol, STR("TCP")))
			continue;
		b->h2c = str_eq(p->app_protocol, STR("kubernetes.io/h2c"));
		if (service->ports.n > 1)
			b->port_name = p->name;
	}
}

void backends_settle(struct instance *in)
{
	struct map subject_by_owner;
	map_init(&subject_by_owner, in->front->arena);
	for (size_t i = 0; i < in->subjects.n; i++)
		map_set(&subject_by_owner, owner_key(in->front->arena, in->subjects.item[i]->owner), in->subjects.item[i]);
	for (size_t i = 0; i < in->servers.n && in->nginx; i++) {
		const struct server *server = in->servers.item[i];
		struct hosts_speech h = { .in = in, .server = server, .subject_by_owner = &subject_by_owner };
		for (size_t j = 0; server->host && j < server->host->routes.n; j++) {
			struct route *r = server->host->routes.item[j];
			for (size_t k = 0; k < r->cases.n; k++)
				look_up(in, &r->cases.item[k].backend);
			if (r->cases.n && r->owner && !is_default(in, r))
				r->speech = speech_of(&h, r->owner);
		}
	}
}

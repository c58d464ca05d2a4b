/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What belongs to the controller as a whole: how it reads requests, which headers it always sends, which certificates it has, and
 * whether nginx takes its configuration at all (reference: ingress-nginx A.0, A.10, A.11, C.1).
 */
#include "controllers/server.h"
#include "kube/certificate.h"

static const str CLIENT = STR_INIT("client.address");
static const str REQUEST = STR_INIT("headers.request");
static const str RESPONSE = STR_INIT("headers.response");

static void request_header_set(struct instance *in, str name, str value, str usual)
{
	struct header_edit e = { .name = name, .value = value, .usual = usual };
	LIST_PUSH(in->front->arena, &in->entry->http.headers, e);
}

/* "$http_" and the header's name as nginx makes a variable of it. */
static str variable_of(struct arena *a, str header)
{
	str low = arena_lower(a, header);
	char *text = NEWS(a, char, low.n + 1);
	for (size_t i = 0; i < low.n; i++)
		text[i] = low.p[i] == '-' ? '_' : low.p[i];
	return arena_join(a, STR("$http_"), (str){ text, low.n });
}

static struct step *answer_step(struct instance *in)
{
	struct step *s = NEW(in->front->arena, struct step);
	s->kind = STEP_HEADER;
	s->side = SIDE_BOTH;
	s->quiet = true;
	s->feature = RESPONSE;
	fact_list_add(in->front->arena, &s->facts, controller_default_fact(in->controller, RESPONSE));
	LIST_PUSH(in->front->arena, &in->entry->http.answers, s);
	return s;
}

/* Headers out of a ConfigMap that the controller's own names. */
static void add_headers(struct instance *in, str reference, bool response)
{
	str namespace, name;
	if (value_is_off(reference) || !str_cut(reference, '/', &namespace, &name))
		return;
	const struct config_map *map = snapshot_config_map(in->front->snapshot, namespace, name);
	struct step *step = map && response ? answer_step(in) : NULL;
	for (size_t i = 0; map && i < map->data.n; i++) {
		struct header_edit e = { .response = response, .name = map->data.item[i].key, .value = map->data.item[i].value };
		if (response)
			LIST_PUSH(in->front->arena, &step->as.header.edits, e);
		else
			LIST_PUSH(in->front->arena, &in->entry->http.headers, e);
	}
}

static void set_usual_headers(struct instance *in)
{
	struct arena *a = in->front->arena;
	const struct controller_settings *c = in->controller;
	static const str HOST = STR_INIT("$best_http_host"), SCHEME = STR_INIT("$pass_access_scheme"), NONE = STR_INIT("");
	str sent = variable_of(a, controller_default(c, CLIENT, STR("header")));
	bool append = controller_default_flag(c, CLIENT, STR("forwarded")) && controller_default_flag(c, CLIENT, STR("append"));
	in->entry->http.forwarded_append = append;
	request_header_set(in, STR("X-Real-IP"), STR("$remote_addr"), STR("$realip_remote_addr"));
	request_header_set(in, STR("X-Forwarded-For"), append ? STR("$full_x_forwarded_for") : STR("$remote_addr"), STR("$realip_remote_addr"));
	request_header_set(in, STR("X-Forwarded-Host"), HOST, STR("$http_host"));
	request_header_set(in, STR("X-Forwarded-Port"), STR("$pass_port"), STR("$server_port"));
	request_header_set(in, STR("X-Forwarded-Proto"), SCHEME, STR("$scheme"));
	request_header_set(in, STR("X-Forwarded-Scheme"), SCHEME, STR("$scheme"));
	request_header_set(in, STR("X-Scheme"), SCHEME, STR("$scheme"));
	if (controller_default_flag(c, REQUEST, STR("original-uri")))
		request_header_set(in, STR("X-Original-URI"), STR("$request_uri"), NONE);
	request_header_set(in, STR("X-Original-Forwarded-For"), sent, NONE);
	request_header_set(in, STR("X-Original-Forwarded-Host"), variable_of(a, controller_default(c, CLIENT, STR("host-header"))), NONE);
	request_header_set(in, STR("Proxy"), NONE, NONE);
}

static void read_trusted(struct instance *in)
{
	str list = controller_default(in->controller, CLIENT, STR("trusted")), item;
	struct address_range range;
	while (list.n) {
		str_cut(list, ',', &item, &list);
		item = str_trim(item);
		if (address_range_parse(item, &range) && range.bits > 0)
			LIST_PUSH(in->front->arena, &in->entry->http.trusted, range);
	}
}

static uint32_t port_argument(struct instance *in, str name, uint32_t usual)
{
	uint64_t port = usual;
	str text = controller_argument(in->front, in->controller->table, name);
	return str_to_u64(text, 65535, &port) ? (uint32_t)port : usual;
}

/* The Server header is taken away unless the controller is told to show it. */
static void show_server(struct instance *in)
{
	if (!controller_default_flag(in->controller, RESPONSE, STR("server")))
		return;
	struct header_edit e = { .response = true, .name = STR_INIT("Server"), .value = STR_INIT("nginx/1.27.1") };
	struct step *step = answer_step(in);
	LIST_PUSH(in->front->arena, &step->as.header.edits, e);
}

static void read_hsts(struct instance *in)
{
	static const str HSTS = STR_INIT("headers.hsts");
	const struct controller_settings *c = in->controller;
	if (!controller_default_flag(c, HSTS, STR("enabled")))
		return;
	bool sub = controller_default_flag(c, HSTS, STR("subdomains")), preload = controller_default_flag(c, HSTS, STR("preload"));
	in->entry->http.hsts = arena_printf(in->front->arena, "max-age=%.*s%s%s", STR_ARG(controller_default(c, HSTS, STR("max-age"))),
		sub ? "; includeSubDomains" : "", preload ? "; preload" : "");
}

static void note_settings(struct instance *in)
{
	static const str FEATURES[] = { STR_INIT("headers.underscores"), STR_INIT("route.last-dot"), STR_INIT("headers.hsts"), STR_INIT("headers.original") };
	for (size_t i = 0; i < sizeof FEATURES / sizeof *FEATURES; i++)
		fact_list_add(in->front->arena, &in->entry->http.settings, controller_default_fact(in->controller, FEATURES[i]));
}

void entry_begin(struct instance *in)
{
	struct http_rules *http = &in->entry->http;
	const struct controller_settings *c = in->controller;
	if (!in->nginx)
		return;
	http->spelling.path = PATH_MERGED;
	http->drop_underscores = !controller_default_flag(c, STR("headers.underscores"), STR("kept"));
	read_hsts(in);
	note_settings(in);
	http->forwarded = controller_default_flag(c, CLIENT, STR("forwarded"));
	http->real_ip = controller_default_flag(c, CLIENT, STR("real-ip"));
	http->proxy_protocol = controller_default_flag(c, CLIENT, STR("proxy-protocol"));
	if (http->forwarded || http->real_ip || http->proxy_protocol)
		http->address_fact = controller_default_fact(c, CLIENT);
	http->forwarded_for = controller_default(c, CLIENT, STR("header"));
	http->http_port = port_argument(in, STR("http-port"), 80);
	http->https_port = port_argument(in, STR("https-port"), 443);
	read_trusted(in);
	set_usual_headers(in);
	add_headers(in, controller_default(c, REQUEST, STR("configmap")), false);
	add_headers(in, controller_default(c, RESPONSE, STR("configmap")), true);
	show_server(in);
	guards_check(in);
}

/* ---- certificates ---- */

static void serve(struct instance *in, str name, const struct certificate *c)
{
	struct served_name served = { name, STR_INIT("default") };
	if (c->kind == CERTIFICATE_SECRET)
		served.secret = arena_printf(in->front->arena, "%.*s/%.*s", STR_ARG(c->namespace), STR_ARG(c->name));
	LIST_PUSH(in->front->arena, &in->entry->certificates, served);
}

/* An alias, or the name with or without www, has the host's certificate where that is good for it. */
static bool is_good_for(const struct instance *in, const struct certificate *c, str name)
{
	if (c->kind != CERTIFICATE_SECRET)
		return false;
	const struct secret *secret = snapshot_secret(in->front->snapshot, c->namespace, c->name);
	if (!secret)
		return !in->front->closed_secrets;
	return certificate_covers(secret->certificate, name) != COVERS_NO;
}

static void serve_host(struct instance *in, const struct server *server)
{
	const struct certificate *c = &server->certificate;
	if (!server->host || server->name.n == 0 || c->kind == CERTIFICATE_NONE || server->inherits)
		return;
	serve(in, server->name, c);
	for (size_t i = 0; i < server->host->aliases.n; i++)
		if (is_good_for(in, c, server->host->aliases.item[i].name))
			serve(in, server->host->aliases.item[i].name, c);
	if (server->www_name.n && is_good_for(in, c, server->www_name))
		serve(in, server->www_name, c);
}

void entry_finish(struct instance *in)
{
	if (!in->nginx)
		return;
	templates_check(in);
	const struct certificate standard = { .kind = CERTIFICATE_DEFAULT };
	serve(in, STR("_"), &standard);
	certificate_of_rest(in, &in->entry->rest);
	for (size_t i = 0; i < in->servers.n; i++)
		serve_host(in, in->servers.item[i]);
}

/* ---- a configuration that nginx does not take ---- */

void entry_reject(struct instance *in, struct place at, str why)
{
	if (in->entry->rejected.n)
		return;
	in->entry->rejected = why;
	in->entry->rejected_at = at;
	in->entry->state = STR("CONFIG_REJECTED");
}

void entry_crash(struct instance *in, struct place at, str why)
{
	in->entry->rejected = (str){ "", 0 };
	entry_reject(in, at, why);
	in->entry->state = STR("CRASH");
}

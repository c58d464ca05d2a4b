/* SPDX-License-Identifier: Apache-2.0 */
/* From kubeconfig files and options to a connection: see kubeconfig.h. */
#include "kube/kubeconfig.h"

#include <string.h>

#include "base/nearest.h"
#include "kube/base64.h"
#include "kube/kubeconfig_exec.h"
#include "kube/kubeconfig_files.h"

struct resolving {
	struct config_files files;
	const struct connection_options *options;
	const struct connection_world *world;
	struct connection *out;
};

static const struct place NOWHERE = { 0, 0 };

static struct place place_of(const struct node *map, const char *key, struct place otherwise)
{
	const struct pair *pair = node_pair(map, str_c(key));
	return pair ? pair->key_at : otherwise;
}

static str text_of(const struct node *map, const char *key)
{
	return node_text(node_get(map, str_c(key)));
}

static bool flag_of(const struct node *map, const char *key)
{
	const struct node *node = node_get(map, str_c(key));
	return node && node->kind == NODE_BOOL && node->truth;
}

/* ---- files and inline data ---- */

static bool read_named(struct resolving *r, struct place at, str path, str *out)
{
	int fault = kube_read_file(r->files.arena, path, out);
	if (!fault)
		return true;
	return config_files_fault(&r->files, at, arena_printf(r->files.arena, "%.*s cannot be read: %s", STR_ARG(path), strerror(fault)),
		STR("kubectl needs that file as well: make it again, or name another kubeconfig"));
}

/* NAME-data in the file counts before the file NAME. */
static bool read_material(struct resolving *r, const struct node *map, const char *key, str *out)
{
	struct arena *arena = r->files.arena;
	str data = text_of(map, arena_cstr(arena, arena_printf(arena, "%s-data", key))), path = text_of(map, key);
	if (data.n) {
		struct place at = place_of(map, arena_cstr(arena, arena_printf(arena, "%s-data", key)), NOWHERE);
		return base64_decode(arena, data, out) ||
			config_files_fault(&r->files, at, arena_printf(arena, "%s-data is no base64", key), STR("write the file again as the cluster's provider says"));
	}
	struct place at = place_of(map, key, NOWHERE);
	return !path.n || read_named(r, at, config_files_path(&r->files, at, path), out);
}

static bool read_option_file(struct resolving *r, str path, str *out)
{
	return !path.n || read_named(r, NOWHERE, path, out);
}

/* ---- the cluster ---- */

static bool set_server(struct resolving *r, str server, struct place at)
{
	struct arena *arena = r->files.arena;
	while (str_ends(server, STR("/")))
		server.n--;
	bool whole = str_starts(server, STR("https://")) || str_starts(server, STR("http://"));
	if (!whole && (str_has(server, STR("://")) || !server.n))
		return config_files_fault(&r->files, at, arena_printf(arena, "'%.*s' is no address of an API server", STR_ARG(server)), STR("write it as https://HOST:PORT"));
	if (str_has_char(str_from(server, str_find(server, STR("://")) + 3), '@') || str_has_char(server, '?') || str_has_char(server, '#'))
		return config_files_fault(&r->files, at, STR("the address of the API server holds credentials, a query or a fragment"), STR("write it as https://HOST:PORT"));
	r->out->server = whole ? arena_str(arena, server) : arena_join(arena, STR("https://"), server);
	return true;
}

static bool read_cluster(struct resolving *r, const struct node *cluster, struct place at)
{
	const struct connection_options *o = r->options;
	struct connection *c = r->out;
	if (!o->server.n && !text_of(cluster, "server").n)
		return config_files_fault(&r->files, at, STR("the cluster has no server"), STR("give it one (server: https://HOST:PORT), or say --server"));
	if (!set_server(r, o->server.n ? o->server : text_of(cluster, "server"), o->server.n ? NOWHERE : place_of(cluster, "server", at)))
		return false;
	c->insecure = flag_of(cluster, "insecure-skip-tls-verify");
	c->server_name = o->tls_server_name.n ? o->tls_server_name : text_of(cluster, "tls-server-name");
	c->proxy = o->proxy_url.n ? o->proxy_url : text_of(cluster, "proxy-url");
	if (!o->insecure && !o->certificate_authority.n) {
		if (!read_material(r, cluster, "certificate-authority", &c->ca))
			return false;
		if (c->insecure && c->ca.n)
			return config_files_fault(&r->files, place_of(cluster, "insecure-skip-tls-verify", at),
				STR("insecure-skip-tls-verify and a certificate authority exclude each other"), STR("take one of them out; kubectl refuses both as well"));
		return true;
	}
	if (o->insecure && o->certificate_authority.n)
		return config_files_fault(&r->files, NOWHERE, STR("--insecure-skip-tls-verify and --certificate-authority exclude each other"), STR("say one of them"));
	c->insecure = o->insecure;
	return read_option_file(r, o->certificate_authority, &c->ca);
}

/* ---- the user ---- */

static bool refuse(struct resolving *r, const struct node *user, const char *key, const char *message, const char *help)
{
	return config_files_fault(&r->files, place_of(user, key, NOWHERE), str_c(message), str_c(help));
}

static void read_as(struct resolving *r, const struct node *user)
{
	struct arena *arena = r->files.arena;
	const struct connection_options *o = r->options;
	struct connection *c = r->out;
	if (o->as.n) {
		c->as = o->as;
		c->as_uid = o->as_uid;
		c->as_groups = o->as_groups;
		return;
	}
	c->as = text_of(user, "as");
	c->as_uid = text_of(user, "as-uid");
	const struct node *groups = node_get(user, STR("as-groups")), *extra = node_get(user, STR("as-user-extra"));
	for (size_t i = 0; groups && groups->kind == NODE_LIST && i < groups->as.list.n; i++)
		LIST_PUSH(arena, &c->as_groups, node_text(groups->as.list.item[i]));
	for (size_t i = 0; extra && extra->kind == NODE_MAP && i < extra->as.map.n; i++) {
		const struct pair *pair = &extra->as.map.item[i];
		for (size_t k = 0; pair->value->kind == NODE_LIST && k < pair->value->as.list.n; k++)
			LIST_PUSH(arena, &c->as_extra, ((struct exec_variable){ pair->key, node_text(pair->value->as.list.item[k]) }));
	}
}

static bool read_token(struct resolving *r, const struct node *user)
{
	struct connection *c = r->out;
	str file = text_of(user, "tokenFile");
	c->token = text_of(user, "token");
	if (file.n) {
		struct place at = place_of(user, "tokenFile", NOWHERE);
		c->token_file = config_files_path(&r->files, at, file);
		return read_named(r, at, c->token_file, &c->token);
	}
	return true;
}

static bool read_user(struct resolving *r, const struct node *user, const struct node *cluster)
{
	const struct connection_options *o = r->options;
	struct connection *c = r->out;
	read_as(r, user);
	if (o->client_certificate.n || o->client_key.n) {
		if (!read_option_file(r, o->client_certificate, &c->certificate) || !read_option_file(r, o->client_key, &c->key))
			return false;
	} else if (!read_material(r, user, "client-certificate", &c->certificate) || !read_material(r, user, "client-key", &c->key)) {
		return false;
	}
	if (o->token.n) {
		c->token = o->token;
		return true;
	}
	if (text_of(user, "username").n || text_of(user, "password").n)
		return refuse(r, user, text_of(user, "username").n ? "username" : "password", "passwords are not sent: no API server since Kubernetes 1.19 takes them",
			"give the user a client certificate, a token or an exec plugin, or say --token");
	if (!node_is_null(node_get(user, STR("auth-provider"))))
		return refuse(r, user, "auth-provider", "auth-provider is not supported: kubectl has dropped it for exec plugins",
			"write the kubeconfig again with the provider's tool (gke-gcloud-auth-plugin, kubelogin, kubectl oidc-login)");
	if (!read_token(r, user))
		return false;
	const struct node *exec = node_get(user, STR("exec"));
	return node_is_null(exec) || c->token.n || kubeconfig_exec(&r->files, r->world, exec, cluster, c);
}

/* ---- which of them ---- */

static bool not_there(struct resolving *r, const char *what, str list, str name, struct place at)
{
	struct arena *arena = r->files.arena;
	struct str_list names = config_files_names(&r->files, list);
	str near = nearest_word(name, names.item, names.n);
	str help = near.n ? arena_printf(arena, "did you mean '%.*s'?", STR_ARG(near)) : names.n ? arena_printf(arena, "there are %.*s", STR_ARG(str_list_join(arena, &names, STR(", "))))
		: STR("kubectl config get-contexts shows what there is");
	return config_files_fault(&r->files, at, arena_printf(arena, "there is no %s '%.*s'", what, STR_ARG(name)), help);
}

static bool read_parts(struct resolving *r, const struct node *context, struct place context_at)
{
	const struct connection_options *o = r->options;
	struct place at, user_at;
	str cluster_name = o->cluster.n ? o->cluster : text_of(context, "cluster"), user_name = o->user.n ? o->user : text_of(context, "user");
	const struct node *cluster = cluster_name.n ? config_files_find(&r->files, STR("clusters"), cluster_name, &at) : NULL;
	if (cluster_name.n && !cluster)
		return not_there(r, "cluster", STR("clusters"), cluster_name, place_of(context, "cluster", context_at));
	if (!cluster && !o->server.n)
		return config_files_fault(&r->files, context_at, STR("the context names no cluster"), STR("give it one, or say --cluster or --server"));
	const struct node *user = user_name.n ? config_files_find(&r->files, STR("users"), user_name, &user_at) : NULL;
	if (user_name.n && !user)
		return not_there(r, "user", STR("users"), user_name, place_of(context, "user", context_at));
	return read_cluster(r, cluster, cluster ? at : context_at) && read_user(r, user, cluster);
}

static bool in_cluster(struct resolving *r)
{
	struct arena *arena = r->files.arena;
	const struct connection_world *w = r->world;
	str host = w->service_host, folder = arena_join(arena, w->account, STR("/"));
	if (str_has_char(host, ':'))
		host = arena_printf(arena, "[%.*s]", STR_ARG(host));
	*r->out = (struct connection){ .server = arena_printf(arena, "https://%.*s:%.*s", STR_ARG(host), STR_ARG(w->service_port)),
		.token_file = arena_join(arena, folder, STR("token")), .as = r->options->as, .as_uid = r->options->as_uid, .as_groups = r->options->as_groups };
	if (!read_named(r, NOWHERE, r->out->token_file, &r->out->token) || !read_named(r, NOWHERE, arena_join(arena, folder, STR("ca.crt")), &r->out->ca))
		return false;
	str namespace;
	if (kube_read_file(arena, arena_join(arena, folder, STR("namespace")), &namespace) == 0)
		r->out->namespace = str_trim(namespace);
	return true;
}

static bool nothing_configured(struct resolving *r)
{
	str names = str_list_join(r->files.arena, &r->files.names, STR(", "));
	str message = names.n ? arena_printf(r->files.arena, "no cluster is configured: nothing in %.*s", STR_ARG(names)) : STR("no cluster is configured");
	return config_files_fault(&r->files, NOWHERE, message, STR("name a kubeconfig with --kubeconfig or the variable KUBECONFIG, or convert files with -f"));
}

static bool choose(struct resolving *r)
{
	const struct connection_options *o = r->options;
	struct place at = NOWHERE, named = NOWHERE;
	str name = o->context.n ? o->context : config_files_current(&r->files, &named);
	const struct node *context = name.n ? config_files_find(&r->files, STR("contexts"), name, &at) : NULL;
	if (name.n && !context)
		return not_there(r, "context", STR("contexts"), name, named);
	if (!context && !o->server.n && !o->cluster.n) {
		if (!r->files.roots.n && r->world->service_host.n)
			return in_cluster(r);
		if (!r->files.roots.n)
			return nothing_configured(r);
		struct str_list names = config_files_names(&r->files, STR("contexts"));
		return config_files_fault(&r->files, NOWHERE, STR("the kubeconfig has no current-context"), names.n ?
			arena_printf(r->files.arena, "say which with --context; there are %.*s", STR_ARG(str_list_join(r->files.arena, &names, STR(", ")))) : STR("say --server, or name another kubeconfig"));
	}
	r->out->context = name;
	r->out->namespace = text_of(context, "namespace");
	return read_parts(r, context, at);
}

bool kubeconfig_read(struct arena *arena, const struct connection_options *options, const struct connection_world *world, struct connection *out, struct kube_fault *fault)
{
	struct resolving r = { .files = { .arena = arena, .fault = fault }, .options = options, .world = world, .out = out };
	*out = (struct connection){ .timeout = 0 };
	if (!config_files_read(&r.files, options, world) || !choose(&r))
		return false;
	if (out->certificate.n && !out->key.n)
		return config_files_fault(&r.files, NOWHERE, STR("there is a client certificate and no key for it"), STR("give client-key or client-key-data beside it"));
	if (out->as_groups.n && !out->as.n)
		return config_files_fault(&r.files, NOWHERE, STR("--as-group needs --as"), STR("say --as as well"));
	if (options->request_timeout.n && !duration_parse(options->request_timeout, &out->timeout))
		return config_files_fault(&r.files, NOWHERE, arena_printf(arena, "--request-timeout '%.*s' is no time", STR_ARG(options->request_timeout)), STR("write 30s, 1m or 0"));
	out->token = str_trim(out->token);
	if (options->namespace.n)
		out->namespace = options->namespace;
	if (!out->namespace.n)
		out->namespace = STR("default");
	return true;
}

struct str_list kubeconfig_contexts(struct arena *arena, const struct connection_options *options, const struct connection_world *world)
{
	struct kube_fault fault;
	struct config_files files = { .arena = arena, .fault = &fault };
	(void)config_files_read(&files, options, world);
	return config_files_names(&files, STR("contexts"));
}

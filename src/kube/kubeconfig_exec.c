/* SPDX-License-Identifier: Apache-2.0 */
/* exec of a user: see kubeconfig_exec.h. What the program is told follows client-go (ExecCredential of client.authentication.k8s.io). */
#include "kube/kubeconfig_exec.h"

#include "kube/base64.h"

static bool refuse(const struct config_files *files, const struct node *exec, const char *key, str message, str help)
{
	const struct pair *pair = node_pair(exec, str_c(key));
	return config_files_fault(files, pair ? pair->key_at : exec->at, message, help);
}

/* client.authentication.k8s.io/exec among the extensions of a cluster */
static const struct node *config_of(const struct node *cluster)
{
	const struct node *list = node_get(cluster, STR("extensions"));
	for (size_t i = 0; list && list->kind == NODE_LIST && i < list->as.list.n; i++)
		if (str_eq(node_text(node_get(list->as.list.item[i], STR("name"))), STR("client.authentication.k8s.io/exec")))
			return node_get(list->as.list.item[i], STR("extension"));
	return NULL;
}

static str info_of(const struct config_files *files, const struct exec_plugin *plugin, const struct node *cluster, bool with_cluster, const struct connection *c)
{
	struct arena *arena = files->arena;
	struct node *root = node_map(arena), *spec = node_map(arena), *of = node_map(arena);
	struct buf out;
	node_set_text(arena, root, STR("apiVersion"), plugin->version);
	node_set_text(arena, root, STR("kind"), STR("ExecCredential"));
	node_set(arena, root, STR("spec"), spec);
	node_set(arena, spec, STR("interactive"), node_bool(arena, plugin->interactive));
	if (with_cluster) {
		node_set(arena, spec, STR("cluster"), of);
		node_set_text(arena, of, STR("server"), c->server);
		node_set_text(arena, of, STR("tls-server-name"), c->server_name);
		if (c->insecure)
			node_set(arena, of, STR("insecure-skip-tls-verify"), node_bool(arena, true));
		node_set_text(arena, of, STR("certificate-authority-data"), base64_encode(arena, c->ca));
		node_set_text(arena, of, STR("proxy-url"), c->proxy);
		const struct node *config = config_of(cluster);
		if (!node_is_null(config))
			node_set(arena, of, STR("config"), (struct node *)(uintptr_t)config);
	}
	buf_init(&out, arena, 0);
	doc_write_json(&out, root, 0);
	return buf_str(&out);
}

static void read_words(struct arena *arena, const struct node *exec, struct exec_plugin *plugin)
{
	const struct node *args = node_get(exec, STR("args")), *env = node_get(exec, STR("env"));
	for (size_t i = 0; args && args->kind == NODE_LIST && i < args->as.list.n; i++)
		LIST_PUSH(arena, &plugin->args, node_text(args->as.list.item[i]));
	for (size_t i = 0; env && env->kind == NODE_LIST && i < env->as.list.n; i++)
		LIST_PUSH(arena, &plugin->environment, ((struct exec_variable){ node_text(node_get(env->as.list.item[i], STR("name"))),
			node_text(node_get(env->as.list.item[i], STR("value"))) }));
}

bool kubeconfig_exec(const struct config_files *files, const struct connection_world *world, const struct node *exec, const struct node *cluster, struct connection *out)
{
	struct exec_plugin *plugin = NEW(files->arena, struct exec_plugin);
	const struct node *about = node_get(exec, STR("provideClusterInfo"));
	str command = node_text(node_get(exec, STR("command"))), mode = node_text(node_get(exec, STR("interactiveMode")));
	const struct pair *at = node_pair(exec, STR("command"));
	plugin->version = node_text(node_get(exec, STR("apiVersion")));
	bool first = str_eq(plugin->version, STR("client.authentication.k8s.io/v1"));
	if (!first && !str_eq(plugin->version, STR("client.authentication.k8s.io/v1beta1")))
		return refuse(files, exec, "apiVersion", arena_printf(files->arena, "apiVersion '%.*s' of exec is none that is spoken here", STR_ARG(plugin->version)),
			STR("client.authentication.k8s.io/v1 and v1beta1 are; write the kubeconfig again with the provider's tool"));
	if (!command.n)
		return refuse(files, exec, "command", STR("exec names no command"), STR("write the kubeconfig again with the provider's tool"));
	if (first && !mode.n)
		return refuse(files, exec, "interactiveMode", STR("exec of v1 needs interactiveMode"), STR("write Never, IfAvailable or Always; kubectl refuses it as well"));
	if (str_eq(mode, STR("Always")) && !world->terminal)
		return refuse(files, exec, "interactiveMode", STR("the credential plugin wants to ask a person, and standard input is no terminal"),
			STR("call ing2gw from a terminal, or log in with the plugin before"));
	plugin->command = str_has_char(command, '/') && at ? config_files_path(files, at->key_at, command) : command;
	plugin->hint = node_text(node_get(exec, STR("installHint")));
	plugin->interactive = world->terminal && !str_eq(mode, STR("Never"));
	plugin->where = config_files_where(files, at ? at->key_at : exec->at);
	read_words(files->arena, exec, plugin);
	plugin->info = info_of(files, plugin, cluster, about && about->kind == NODE_BOOL && about->truth, out);
	out->exec = plugin;
	return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Running exec plugins: see credential.h. */
#include "kube/credential.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kube/decode.h"
#include "kube/items.h"

extern char **environ;

enum { LONGEST = 1 << 20 };

static bool fail(const struct exec_plugin *plugin, struct kube_fault *fault, str message, str help)
{
	*fault = (struct kube_fault){ DIAG_CLUSTER_CREDENTIALS, plugin->where, message, help };
	return false;
}

/* The program's environment with that of the plugin over it. */
static char **environment_of(struct arena *arena, const struct exec_plugin *plugin)
{
	LIST(struct exec_variable) own = { 0 };
	LIST(char *) out = { 0 };
	for (size_t i = 0; i < plugin->environment.n; i++)
		LIST_PUSH(arena, &own, plugin->environment.item[i]);
	LIST_PUSH(arena, &own, ((struct exec_variable){ STR("KUBERNETES_EXEC_INFO"), plugin->info }));
	for (char **variable = environ; variable && *variable; variable++) {
		str name, value;
		bool over = false;
		str_cut(str_c(*variable), '=', &name, &value);
		for (size_t i = 0; i < own.n; i++)
			over = over || str_eq(own.item[i].name, name);
		if (!over)
			LIST_PUSH(arena, &out, *variable);
	}
	for (size_t i = 0; i < own.n; i++) {
		str text = arena_printf(arena, "%.*s=%.*s%c", STR_ARG(own.item[i].name), STR_ARG(own.item[i].value), '\0');
		LIST_PUSH(arena, &out, (char *)(uintptr_t)text.p);
	}
	LIST_PUSH(arena, &out, NULL);
	return out.item;
}

static char **words_of(struct arena *arena, const struct exec_plugin *plugin)
{
	LIST(char *) out = { 0 };
	LIST_PUSH(arena, &out, (char *)(uintptr_t)arena_cstr(arena, plugin->command));
	for (size_t i = 0; i < plugin->args.n; i++)
		LIST_PUSH(arena, &out, (char *)(uintptr_t)arena_cstr(arena, plugin->args.item[i]));
	LIST_PUSH(arena, &out, NULL);
	return out.item;
}

/* Nothing in here leaves through the escape: the child has to be waited for. */
static int run(char **words, char **environment, bool interactive, char *text, size_t room, size_t *n, int *status)
{
	int ends[2];
	pid_t child;
	posix_spawn_file_actions_t actions;
	if (pipe(ends) != 0)
		return errno;
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	posix_spawn_file_actions_init(&actions);
	if (!interactive)
		posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_addclose(&actions, ends[1]);
	int fault = posix_spawnp(&child, words[0], &actions, NULL, words, environment);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	*n = 0;
	while (!fault && *n < room) {
		ssize_t got = read(ends[0], text + *n, room - *n);
		if (got == 0 || (got < 0 && errno != EINTR))
			break;
		*n += got > 0 ? (size_t)got : 0;
	}
	close(ends[0]);
	while (!fault && waitpid(child, status, 0) < 0 && errno == EINTR)
		continue;
	return fault;
}

static bool read_answer(struct arena *arena, const struct exec_plugin *plugin, str text, struct credential *out, struct kube_fault *fault)
{
	const struct node *root = answer_tree(arena, text), *status = node_get(root, STR("status"));
	if (!root || root->kind != NODE_MAP || !str_eq(node_text(node_get(root, STR("kind"))), STR("ExecCredential")) || !status)
		return fail(plugin, fault, arena_printf(arena, "the credential plugin %.*s printed no ExecCredential with a status", STR_ARG(plugin->command)),
			STR("call it by hand and look at what it prints"));
	str version = node_text(node_get(root, STR("apiVersion")));
	if (!str_eq(version, plugin->version))
		return fail(plugin, fault, arena_printf(arena, "the credential plugin %.*s speaks %.*s, and the kubeconfig says %.*s", STR_ARG(plugin->command),
			STR_ARG(version), STR_ARG(plugin->version)), STR("write the kubeconfig again with the provider's tool, or bring the plugin up to date"));
	*out = (struct credential){ node_text(node_get(status, STR("token"))), node_text(node_get(status, STR("clientCertificateData"))),
		node_text(node_get(status, STR("clientKeyData"))), -1 };
	if (!out->token.n && !(out->certificate.n && out->key.n))
		return fail(plugin, fault, arena_printf(arena, "the credential plugin %.*s gave neither a token nor a certificate with its key", STR_ARG(plugin->command)),
			STR("log in with it again"));
	if (!decode_time(node_text(node_get(status, STR("expirationTimestamp"))), &out->expires))
		out->expires = -1;
	return true;
}

bool credential_get(struct arena *arena, const struct exec_plugin *plugin, struct credential *out, struct kube_fault *fault)
{
	char **words = words_of(arena, plugin), **environment = environment_of(arena, plugin);
	char *text = arena_alloc(arena, 1, 1, LONGEST);
	size_t n = 0;
	int status = 0;
	int why = run(words, environment, plugin->interactive, text, LONGEST, &n, &status);
	if (!why && WIFEXITED(status) && WEXITSTATUS(status) == 127)
		why = ENOENT;
	if (why)
		return fail(plugin, fault, arena_printf(arena, "the credential plugin %.*s cannot be run: %s", STR_ARG(plugin->command), strerror(why)),
			plugin->hint.n ? str_trim(plugin->hint) : STR("install it, or bring it into PATH"));
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return fail(plugin, fault, arena_printf(arena, "the credential plugin %.*s failed (%s %d)", STR_ARG(plugin->command), WIFEXITED(status) ? "exit code" : "signal",
			WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status)), STR("what it says stands above; log in with it again"));
	return read_answer(arena, plugin, (str){ text, n }, out, fault);
}

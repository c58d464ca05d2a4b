/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading and merging kubeconfig files: see kubeconfig_files.h. As client-go merges them: the first file that has a name of a cluster,
 * context or user is the only one that says anything of it, and current-context is that of the first that has one.
 */
#include "kube/kubeconfig_files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { LARGEST = 16 << 20 };

static const struct place NOWHERE = { 0, 0 };

static void close_file(void *handle)
{
	close(*(int *)handle);
}

static int read_rest(struct arena *arena, int fd, str *out)
{
	struct buf text;
	buf_init(&text, arena, 0);
	for (;;) {
		char part[8192];
		ssize_t n = read(fd, part, sizeof part);
		if (n < 0 && errno != EINTR)
			return errno;
		if (n == 0)
			break;
		if (n > 0)
			buf_add(&text, (str){ part, (size_t)n });
		if (text.n > LARGEST)
			return EFBIG;
	}
	*out = buf_str(&text);
	return 0;
}

int kube_read_file(struct arena *arena, str path, str *out)
{
	struct resource open_file;
	int fd = open(arena_cstr(arena, path), O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	escape_watch(arena->escape, &open_file, close_file, &fd);
	int fault = read_rest(arena, fd, out);
	escape_forget(arena->escape, &open_file);
	close(fd);
	return fault;
}

str config_files_where(const struct config_files *files, struct place at)
{
	const struct source *source = sources_get(&files->sources, at.file);
	struct line_column lc = sources_locate(&files->sources, at);
	return source ? arena_printf(files->arena, "%.*s:%u:%u", STR_ARG(source->name), (unsigned)lc.line, (unsigned)lc.column) : (str){ "", 0 };
}

bool config_files_fault(const struct config_files *files, struct place at, str message, str help)
{
	*files->fault = (struct kube_fault){ DIAG_CLUSTER_CONFIG, config_files_where(files, at), message, help };
	return false;
}

/* ---- one file ---- */

struct root_visit {
	struct node *root;
};

static void visit(void *user, struct node *root)
{
	struct root_visit *visit = user;
	if (root && !visit->root)
		visit->root = root;
}

/* Names of a list stand once in a file. */
static bool check_names(const struct config_files *files, const struct node *root, str list)
{
	const struct node *entries = node_get(root, list);
	if (node_is_null(entries))
		return true;
	if (entries->kind != NODE_LIST)
		return config_files_fault(files, entries->at, arena_printf(files->arena, "\"%.*s\" must be a list", STR_ARG(list)), STR("kubectl config view shows what kubectl makes of it"));
	for (size_t i = 0; i < entries->as.list.n; i++) {
		const struct node *name = node_get(entries->as.list.item[i], STR("name"));
		for (size_t k = 0; k < i && node_is_scalar(name); k++)
			if (str_eq(node_text(name), node_text(node_get(entries->as.list.item[k], STR("name")))))
				return config_files_fault(files, name->at, arena_printf(files->arena, "there are two %.*s named '%.*s'", STR_ARG(list), STR_ARG(node_text(name))),
					STR("give one of them another name; kubectl refuses the file too"));
	}
	return true;
}

static bool read_tree(struct config_files *files, str name, str text, bool *empty)
{
	struct diags diags;
	struct root_visit seen = { NULL };
	const struct doc_limits limits = { 0 };
	struct doc_reader reader = { files->arena, &diags, &limits, visit, &seen };
	diags_init(&diags, files->arena);
	uint32_t file = sources_add(&files->sources, name, text);
	bool good = doc_read(&reader, &files->sources, file);
	*empty = good && !seen.root;
	if (!good) {
		for (size_t i = 0; i < diags.list.n; i++)
			if (diags.list.item[i]->level == DIAG_ERROR)
				return config_files_fault(files, diags.list.item[i]->site.item[0].at, diags.list.item[i]->message, diags.list.item[i]->help);
		return config_files_fault(files, (struct place){ file, 0 }, STR("this is no kubeconfig"), STR("name one with --kubeconfig"));
	}
	if (*empty)
		return true;
	if (seen.root->kind != NODE_MAP || (!node_is_null(node_get(seen.root, STR("kind"))) && !str_eq(node_text(node_get(seen.root, STR("kind"))), STR("Config"))))
		return config_files_fault(files, seen.root->at, STR("this is no kubeconfig (kind: Config)"), STR("name one with --kubeconfig"));
	LIST_PUSH(files->arena, &files->roots, seen.root);
	return check_names(files, seen.root, STR("clusters")) && check_names(files, seen.root, STR("contexts")) && check_names(files, seen.root, STR("users"));
}

static bool read_one(struct config_files *files, str name, bool asked)
{
	str text;
	bool empty;
	int fault = kube_read_file(files->arena, name, &text);
	LIST_PUSH(files->arena, &files->names, name);
	if (fault == ENOENT && !asked)
		return true;
	if (!fault)
		return read_tree(files, name, text, &empty);
	*files->fault = (struct kube_fault){ DIAG_CLUSTER_CONFIG, name, arena_printf(files->arena, "the kubeconfig cannot be read: %s", strerror(fault)),
		STR("name one that exists and that you may read: --kubeconfig FILE, or the variable KUBECONFIG") };
	return false;
}

bool config_files_read(struct config_files *files, const struct connection_options *options, const struct connection_world *world)
{
	sources_init(&files->sources, files->arena);
	if (options->kubeconfig.n)
		return read_one(files, options->kubeconfig, true);
	if (!world->kubeconfig.n)
		return !world->home.n || read_one(files, arena_join(files->arena, world->home, STR("/.kube/config")), false);
	str name, rest = world->kubeconfig;
	struct str_list seen = { 0 };
	while (rest.n) {
		str_cut(rest, ':', &name, &rest);
		if (!name.n || str_list_has(&seen, name))
			continue;
		LIST_PUSH(files->arena, &seen, name);
		if (!read_one(files, name, false))
			return false;
	}
	return true;
}

/* ---- all of them ---- */

/* "cluster" of "clusters" */
static str inner_key(str list)
{
	return str_slice(list, 0, list.n - 1);
}

const struct node *config_files_find(const struct config_files *files, str list, str name, struct place *at)
{
	for (size_t r = 0; r < files->roots.n; r++) {
		const struct node *entries = node_get(files->roots.item[r], list);
		for (size_t i = 0; entries && entries->kind == NODE_LIST && i < entries->as.list.n; i++) {
			const struct node *entry = entries->as.list.item[i], *found = node_get(entry, STR("name"));
			if (!node_is_scalar(found) || !str_eq(node_text(found), name))
				continue;
			const struct node *inner = node_get(entry, inner_key(list));
			*at = found->at;
			return inner ? inner : entry;
		}
	}
	*at = NOWHERE;
	return NULL;
}

str config_files_current(const struct config_files *files, struct place *at)
{
	for (size_t r = 0; r < files->roots.n; r++) {
		const struct node *current = node_get(files->roots.item[r], STR("current-context"));
		if (node_text(current).n) {
			*at = current->at;
			return node_text(current);
		}
	}
	*at = NOWHERE;
	return (str){ "", 0 };
}

struct str_list config_files_names(const struct config_files *files, str list)
{
	struct str_list names = { 0 };
	for (size_t r = 0; r < files->roots.n; r++) {
		const struct node *entries = node_get(files->roots.item[r], list);
		for (size_t i = 0; entries && entries->kind == NODE_LIST && i < entries->as.list.n; i++)
			str_list_add_new(files->arena, &names, node_text(node_get(entries->as.list.item[i], STR("name"))));
	}
	return names;
}

str config_files_path(const struct config_files *files, struct place at, str path)
{
	const struct source *source = sources_get(&files->sources, at.file);
	size_t slash = source ? str_find_last_char(source->name, '/') : 0;
	if (!source || str_starts(path, STR("/")) || slash == source->name.n)
		return path;
	return arena_join(files->arena, str_slice(source->name, 0, slash + 1), path);
}

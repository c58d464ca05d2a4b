/* SPDX-License-Identifier: Apache-2.0 */
/* kubeconfig files: merging, paths, what the command line says over them, credentials, and where faults are. */
#include "kube_run.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kube/credential.h"
#include "kube/items.h"
#include "kube/kubeconfig.h"

struct bench {
	struct escape escape;
	struct arena arena;
	char folder[64];
	struct connection_options options;
	struct connection_world world;
	struct connection out;
	struct kube_fault fault;
};

static str path_in(struct bench *b, const char *name)
{
	return arena_printf(&b->arena, "%s/%s", b->folder, name);
}

static void open_bench(struct bench *b)
{
	*b = (struct bench){ .folder = "/tmp/ing2gw-kubeconfig-XXXXXX" };
	escape_init(&b->escape);
	arena_init(&b->arena, 0, &b->escape);
	assert_non_null(mkdtemp(b->folder));
}

static void put(struct bench *b, const char *name, const char *text)
{
	FILE *file = fopen(arena_cstr(&b->arena, path_in(b, name)), "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void close_bench(struct bench *b)
{
	static const char *const NAMES[] = { "a", "b", "ca.pem", "token", "plugin", "empty", "calls" };
	for (size_t i = 0; i < COUNT(NAMES); i++)
		unlink(arena_cstr(&b->arena, path_in(b, NAMES[i])));
	assert_int_equal(rmdir(b->folder), 0);
	arena_release(&b->arena);
}

static bool resolve(struct bench *b)
{
	return kubeconfig_read(&b->arena, &b->options, &b->world, &b->out, &b->fault);
}

static void use(struct bench *b, const char *text)
{
	put(b, "a", text);
	b->options.kubeconfig = path_in(b, "a");
}

#define CLUSTERS(name, more) "clusters:\n- name: " name "\n  cluster:\n" more
#define USERS(name, more) "users:\n- name: " name "\n  user:\n" more
#define CONTEXT "current-context: x\ncontexts:\n- name: x\n  context: {cluster: c, user: u, namespace: shop}\n"
#define SERVER "    server: https://a.example.com:6443/\n"

/* "file:line:column" without the folder, then the message. */
#define assert_fault(b, where_, message_) do { \
		assert_false(resolve(b)); \
		str name_ = (b)->fault.where; \
		size_t slash_ = str_find_last_char(name_, '/'); \
		assert_str(slash_ < name_.n ? str_from(name_, slash_ + 1) : name_, where_); \
		assert_str((b)->fault.message, message_); \
		assert_true((b)->fault.help.n > 0); \
	} while (0)

static void test_plain(void **state)
{
	(void)state;
	struct bench b;
	open_bench(&b);
	use(&b, "apiVersion: v1\nkind: Config\n" CONTEXT CLUSTERS("c", SERVER "    certificate-authority-data: Q0E=\n    tls-server-name: kubernetes\n    proxy-url: http://proxy:3128\n")
		USERS("u", "    client-certificate-data: Q0VSVA==\n    client-key-data: S0VZ\n    token: secret\n    as: boss\n    as-groups: [one, two]\n"));
	assert_true(resolve(&b));
	assert_str(b.out.server, "https://a.example.com:6443");
	assert_str(b.out.ca, "CA");
	assert_str(b.out.certificate, "CERT");
	assert_str(b.out.key, "KEY");
	assert_str(b.out.token, "secret");
	assert_str(b.out.server_name, "kubernetes");
	assert_str(b.out.proxy, "http://proxy:3128");
	assert_str(b.out.namespace, "shop");
	assert_str(b.out.as, "boss");
	assert_int_equal(b.out.as_groups.n, 2);
	assert_false(b.out.insecure);
	close_bench(&b);
}

/* The first file that names something is the only one that says anything of it; the first current-context counts. */
static void test_merge(void **state)
{
	(void)state;
	struct bench b;
	open_bench(&b);
	put(&b, "a", CLUSTERS("c", "    server: https://first\n"));
	put(&b, "b", CONTEXT CLUSTERS("c", "    server: https://second\n    tls-server-name: second\n") USERS("u", "    token: of-b\n"));
	b.world.kubeconfig = arena_printf(&b.arena, "%.*s::%.*s:%.*s:%.*s", STR_ARG(path_in(&b, "none")), STR_ARG(path_in(&b, "a")), STR_ARG(path_in(&b, "b")), STR_ARG(path_in(&b, "a")));
	assert_true(resolve(&b));
	assert_str(b.out.server, "https://first");
	assert_str(b.out.server_name, "");
	assert_str(b.out.token, "of-b");
	assert_str(b.out.context, "x");
	/* a file that the user names stands alone */
	b.options.kubeconfig = path_in(&b, "b");
	assert_true(resolve(&b));
	assert_str(b.out.server, "https://second");
	close_bench(&b);
}

/* From the folder of the file that says it, not from ours. */
static void test_paths(void **state)
{
	(void)state;
	struct bench b;
	open_bench(&b);
	put(&b, "ca.pem", "pem");
	put(&b, "token", "from-file\n");
	use(&b, CONTEXT CLUSTERS("c", SERVER "    certificate-authority: ca.pem\n") USERS("u", "    token: inline\n    tokenFile: token\n"));
	assert_true(resolve(&b));
	assert_str(b.out.ca, "pem");
	assert_str(b.out.token, "from-file");
	assert_true(str_ends(b.out.token_file, STR("/token")));
	use(&b, CONTEXT CLUSTERS("c", SERVER "    certificate-authority: none.pem\n") USERS("u", "    {}\n"));
	assert_false(resolve(&b));
	assert_true(str_ends(b.fault.where, STR("/a:9:5")));
	assert_true(str_has(b.fault.message, STR("/none.pem cannot be read")));
	close_bench(&b);
}

static void test_options(void **state)
{
	(void)state;
	struct bench b;
	open_bench(&b);
	use(&b, CONTEXT CLUSTERS("c", SERVER "    certificate-authority-data: Q0E=\n") USERS("u", "    token: secret\n"));
	b.options.insecure = true;
	b.options.token = STR("other");
	b.options.server = STR("b.example.com:443");
	b.options.namespace = STR("team");
	b.options.request_timeout = STR("1m30s");
	assert_true(resolve(&b));
	assert_str(b.out.server, "https://b.example.com:443");
	assert_str(b.out.ca, "");
	assert_true(b.out.insecure);
	assert_str(b.out.token, "other");
	assert_str(b.out.namespace, "team");
	assert_int_equal(b.out.timeout, 90000);
	b.options.request_timeout = STR("soon");
	assert_fault(&b, "", "--request-timeout 'soon' is no time");
	b.options.request_timeout = STR("0");
	b.options.context = STR("production");
	assert_fault(&b, "", "there is no context 'production'");
	assert_str(b.fault.help, "there are x");
	b.options.context = STR("");
	b.options.user = STR("uu");
	assert_fault(&b, "a:4:25", "there is no user 'uu'");
	close_bench(&b);
}

static void test_faults(void **state)
{
	(void)state;
	static const struct { const char *text, *where, *message; } ROWS[] = {
		{ CONTEXT, "a:4:13", "there is no cluster 'c'" },
		{ CONTEXT CLUSTERS("c", "    {}\n") USERS("u", "    {}\n"), "a:6:9", "the cluster has no server" },
		{ CONTEXT CLUSTERS("c", "    server: ftp://x\n") USERS("u", "    {}\n"), "a:8:5", "'ftp://x' is no address of an API server" },
		{ CONTEXT CLUSTERS("c", "    server: https://me:pw@x\n") USERS("u", "    {}\n"), "a:8:5", "the address of the API server holds credentials, a query or a fragment" },
		{ CONTEXT CLUSTERS("c", SERVER) USERS("u", "    username: me\n    password: pw\n"), "a:12:5", "passwords are not sent: no API server since Kubernetes 1.19 takes them" },
		{ CONTEXT CLUSTERS("c", SERVER) USERS("u", "    auth-provider: {name: gcp}\n"), "a:12:5", "auth-provider is not supported: kubectl has dropped it for exec plugins" },
		{ CONTEXT CLUSTERS("c", SERVER "    certificate-authority-data: '%'\n") USERS("u", "    {}\n"), "a:9:5", "certificate-authority-data is no base64" },
		{ CONTEXT CLUSTERS("c", SERVER "    insecure-skip-tls-verify: true\n    certificate-authority-data: Q0E=\n") USERS("u", "    {}\n"), "a:9:5",
			"insecure-skip-tls-verify and a certificate authority exclude each other" },
		{ CONTEXT CLUSTERS("c", SERVER "- name: c\n  cluster: {}\n") USERS("u", "    {}\n"), "a:9:9", "there are two clusters named 'c'" },
		{ "contexts: []\n", "", "the kubeconfig has no current-context" },
		{ "kind: Ingress\n", "a:1:1", "this is no kubeconfig (kind: Config)" },
		{ "clusters: {}\n", "a:1:11", "\"clusters\" must be a list" },
		{ CONTEXT CLUSTERS("c", SERVER) USERS("u", "    client-certificate-data: Q0VSVA==\n"), "", "there is a client certificate and no key for it" },
		{ CONTEXT CLUSTERS("c", SERVER) USERS("u", "    exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: x}\n"), "a:12:12",
			"apiVersion 'client.authentication.k8s.io/v1alpha1' of exec is none that is spoken here" },
		{ CONTEXT CLUSTERS("c", SERVER) USERS("u", "    exec: {apiVersion: client.authentication.k8s.io/v1, command: x}\n"), "a:12:11", "exec of v1 needs interactiveMode" },
		{ CONTEXT CLUSTERS("c", SERVER) USERS("u", "    exec: {apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Always}\n"), "a:12:69",
			"the credential plugin wants to ask a person, and standard input is no terminal" },
	};
	struct bench b;
	open_bench(&b);
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		print_message("row %zu\n", i);
		use(&b, ROWS[i].text);
		assert_fault(&b, ROWS[i].where, ROWS[i].message);
		assert_int_equal(b.fault.code, DIAG_CLUSTER_CONFIG);
	}
	close_bench(&b);
}

/* What is wrong with YAML is said with its place, and the line is not shown. */
static void test_syntax(void **state)
{
	(void)state;
	struct bench b;
	open_bench(&b);
	use(&b, "users:\n- name: u\n  user: {token: secret\nclusters: []\n");
	assert_false(resolve(&b));
	assert_true(str_has(b.fault.where, STR("/a:")));
	assert_false(str_has(b.fault.message, STR("secret")) || str_has(b.fault.help, STR("secret")));
	close_bench(&b);
}

static void test_nothing(void **state)
{
	(void)state;
	struct bench b;
	open_bench(&b);
	assert_fault(&b, "", "no cluster is configured");
	b.options.kubeconfig = path_in(&b, "none");
	assert_false(resolve(&b));
	assert_true(str_has(b.fault.message, STR("cannot be read")));
	close_bench(&b);
}

/* In a Pod, where there is no kubeconfig. */
static void test_service_account(void **state)
{
	(void)state;
	struct bench b;
	open_bench(&b);
	put(&b, "token", "of-the-pod");
	b.world.service_host = STR("fd00::1");
	b.world.service_port = STR("443");
	b.world.account = str_c(b.folder);
	assert_false(resolve(&b));
	assert_true(str_has(b.fault.message, STR("ca.crt cannot be read")));
	FILE *file = fopen(arena_cstr(&b.arena, path_in(&b, "ca.crt")), "w");
	assert_non_null(file);
	fclose(file);
	assert_true(resolve(&b));
	assert_str(b.out.server, "https://[fd00::1]:443");
	assert_str(b.out.token, "of-the-pod");
	assert_str(b.out.namespace, "default");
	unlink(arena_cstr(&b.arena, path_in(&b, "ca.crt")));
	close_bench(&b);
}

/* ---- plugins ---- */

static void plugin(struct bench *b, const char *script)
{
	put(b, "plugin", script);
	assert_int_equal(chmod(arena_cstr(&b->arena, path_in(b, "plugin")), 0700), 0);
}

#define EXEC(version, more) CONTEXT CLUSTERS("c", SERVER "    certificate-authority-data: Q0E=\n    extensions:\n    - name: client.authentication.k8s.io/exec\n      extension: {audience: me}\n") \
	USERS("u", "    exec:\n      apiVersion: client.authentication.k8s.io/" version "\n      command: ./plugin\n      args: [get, 'a b']\n      env: [{name: REGION, value: north}]\n" more)

static void test_exec(void **state)
{
	(void)state;
	struct bench b;
	struct credential credential;
	open_bench(&b);
	use(&b, EXEC("v1", "      interactiveMode: IfAvailable\n      provideClusterInfo: true\n"));
	plugin(&b, "#!/bin/sh\nprintf '%s|%s|%s|' \"$1\" \"$2\" \"$REGION\" >\"${0%/*}/calls\"\nprintf '%s' \"$KUBERNETES_EXEC_INFO\" >>\"${0%/*}/calls\"\n"
		"printf '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"fresh\",\"expirationTimestamp\":\"2024-05-31T12:00:00Z\"}}'\n");
	assert_true(resolve(&b));
	assert_non_null(b.out.exec);
	assert_false(b.out.exec->interactive);
	assert_true(credential_get(&b.arena, b.out.exec, &credential, &b.fault));
	assert_str(credential.token, "fresh");
	assert_int_equal(credential.expires, 1717156800);
	str calls;
	assert_int_equal(kube_read_file(&b.arena, path_in(&b, "calls"), &calls), 0);
	assert_true(str_starts(calls, STR("get|a b|north|{")));
	const struct node *info = answer_tree(&b.arena, str_from(calls, str_find_char(calls, '{')));
	assert_str(node_text(node_get(info, STR("apiVersion"))), "client.authentication.k8s.io/v1");
	assert_str(node_text(node_at(info, STR("spec.cluster.server"))), "https://a.example.com:6443");
	assert_str(node_text(node_at(info, STR("spec.cluster.certificate-authority-data"))), "Q0E=");
	assert_str(node_text(node_at(info, STR("spec.cluster.config.audience"))), "me");
	assert_false(node_at(info, STR("spec.interactive"))->truth);
	close_bench(&b);
}

static void test_exec_faults(void **state)
{
	(void)state;
	static const struct { const char *script, *message; } ROWS[] = {
		{ "#!/bin/sh\nexit 3\n", "failed (exit code 3)" },
		{ "#!/bin/sh\necho nothing\n", "printed no ExecCredential with a status" },
		{ "#!/bin/sh\necho '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"x\"}}'\n", "and the kubeconfig says client.authentication.k8s.io/v1beta1" },
		{ "#!/bin/sh\necho '{\"apiVersion\":\"client.authentication.k8s.io/v1beta1\",\"kind\":\"ExecCredential\",\"status\":{}}'\n", "gave neither a token nor a certificate" },
	};
	struct bench b;
	struct credential credential;
	open_bench(&b);
	use(&b, EXEC("v1beta1", "      installHint: |\n        get it from example.com\n"));
	assert_true(resolve(&b));
	assert_false(credential_get(&b.arena, b.out.exec, &credential, &b.fault));
	assert_true(str_has(b.fault.message, STR("cannot be run: ")));
	assert_str(b.fault.help, "get it from example.com");
	assert_int_equal(b.fault.code, DIAG_CLUSTER_CREDENTIALS);
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		plugin(&b, ROWS[i].script);
		assert_false(credential_get(&b.arena, b.out.exec, &credential, &b.fault));
		assert_true(str_has(b.fault.message, str_c(ROWS[i].message)));
		assert_true(str_ends(b.fault.where, STR("/a:18:7")));
	}
	close_bench(&b);
}

/* ---- times, and lists in parts ---- */

static void test_durations(void **state)
{
	(void)state;
	static const struct { const char *text; unsigned milliseconds; } GOOD[] = { { "0", 0 }, { "30", 30000 }, { "500ms", 500 }, { "2s", 2000 }, { "1h1m1s", 3661000 } };
	static const char *const BAD[] = { "", "s", "-1", "1x", "1.5s", "30 s", "99999999999", "25h" };
	unsigned out;
	for (size_t i = 0; i < COUNT(GOOD); i++) {
		assert_true(duration_parse(str_c(GOOD[i].text), &out));
		assert_int_equal(out, GOOD[i].milliseconds);
	}
	for (size_t i = 0; i < COUNT(BAD); i++)
		assert_false(duration_parse(str_c(BAD[i]), &out));
}

struct seen {
	struct arena *arena;
	struct buf out;
};

static void on_entry(void *user, const struct node *root)
{
	struct seen *seen = user;
	buf_add(&seen->out, node_text(node_get(root, STR("a"))));
	buf_add_char(&seen->out, ';');
}

/* Fed in parts of every size: the same entries, the same head. */
static void test_items(void **state)
{
	(void)state;
	static const struct { const char *text, *entries, *next; } ROWS[] = {
		{ "{\"kind\":\"AList\",\"metadata\":{\"continue\":\"n\"},\"items\":[{\"a\":\"1\"},{\"a\":\"}]\\\"{\",\"items\":[{\"a\":\"no\"}]},{\"a\":\"3\"}]}\n", "1;}]\"{;3;", "n" },
		{ "{\"items\":[],\"metadata\":{\"continue\":\"m\",\"items\":[{\"a\":\"no\"}]}}", "", "m" },
		{ "{\"items\":null,\"metadata\":{}}", "", "" },
		{ "{ \"x\" : \"items\" , \"y\":[{\"a\":\"no\"}], \"rows\" : [ {\"a\":\"r\"} , {\"a\":\"s\"} ] }", "r;s;", "" },
		{ "{\"items\":[{\"a\":\"1\"}", "1;", NULL },
		{ "{\"items\":[{\"a\":\"1\"}]", "1;", NULL },
		{ "{\"items\":[{\"a\":1x}]}", "", NULL },
		{ "{\"items\":[7]}", "", NULL },
		{ "{\"items\":[]}x", "", NULL },
		{ "<html>", "", NULL },
		{ "", "", NULL },
	};
	for (size_t i = 0; i < COUNT(ROWS); i++)
		for (size_t size = 1; size < 40; size++) {
			struct escape escape;
			struct arena arena, entry;
			escape_init(&escape);
			arena_init(&arena, 0, &escape);
			arena_init(&entry, 0, &escape);
			struct seen seen = { .arena = &arena };
			buf_init(&seen.out, &arena, 0);
			struct items items = { .arena = &entry, .entry = on_entry, .user = &seen };
			items_begin(&items, &arena);
			str text = str_c(ROWS[i].text);
			for (size_t at = 0; at < text.n; at += size)
				items_add(&items, str_slice(text, at, at + size));
			const struct node *head = items_end(&items);
			assert_str(buf_str(&seen.out), ROWS[i].entries);
			assert_int_equal(head != NULL, ROWS[i].next != NULL);
			if (head)
				assert_str(node_text(node_at(head, STR("metadata.continue"))), ROWS[i].next);
			arena_release(&entry);
			arena_release(&arena);
		}
}

const struct CMUnitTest kubeconfig_tests[] = {
	cmocka_unit_test(test_plain), cmocka_unit_test(test_merge), cmocka_unit_test(test_paths), cmocka_unit_test(test_options), cmocka_unit_test(test_faults),
	cmocka_unit_test(test_syntax), cmocka_unit_test(test_nothing), cmocka_unit_test(test_service_account), cmocka_unit_test(test_exec), cmocka_unit_test(test_exec_faults),
	cmocka_unit_test(test_durations), cmocka_unit_test(test_items),
};
const size_t kubeconfig_tests_count = sizeof kubeconfig_tests / sizeof *kubeconfig_tests;

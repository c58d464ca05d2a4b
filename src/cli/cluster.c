/* SPDX-License-Identifier: Apache-2.0 */
/* The live cluster on the command line: options of the connection, a line about progress, messages. */
#include "cli/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cli/write.h"
#include "lib/live.h"
#include "lib/mappings.h"

/* ---- options ---- */

static str environment(const char *name)
{
	return str_c(getenv(name));
}

static void read_live(struct cli *cli, struct live_options *options)
{
	const struct arguments *args = &cli->args;
	*options = (struct live_options){
		.connection = {
			.kubeconfig = arguments_text(args, OPT_KUBECONFIG), .context = arguments_text(args, OPT_CONTEXT), .user = arguments_text(args, OPT_USER),
			.server = arguments_text(args, OPT_SERVER), .token = arguments_text(args, OPT_TOKEN),
			.certificate_authority = arguments_text(args, OPT_CERTIFICATE_AUTHORITY), .client_certificate = arguments_text(args, OPT_CLIENT_CERTIFICATE),
			.client_key = arguments_text(args, OPT_CLIENT_KEY), .tls_server_name = arguments_text(args, OPT_TLS_SERVER_NAME), .as = arguments_text(args, OPT_AS),
			.as_uid = arguments_text(args, OPT_AS_UID), .proxy_url = arguments_text(args, OPT_PROXY_URL),
			.request_timeout = arguments_text(args, OPT_REQUEST_TIMEOUT), .as_groups = args->value[OPT_AS_GROUP], .insecure = arguments_flag(args, OPT_INSECURE),
		},
		.world = {
			.kubeconfig = environment("KUBECONFIG"), .home = environment("HOME"), .service_host = environment("KUBERNETES_SERVICE_HOST"),
			.service_port = environment("KUBERNETES_SERVICE_PORT"), .account = STR("/var/run/secrets/kubernetes.io/serviceaccount"), .terminal = isatty(STDIN_FILENO),
		},
		.scope = { .namespaces = arguments_list(args, &cli->arena, OPT_NAMESPACE), .selector = arguments_text(args, OPT_SELECTOR) },
		.all = arguments_flag(args, OPT_ALL_NAMESPACES),
		.certificates = arguments_flag(args, OPT_READ_CERTIFICATES),
	};
}

/* ---- waiting ---- */

struct waiting {
	bool shows, logs, shown;
	int64_t since, last;     /* milliseconds */
};

static int64_t now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* What is over in a second needs no words. */
static void show_progress(void *user, const struct api_progress *progress)
{
	struct waiting *w = user;
	int64_t at = now();
	char line[120];
	if (!w->shows || at - w->since < 1000 || at - w->last < 100)
		return;
	int n = progress->waiting ? snprintf(line, sizeof line, "\r\033[Kreading the cluster: the server is busy, asking again in %u s", progress->waiting)
		: snprintf(line, sizeof line, "\r\033[Kreading the cluster: %zu objects, %llu KiB", progress->objects, (unsigned long long)(progress->bytes >> 10));
	write_fd(STDERR_FILENO, (str){ line, n > 0 ? (size_t)n : 0 });
	w->last = at;
	w->shown = true;
}

static void end_progress(struct waiting *w)
{
	if (w->shown)
		write_fd(STDERR_FILENO, STR("\r\033[K"));
	w->shown = false;
}

static void show_log(void *user, str line)
{
	struct waiting *w = user;
	if (!w->logs)
		return;
	end_progress(w);
	write_fd(STDERR_FILENO, line);
	write_fd(STDERR_FILENO, STR("\n"));
}

/* ---- reading ---- */

static int cluster_error(struct cli *cli, const struct kube_fault *fault)
{
	struct buf out;
	bool colors = colored(&cli->args, STDERR_FILENO);
	buf_init(&out, &cli->arena, 0);
	buf_printf(&out, "%serror[%.*s]:%s %.*s\n", colors ? "\033[1;31m" : "", STR_ARG(diag_code_text(fault->code)), colors ? "\033[0m" : "", STR_ARG(fault->message));
	if (fault->where.n)
		buf_printf(&out, "  --> %.*s\n", STR_ARG(fault->where));
	buf_printf(&out, "    = help: %.*s\n", STR_ARG(fault->help));
	write_fd(STDERR_FILENO, buf_str(&out));
	return EXIT_CLUSTER;
}

struct reader {
	struct cli *cli;
	struct live_options options;
	struct waiting waiting;
	struct api_watcher watcher;
};

static struct reader *reader_new(struct cli *cli)
{
	struct reader *r = NEW(&cli->arena, struct reader);
	r->cli = cli;
	read_live(cli, &r->options);
	r->waiting = (struct waiting){ .shows = isatty(STDERR_FILENO) && !arguments_flag(&cli->args, OPT_QUIET), .logs = arguments_flag(&cli->args, OPT_VERBOSE), .since = now() };
	r->watcher = (struct api_watcher){ show_progress, show_log, &r->waiting };
	r->options.watcher = &r->watcher;
	return r;
}

int read_cluster(struct cli *cli, struct intake *intake)
{
	struct reader *r = reader_new(cli);
	struct kube_fault fault = { DIAG_INTERNAL, { "", 0 }, { "", 0 }, { "", 0 } };
	if (!intake_tables(intake))
		return EXIT_OUTPUT;
	bool good = live_add(intake, &r->options, &fault);
	end_progress(&r->waiting);
	return good ? EXIT_GOOD : cluster_error(cli, &fault);
}

int read_dump(struct cli *cli, struct intake *intake, struct dump *dump)
{
	struct reader *r = reader_new(cli);
	struct kube_fault fault = { DIAG_INTERNAL, { "", 0 }, { "", 0 }, { "", 0 } };
	if (!intake_tables(intake))
		return EXIT_OUTPUT;
	bool good = live_read(intake, &intake->arena, &r->options, dump, &fault);
	end_progress(&r->waiting);
	return good ? EXIT_GOOD : cluster_error(cli, &fault);
}

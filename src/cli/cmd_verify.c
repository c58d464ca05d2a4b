/* SPDX-License-Identifier: Apache-2.0 */
/* `ing2gw verify`: Ingresses and manifests of the Gateway API in, requests out on which both differ. */
#include "cli/command.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/files.h"
#include "cli/write.h"
#include "ing2gw.h"
#include "lib/verify.h"
#include "report/report.h"

struct plan {
	struct accepted accepted;
	struct intake_options options;
	struct str_list before, after;
	struct known_pairs pairs;
};

static void read_pairs(struct cli *cli, struct known_pairs *out)
{
	const struct str_list *given = &cli->args.value[OPT_PAIR];
	for (size_t i = 0; i < given->n; i++) {
		struct known_pair pair;
		str_cut(given->item[i], '=', &pair.of, &pair.gateway);
		/* as in the names of objects everywhere */
		if (!str_has_char(pair.gateway, '/'))
			pair.gateway = arena_join(&cli->arena, STR("default/"), pair.gateway);
		LIST_PUSH(&cli->arena, out, pair);
	}
}

static bool read_plan(struct cli *cli, struct plan *plan, str *error)
{
	*plan = (struct plan){ .after = cli->args.value[OPT_AFTER] };
	read_pairs(cli, &plan->pairs);
	if (!input_paths(cli, &cli->args.words, &plan->before, error) || !read_accepted(cli, &plan->accepted, error) ||
		!read_intake(cli, &plan->options, error))
		return false;
	if ((!plan->before.n && !cli->cluster) || !plan->after.n) {
		*error = STR("two sides are compared: give --before FILE, -f FILE or --cluster with Ingresses, and --after FILE with what stands for them");
		return false;
	}
	if (str_list_has(&plan->before, STR("-")) && str_list_has(&plan->after, STR("-"))) {
		*error = STR("standard input can be read once only");
		return false;
	}
	return check_names(cli, &plan->options, plan->options.target, &plan->accepted, error);
}

static int write_to(struct verify *v, str file, str text)
{
	bool out = str_eq(file, STR("-"));
	int fault = out ? write_fd(STDOUT_FILENO, text) : write_file(&v->in.scratch, file, text);
	if (fault && fault != EPIPE)
		write_fd(STDERR_FILENO, arena_printf(&v->in.arena, "error: cannot write to %.*s: %s\n",
			STR_ARG(out ? STR("standard output") : file), strerror(fault)));
	return fault ? EXIT_OUTPUT : EXIT_GOOD;
}

/* The messages about both inputs, of which errors alone are shown where answers are what is asked for. */
static void write_messages(struct cli *cli, struct verify *v)
{
	struct buf out;
	const struct report report = { .sources = &v->in.sources, .diags = &v->in.diags };
	buf_init(&out, &v->in.arena, 0);
	diags_sort(&v->in.diags, &v->in.sources);
	report_diags(&out, &report, (struct report_style){ .color = colored(&cli->args, STDERR_FILENO), .quiet = true });
	if (!v->in.diags.list.n || !out.n)
		return;
	write_fd(STDERR_FILENO, buf_str(&out));
}

static int write_reports(struct cli *cli, struct verify *v, bool *to_stdout)
{
	const struct str_list *reports = &cli->args.value[OPT_REPORT];
	str requests = arguments_text(&cli->args, OPT_EMIT_REQUESTS);
	int code = EXIT_GOOD;
	for (size_t i = 0; i < reports->n; i++) {
		str kind, file;
		struct buf out;
		buf_init(&out, &v->in.arena, 0);
		str_cut(reports->item[i], '=', &kind, &file);
		if (str_eq(kind, STR("json")))
			verify_json(v, str_c(ing2gw_version()), &out);
		else
			comparison_text(&v->both, false, &out);
		code = exit_join(code, write_to(v, file, buf_str(&out)));
		*to_stdout = *to_stdout || str_eq(file, STR("-"));
	}
	if (requests.n) {
		struct buf out;
		buf_init(&out, &v->in.arena, 0);
		verify_requests(v, &out);
		code = exit_join(code, write_to(v, requests, buf_str(&out)));
		*to_stdout = *to_stdout || str_eq(requests, STR("-"));
	}
	return code;
}

static int verdict_code(const struct verify *v)
{
	if (v->both.result.verdict == VERDICT_DIFFERENT || v->both.result.opened)
		return EXIT_PROOF;
	return v->both.result.verdict == VERDICT_UNKNOWN || v->both.result.verdict == VERDICT_PARTIAL ? EXIT_LOSS : EXIT_GOOD;
}

static int run_verify(struct cli *cli, struct verify *v, struct plan *plan)
{
	bool to_stdout = false;
	struct files files = { .arena = &v->in.arena, .scratch = &v->in.scratch, .sources = &v->in.sources, .diags = &v->in.diags,
		.total_bytes = plan->options.limits.total_bytes };
	int code = cli->cluster ? read_cluster(cli, &v->in) : files_read(&files, &plan->before) ? EXIT_GOOD : EXIT_INPUT;
	if (cli->cluster && code != EXIT_GOOD)
		return code;
	v->in.after = (uint32_t)v->in.sources.n + 1;
	code = exit_join(code, files_read(&files, &plan->after) ? EXIT_GOOD : EXIT_INPUT);
	v->accepted = &plan->accepted.differences;
	v->pairs = plan->pairs;
	bool good = verify_start(v);
	if (v->fault.n)
		return usage_error(cli, arena_join(&v->in.arena, STR("option --pair: "), v->fault));
	write_messages(cli, v);
	if (!good)
		return EXIT_OUTPUT;
	code = exit_join(code, v->in.unreadable ? EXIT_INPUT : EXIT_GOOD);
	code = exit_join(code, write_reports(cli, v, &to_stdout));
	if (!to_stdout && !arguments_flag(&cli->args, OPT_QUIET)) {
		struct buf out;
		buf_init(&out, &v->in.arena, 0);
		comparison_text(&v->both, colored(&cli->args, STDOUT_FILENO), &out);
		code = exit_join(code, write_to(v, STR("-"), buf_str(&out)));
	}
	return exit_join(code, verdict_code(v));
}

int cmd_verify(struct cli *cli)
{
	struct plan plan;
	struct verify verify;
	str error;
	if (!read_plan(cli, &plan, &error))
		return usage_error(cli, error);
	verify_init(&verify, &plan.options, 0);
	if (setjmp(verify.in.escape.env) != 0) {
		verify_release(&verify);
		return memory_error();
	}
	int code = run_verify(cli, &verify, &plan);
	verify_release(&verify);
	return code;
}

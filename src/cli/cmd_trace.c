/* SPDX-License-Identifier: Apache-2.0 */
/* `ing2gw trace`: files in, then one request for people, or many as lines of JSON. */
#include "cli/command.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cli/files.h"
#include "cli/write.h"
#include "lib/trace_notes.h"
#include "lib/trace_request.h"
#include "lib/trace_url.h"
#include "report/report.h"

/* What a command line says. */
struct plan {
	struct intake_options options;
	struct str_list paths, after;
	str requests;                /* file with requests, or empty */
	struct request request;
	str url;
	bool json;
};

/* ---- options ---- */

/* How often "-" stands there. */
static size_t standard_inputs(const struct plan *plan)
{
	size_t n = str_eq(plan->requests, STR("-"));
	for (size_t i = 0; i < plan->paths.n; i++)
		n += str_eq(plan->paths.item[i], STR("-"));
	for (size_t i = 0; i < plan->after.n; i++)
		n += str_eq(plan->after.item[i], STR("-"));
	return n;
}

/* Options of a single request beside many, or the reverse. */
static bool check_kind(struct cli *cli, const struct plan *plan, str *error)
{
	static const enum option_id SINGLE[] = { OPT_METHOD, OPT_HEADER, OPT_CLIENT, OPT_BODY, OPT_HTTP, OPT_ENTRY, OPT_GIVEN };
	if (!plan->requests.n)
		return true;
	if (!plan->json) {
		*error = STR("answers to --requests are JSON lines: say -o json");
		return false;
	}
	for (size_t i = 0; i < sizeof SINGLE / sizeof *SINGLE; i++)
		if (cli->args.value[SINGLE[i]].n) {
			*error = STR("with --requests all that belongs to a request stands in its line");
			return false;
		}
	return true;
}

/* Name: value; Host is no header of the list. */
static void read_header(struct cli *cli, str text, struct request *request)
{
	str name, value;
	str_cut(text, ':', &name, &value);
	value = str_trim(value);
	if (str_eq_nocase(name, STR("Host"))) {
		if (!request->has_sni)
			request->sni = request_name(request);
		request->has_sni = true;
		request->host = value;
	} else {
		LIST_PUSH(&cli->arena, &request->headers, ((struct header){ name, value }));
	}
}

/* The request that a URL and the options beside it make. */
static bool read_request(struct cli *cli, str url, struct request *request, str *error)
{
	const struct arguments *args = &cli->args;
	str method = arguments_text(args, OPT_METHOD), client = arguments_text(args, OPT_CLIENT);
	trace_request_init(request);
	if (!trace_url_read(&cli->arena, url, request, error))
		return false;
	for (size_t i = 0; i < args->value[OPT_HEADER].n; i++)
		read_header(cli, args->value[OPT_HEADER].item[i], request);
	for (size_t i = 0; i < args->value[OPT_GIVEN].n; i++) {
		str name, value, why;
		str_cut(args->value[OPT_GIVEN].item[i], '=', &name, &value);
		if (!trace_given_set(&cli->arena, &request->given, name, value, &why)) {
			*error = arena_printf(&cli->arena, "option --given: %.*s", STR_ARG(why));
			return false;
		}
	}
	if (client.n && !trace_is_address(client)) {
		*error = arena_printf(&cli->arena, "option --client: '%.*s' is no IPv4 or IPv6 address", STR_ARG(client));
		return false;
	}
	request->method = method.n ? method : request->method;
	request->client = client.n ? client : request->client;
	request->body = arguments_size(args, OPT_BODY);
	request->http10 = str_eq(arguments_text(args, OPT_HTTP), STR("1.0"));
	request->entry = arguments_text(args, OPT_ENTRY);
	return true;
}

static bool read_plan(struct cli *cli, struct plan *plan, str *error)
{
	const struct arguments *args = &cli->args;
	struct str_list words = args->words;
	*plan = (struct plan){ .requests = arguments_text(args, OPT_REQUESTS), .json = str_eq(arguments_text(args, OPT_OUTPUT), STR("json")) };
	if (!check_kind(cli, plan, error))
		return false;
	if (!plan->requests.n) {
		if (!words.n) {
			*error = STR("say which URL to trace, or --requests FILE with many");
			return false;
		}
		plan->url = words.item[0];
		words = (struct str_list){ words.item + 1, words.n - 1, words.n - 1 };
		if (!read_request(cli, plan->url, &plan->request, error))
			return false;
	}
	const struct accepted none = { 0 };
	if (!input_paths(cli, &words, &plan->paths, error) || !read_intake(cli, &plan->options, error))
		return false;
	plan->after = args->value[OPT_AFTER];
	if (standard_inputs(plan) > 1) {
		*error = STR("standard input can be read once only");
		return false;
	}
	return check_names(cli, &plan->options, plan->options.target, &none, error);
}

/* ---- output ---- */

static int write_out(struct trace *trace, str text)
{
	int fault = write_fd(STDOUT_FILENO, text);
	if (fault && fault != EPIPE)
		write_fd(STDERR_FILENO, arena_printf(&trace->in.arena, "error: cannot write to standard output: %s\n", strerror(fault)));
	return fault ? EXIT_OUTPUT : EXIT_GOOD;
}

static void write_messages(struct cli *cli, struct trace *trace, const struct diags *diags)
{
	struct buf out;
	const struct report report = { .sources = &trace->in.sources, .diags = diags };
	buf_init(&out, &trace->in.arena, 0);
	/* below the answer, where both are on one screen */
	if (!cli->args.value[OPT_REQUESTS].n && diags->list.n && isatty(STDERR_FILENO))
		buf_add_char(&out, '\n');
	report_diags(&out, &report,
		(struct report_style){ .color = colored(&cli->args, STDERR_FILENO), .quiet = arguments_flag(&cli->args, OPT_QUIET) });
	write_fd(STDERR_FILENO, buf_str(&out));
}

/* ---- many requests ---- */

enum { READ_SIZE = 1 << 16, WRITE_SIZE = 1 << 16 };

/* Lines as they come in: what is whole is answered, and answers are written before more is waited for. */
struct request_stream {
	struct trace *trace;
	int fd;
	char *p;                     /* a line that is not whole yet, and room */
	size_t n, cap;
	bool overlong;               /* what is in p has been answered as too long; the rest of its line is passed over */
	struct buf out;
	int code;
};

static void flush(struct request_stream *s)
{
	if (s->code == EXIT_GOOD && s->out.n)
		s->code = write_out(s->trace, buf_str(&s->out));
	arena_reset(&s->trace->written);
	buf_init(&s->out, &s->trace->written, 0);
}

static void answer(struct request_stream *s, str line)
{
	trace_line(s->trace, line, &s->out);
	if (s->out.n >= WRITE_SIZE)
		flush(s);
}

/* The whole lines of what was read. */
static void answer_lines(struct request_stream *s)
{
	str rest = { s->p, s->n };
	while (s->code == EXIT_GOOD && str_has_char(rest, '\n')) {
		str line;
		str_cut(rest, '\n', &line, &rest);
		if (!s->overlong)
			answer(s, line);
		s->overlong = false;
	}
	if (rest.n > TRACE_LONGEST && !s->overlong) {
		answer(s, rest);
		s->overlong = true;
	}
	s->n = s->overlong ? 0 : rest.n;
	memmove(s->p, rest.p, s->n);
}

static int read_more(struct request_stream *s, size_t *got)
{
	if (s->cap - s->n < READ_SIZE) {
		char *more = arena_alloc(&s->trace->in.arena, 1, 1, (s->cap + READ_SIZE) * 2);
		if (s->n)
			memcpy(more, s->p, s->n);
		s->p = more;
		s->cap = (s->cap + READ_SIZE) * 2;
	}
	for (;;) {
		ssize_t n = read(s->fd, s->p + s->n, READ_SIZE);
		if (n < 0 && errno != EINTR)
			return errno;
		if (n >= 0) {
			*got = (size_t)n;
			return 0;
		}
	}
}

static int cannot_read(struct trace *trace, str path, int fault)
{
	write_fd(STDERR_FILENO, arena_printf(&trace->in.arena, "error: %.*s cannot be read: %s\n", STR_ARG(path), strerror(fault)));
	return EXIT_INPUT;
}

static int answer_stream(struct request_stream *s, str path)
{
	size_t got = 1;
	buf_init(&s->out, &s->trace->written, 0);
	while (got && s->code == EXIT_GOOD) {
		flush(s);
		int fault = read_more(s, &got);
		if (fault)
			return exit_join(s->code, cannot_read(s->trace, path, fault));
		s->n += got;
		answer_lines(s);
	}
	if (s->n && s->code == EXIT_GOOD)
		answer(s, (str){ s->p, s->n });
	flush(s);
	return s->code;
}

static void close_file(void *handle)
{
	close(*(int *)handle);
}

static int answer_file(struct trace *trace, str path)
{
	struct resource open_file;
	struct request_stream s = { .trace = trace, .fd = STDIN_FILENO };
	if (str_eq(path, STR("-")))
		return answer_stream(&s, STR("standard input"));
	s.fd = open(arena_cstr(&trace->in.arena, path), O_RDONLY | O_CLOEXEC);
	if (s.fd < 0)
		return cannot_read(trace, path, errno);
	escape_watch(&trace->in.escape, &open_file, close_file, &s.fd);
	int code = answer_stream(&s, path);
	escape_forget(&trace->in.escape, &open_file);
	close(s.fd);
	return code;
}

static int answer_all(struct trace *trace, str path)
{
	int code = answer_file(trace, path);
	if (!trace->refused)
		return code;
	if (code != EXIT_OUTPUT)
		write_fd(STDERR_FILENO, arena_printf(&trace->in.arena, "error: %zu of %zu lines %s; the answers say what is wrong\n",
			trace->refused, trace->line, trace->refused == 1 ? "is no request" : "are no requests"));
	return exit_join(code, EXIT_INPUT);
}

/* ---- the command ---- */

static int answer_one(struct cli *cli, struct trace *trace, const struct plan *plan)
{
	struct buf out;
	struct outcome outcome;
	enum trace_form form = plan->json ? TRACE_JSON : colored(&cli->args, STDOUT_FILENO) ? TRACE_COLORED : TRACE_TEXT;
	buf_init(&out, &trace->written, 0);
	trace_answer(trace, &plan->request, form, &out, &outcome);
	int code = write_out(trace, buf_str(&out));
	write_messages(cli, trace, trace_notes(trace, &plan->request, &outcome));
	return code;
}

static int run_trace(struct cli *cli, struct trace *trace, const struct plan *plan)
{
	struct files files = { .arena = &trace->in.arena, .scratch = &trace->in.scratch, .sources = &trace->in.sources,
		.diags = &trace->in.diags, .total_bytes = plan->options.limits.total_bytes };
	int code = cli->cluster ? read_cluster(cli, &trace->in) : !plan->paths.n || files_read(&files, &plan->paths) ? EXIT_GOOD : EXIT_INPUT;
	if (cli->cluster && code != EXIT_GOOD)
		return code;
	if (plan->after.n) {
		trace->in.after = (uint32_t)trace->in.sources.n + 1;
		code = exit_join(code, files_read(&files, &plan->after) ? EXIT_GOOD : EXIT_INPUT);
	}
	bool good = trace_start(trace);
	if (!good || plan->requests.n)
		write_messages(cli, trace, trace_notes(trace, NULL, NULL));
	if (!good)
		return EXIT_OUTPUT;
	code = exit_join(code, trace->in.unreadable ? EXIT_INPUT : EXIT_GOOD);
	return exit_join(code, plan->requests.n ? answer_all(trace, plan->requests) : answer_one(cli, trace, plan));
}

int cmd_trace(struct cli *cli)
{
	struct plan plan;
	struct trace trace;
	str error;
	if (!read_plan(cli, &plan, &error))
		return usage_error(cli, error);
	trace_init(&trace, &plan.options, 0);
	if (setjmp(trace.in.escape.env) != 0) {
		trace_release(&trace);
		return memory_error();
	}
	int code = run_trace(cli, &trace, &plan);
	trace_release(&trace);
	return code;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Conversions on the pages of explain: see sample.h. */
#include "lib/sample.h"

#include "lib/convert.h"
#include "lib/words.h"

void sample_lines(struct buf *out, str text)
{
	str line;
	while (text.n) {
		str_cut(text, '\n', &line, &text);
		if (line.n)
			buf_fill(out, ' ', 2);
		buf_add(out, line);
		buf_add_char(out, '\n');
	}
}

/* ---- arguments ---- */

#define AT(field) offsetof(struct convert_options, field)

static const struct {
	str name;
	size_t at;
} TEXTS[] = {
	{ STR_INIT("--target"), AT(target) }, { STR_INIT("--gateway-api"), AT(gateway_api) }, { STR_INIT("--gateway"), AT(gateway) },
	{ STR_INIT("--gateway-class"), AT(gateway_class) }, { STR_INIT("--controller-config"), AT(in.controller_config) },
	{ STR_INIT("--controller-version"), AT(in.controller_version) }, { STR_INIT("--default-certificate"), AT(in.default_certificate) },
}, LISTS[] = {
	{ STR_INIT("--from"), AT(in.from) }, { STR_INIT("--ingress-class"), AT(in.ingress_class) },
	{ STR_INIT("--controller-flag"), AT(in.controller_flags) }, { STR_INIT("--accept"), AT(accept) },
}, NUMBERS[] = {
	{ STR_INIT("--max-depth"), AT(in.limits.depth) }, { STR_INIT("--max-alias-ratio"), AT(in.limits.alias_ratio) },
	{ STR_INIT("--max-document-size"), AT(in.limits.document_bytes) }, { STR_INIT("--max-size"), AT(in.limits.total_bytes) },
};

#define COUNT(a) (sizeof (a) / sizeof (a)[0])

static void set_word(struct convert_options *options, str name, str value)
{
	if (str_eq(name, STR("--world")))
		options->in.world = str_eq(value, STR("closed")) ? WORLD_CLOSED : str_eq(value, STR("open")) ? WORLD_OPEN : WORLD_AUTO;
	else if (str_eq(name, STR("--channel")))
		options->experimental = str_eq(value, STR("experimental"));
	else if (str_eq(name, STR("--listeners")))
		options->listeners = str_eq(value, STR("gateway")) ? LISTENERS_GATEWAY :
			str_eq(value, STR("listenerset")) ? LISTENERS_SET : LISTENERS_AUTO;
	else if (str_eq(name, STR("--strict")))
		loss_parse(value, &options->strict);
}

static void set_option(struct arena *arena, struct convert_options *options, str name, str value)
{
	char *base = (char *)options;
	uint64_t number;
	for (size_t i = 0; i < COUNT(TEXTS); i++)
		if (str_eq(TEXTS[i].name, name))
			*(str *)(void *)(base + TEXTS[i].at) = value;
	for (size_t i = 0; i < COUNT(LISTS); i++)
		if (str_eq(LISTS[i].name, name))
			str_list_add_new(arena, (struct str_list *)(void *)(base + LISTS[i].at), value);
	for (size_t i = 0; i < COUNT(NUMBERS); i++)
		if (str_eq(NUMBERS[i].name, name) && str_to_u64(value, SIZE_MAX, &number))
			*(size_t *)(void *)(base + NUMBERS[i].at) = (size_t)number;
	set_word(options, name, value);
}

static void set_options(struct arena *arena, struct convert_options *options, const struct str_list *args)
{
	for (size_t i = 0; i < args->n; i++) {
		str name, value;
		if (!str_cut(args->item[i], '=', &name, &value) && i + 1 < args->n && str_starts(name, STR("--")))
			value = args->item[++i];
		set_option(arena, options, name, value);
	}
}

/* ---- the conversion ---- */

static void print_diags(struct buf *out, const struct convert *run)
{
	for (size_t i = 0; i < run->in.diags.list.n; i++) {
		const struct diag *d = run->in.diags.list.item[i];
		str head = arena_printf(out->arena, "  %.*s[%.*s]: ", STR_ARG(diag_level_name(d->level)), STR_ARG(diag_code_text(d->code)));
		buf_add(out, head);
		words_wrap(out, d->message, 6, head.n);
	}
}

static void print_request(struct buf *out, const struct convert *run)
{
	struct buf example;
	buf_init(&example, out->arena, 0);
	if (run->report.add_example)
		run->report.add_example(run->report.differences, &example);
	if (example.n == 0)
		return;
	buf_printf(out, "\nand what requests come to, before and after\n\n");
	buf_add(out, buf_str(&example));
}

static void print_run(struct buf *out, const struct convert *run)
{
	buf_printf(out, "\nwhat convert makes of it (exit code %d)\n\n", run->report.exit_code);
	if (run->manifests.n)
		sample_lines(out, run->manifests);
	else
		buf_printf(out, "  (no manifests)\n");
	if (run->in.diags.list.n) {
		buf_printf(out, "\nand says of it\n\n");
		print_diags(out, run);
	}
	print_request(out, run);
}

struct sample {
	struct buf *out;
	str manifest;
};

static void convert_sample(struct convert *run, void *user)
{
	const struct sample *sample = user;
	sources_add(&run->in.sources, STR("example.yaml"), sample->manifest);
	convert_run(run);
	print_run(sample->out, run);
}

void sample_convert(struct buf *out, str manifest, const struct str_list *args, const struct mapping_texts *more)
{
	struct sample sample = { out, manifest };
	struct convert_options options;
	convert_options_init(&options);
	options.comments = false;
	options.in.mappings = *more;
	set_options(out->arena, &options, args);
	convert_within(out->arena, &options, convert_sample, &sample);
}

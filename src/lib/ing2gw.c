/* SPDX-License-Identifier: Apache-2.0 */
/* The public functions: see ing2gw.h. A thin shell around convert.h that copies what it hands out. */
#include "ing2gw.h"

#include "gateway/schema.h"
#include "lib/convert.h"
#include "lib/given.h"
#include "lib/public.h"
#include "mapping/mapping.h"
#include "report/report.h"

#include <stdlib.h>

const char *ing2gw_version(void)
{
	return "0.1.0";
}

void ing2gw_result_free(struct ing2gw_result *result)
{
	free(result->manifests);
	free(result->report_text);
	free(result->report_json);
	*result = (struct ing2gw_result){ 0 };
}

/* False when an option has a value that there is not. */
static bool read_options(struct arena *arena, const struct ing2gw_options *in, struct convert_options *out)
{
	struct gateway_version known;
	convert_options_init(out);
	out->target = str_c(in->target);
	out->gateway_api = str_c(in->gateway_api);
	out->gateway = str_c(in->gateway);
	out->gateway_class = str_c(in->gateway_class);
	out->accept = public_list(arena, in->accept);
	out->in.from = public_list(arena, in->from);
	out->experimental = in->experimental != 0;
	out->in.world = in->world_closed ? WORLD_CLOSED : WORLD_AUTO;
	out->comments = in->no_comments == 0;
	out->proof = in->no_proof == 0;
	out->in.jobs = in->jobs;
	out->format = in->json ? OUTPUT_JSON : OUTPUT_YAML;
	bool version = !out->gateway_api.n || gateway_version_parse(out->gateway_api, &known);
	bool names = (!out->gateway.n || given_object(out->gateway)) && (!out->gateway_class.n || given_name(out->gateway_class));
	bool strict = !in->strict || (loss_parse(str_c(in->strict), &out->strict) && out->strict != LOSS_NONE);
	str why, topology = str_c(in->topology), form = str_c(in->form);
	out->existing_gateway = str_c(in->existing_gateway);
	out->topology = str_eq(topology, STR("per-namespace")) ? TOPOLOGY_NAMESPACE : str_eq(topology, STR("per-ingress")) ? TOPOLOGY_INGRESS : TOPOLOGY_SHARED;
	bool known_topology = topology.n == 0 || str_eq(topology, STR("shared")) || out->topology != TOPOLOGY_SHARED;
	out->exact = str_eq(form, STR("exact"));
	bool known_form = form.n == 0 || out->exact || str_eq(form, STR("simple"));
	out->choice.namespaces = public_list(arena, in->namespaces);
	out->choice.hosts = public_list(arena, in->hosts);
	out->choice.ingresses = public_list(arena, in->ingresses);
	bool choice = choice_complete(arena, &out->choice, str_c(in->selector), &why);
	if (!version || !names || !strict || !choice || !known_topology || !known_form || (out->existing_gateway.n && !given_object(out->existing_gateway)))
		return false;
	if (!out->target.n && !out->in.from.n && !out->accept.n)
		return true;
	const struct mapping_texts none = { 0 };
	const struct tables *tables = tables_load(arena, &none);
	struct str_list target = { 0 };
	if (out->target.n)
		LIST_PUSH(arena, &target, out->target);
	return public_known(tables, TABLE_TARGET, &target) && public_known(tables, TABLE_CONTROLLER, &out->in.from) &&
		public_known(tables, TABLE_FEATURE, &out->accept);
}

static void hand_out(struct convert *run, struct ing2gw_result *result)
{
	struct buf text, json;
	buf_init(&text, &run->in.arena, 0);
	buf_init(&json, &run->in.arena, 0);
	report_text(&text, &run->report, (struct report_style){ 0 });
	report_json(&json, &run->report);
	result->exit_code = run->report.exit_code;
	result->manifests = public_copy(&run->in.escape, run->manifests, &result->manifests_size);
	result->report_text = public_copy(&run->in.escape, buf_str(&text), &result->report_text_size);
	result->report_json = public_copy(&run->in.escape, buf_str(&json), &result->report_json_size);
}

/* The arguments of a call, out of the way of setjmp(). */
struct call {
	const struct ing2gw_input *inputs;
	size_t count;
	const struct ing2gw_options *options;
	struct ing2gw_result *result;
};

static int convert_all(struct convert *run, const struct call *call)
{
	if (!read_options(&run->in.arena, call->options, &run->options)) {
		convert_release(run);
		call->result->exit_code = 2;
		return -1;
	}
	public_inputs(&run->in, call->inputs, call->count);
	convert_run(run);
	hand_out(run, call->result);
	convert_release(run);
	return 0;
}

static int convert_call(const struct call *call)
{
	struct convert_options chosen;
	struct convert run;
	convert_options_init(&chosen);
	convert_init(&run, &chosen, call->options->memory_limit);
	if (setjmp(run.in.escape.env) != 0) {
		convert_release(&run);
		ing2gw_result_free(call->result);
		call->result->exit_code = 6;
		return -1;
	}
	return convert_all(&run, call);
}

int ing2gw_convert(const struct ing2gw_input *inputs, size_t count, const struct ing2gw_options *options, struct ing2gw_result *result)
{
	static const struct ing2gw_options DEFAULTS = { 0 };
	const struct call call = { inputs, count, options ? options : &DEFAULTS, result };
	*result = (struct ing2gw_result){ 0 };
	return convert_call(&call);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report for programs, "ing2gw/report/v1": docs/schemas/report.schema.json says what stands in it. What is not known
 * is left out, except loss and code, which are null. Fields are added, never renamed.
 */
#include "base/locate.h"
#include "report/visible.h"

struct json {
	struct buf *out;
	struct locator *locator;
	unsigned depth;
	bool first;          /* nothing stands in the innermost object or list yet */
};

static void new_line(struct json *json)
{
	buf_add_char(json->out, '\n');
	buf_fill(json->out, ' ', (size_t)json->depth * 2);
}

/* Before each member or item. */
static void next(struct json *json)
{
	if (!json->first)
		buf_add_char(json->out, ',');
	if (json->depth)
		new_line(json);
	json->first = false;
}

static void begin(struct json *json, char bracket)
{
	buf_add_char(json->out, bracket);
	json->depth++;
	json->first = true;
}

static void end(struct json *json, char bracket)
{
	json->depth--;
	if (!json->first)
		new_line(json);
	buf_add_char(json->out, bracket);
	json->first = false;
}

static void key(struct json *json, str name)
{
	next(json);
	buf_add_json(json->out, name);
	buf_add(json->out, STR(": "));
}

static void add_text(struct json *json, str name, str value)
{
	key(json, name);
	buf_add_json(json->out, value);
}

static void add_known_text(struct json *json, str name, str value)
{
	if (value.n)
		add_text(json, name, value);
}

static void add_number(struct json *json, str name, size_t value)
{
	key(json, name);
	buf_printf(json->out, "%zu", value);
}

static void add_bool(struct json *json, str name, bool value)
{
	key(json, name);
	buf_add(json->out, value ? STR("true") : STR("false"));
}

/* An empty value is null. */
static void add_text_or_null(struct json *json, str name, str value)
{
	key(json, name);
	if (value.n)
		buf_add_json(json->out, value);
	else
		buf_add(json->out, STR("null"));
}

/* JSON that is made already; empty: nothing. */
static void add_made(struct json *json, str name, str text)
{
	if (text.n == 0)
		return;
	key(json, name);
	buf_add(json->out, text);
}

static void add_loss(struct json *json, enum loss loss)
{
	add_text_or_null(json, STR("loss"), loss == LOSS_NONE ? STR("") : loss_name(loss));
}

static void add_texts(struct json *json, str name, const struct str_list *list)
{
	key(json, name);
	begin(json, '[');
	for (size_t i = 0; i < list->n; i++) {
		next(json);
		buf_add_json(json->out, list->item[i]);
	}
	end(json, ']');
}

static void add_file(struct json *json, struct place at)
{
	const struct source *source = sources_get(json->locator->sources, at.file);
	if (source)
		add_text(json, STR("file"), visible_file_name(source));
}

/* A file that could not be read has neither. */
static void add_line(struct json *json, struct place at, bool column)
{
	const struct source *source = sources_get(json->locator->sources, at.file);
	if (!source || source->text.n == 0)
		return;
	struct line_column lc = locator_find(json->locator, at);
	add_number(json, STR("line"), lc.line);
	if (column)
		add_number(json, STR("column"), lc.column);
}

static void add_fact(struct json *json, const struct fact *fact)
{
	next(json);
	begin(json, '{');
	add_text(json, STR("key"), fact->key);
	if (!fact->record || fact->at.file != fact->record->at.file)
		add_file(json, fact->at);
	add_line(json, fact->at, true);
	add_text(json, STR("state"), fact_state_name(fact->state));
	add_known_text(json, STR("feature"), fact->feature);
	add_bool(json, STR("assumed"), fact->assumed);
	add_texts(json, STR("places"), &fact->places);
	add_loss(json, fact->loss);
	add_text_or_null(json, STR("code"), fact->has_code ? diag_code_text(fact->code) : STR(""));
	add_known_text(json, STR("value"), fact->value);
	add_known_text(json, STR("reason"), fact->reason);
	end(json, '}');
}

static void add_record(struct json *json, const struct record *record, bool ingress)
{
	next(json);
	begin(json, '{');
	if (!ingress)
		add_text(json, STR("kind"), record->kind);
	add_text(json, STR("namespace"), record->namespace);
	add_text(json, STR("name"), record->name);
	add_file(json, record->at);
	add_line(json, record->at, false);
	add_known_text(json, STR("controller"), record->controller);
	add_known_text(json, STR("decided_by"), record->decided_by);
	if (ingress)
		add_text(json, STR("state"), ingress_state_name(record->state));
	add_texts(json, STR("objects"), &record->objects);
	key(json, STR("facts"));
	begin(json, '[');
	for (size_t i = 0; i < record->facts.n; i++)
		add_fact(json, record->facts.item[i]);
	end(json, ']');
	end(json, '}');
}

/* Each object once, sorted; the list is sorted before it is thinned so that many sites cost no more than sorting. */
static struct str_list objects_of(struct arena *arena, const struct diag *diag)
{
	struct str_list all = { 0 }, once = { 0 };
	for (size_t i = 0; i < diag->site.n; i++)
		if (diag->site.item[i].object.n)
			LIST_PUSH(arena, &all, diag->site.item[i].object);
	str_list_sort(&all);
	for (size_t i = 0; i < all.n; i++)
		if (i == 0 || !str_eq(all.item[i], all.item[i - 1]))
			LIST_PUSH(arena, &once, all.item[i]);
	return once;
}

static void add_sites(struct json *json, const struct diag *diag)
{
	key(json, STR("places"));
	begin(json, '[');
	for (size_t i = 0; i < diag->site.n; i++) {
		const struct diag_site *site = &diag->site.item[i];
		next(json);
		begin(json, '{');
		add_file(json, site->at);
		add_line(json, site->at, true);
		add_known_text(json, STR("object"), site->object);
		end(json, '}');
	}
	end(json, ']');
}

static void add_diag(struct json *json, const struct diag *diag)
{
	struct str_list objects = objects_of(json->out->arena, diag);
	struct place first = diag->site.n ? diag->site.item[0].at : (struct place){ 0, 0 };
	next(json);
	begin(json, '{');
	add_text(json, STR("code"), diag_code_text(diag->code));
	add_text(json, STR("level"), diag_level_name(diag->level));
	add_loss(json, diag->loss);
	add_file(json, first);
	add_line(json, first, true);
	add_texts(json, STR("objects"), &objects);
	add_text(json, STR("message"), diag->message);
	add_known_text(json, STR("effect"), diag->effect);
	add_known_text(json, STR("help"), diag->help);
	add_known_text(json, STR("feature"), diag->feature);
	add_bool(json, STR("accepted"), diag->accepted);
	add_bool(json, STR("from_default"), diag->from_default);
	add_sites(json, diag);
	end(json, '}');
}

static void add_summary(struct json *json, const struct report *report)
{
	static const enum fact_state order[FACT_STATE_COUNT] = {
		FACT_TRANSLATED, FACT_DIFFERENT, FACT_METADATA, FACT_EXTENSION,
		FACT_INEXPRESSIBLE, FACT_INEFFECTIVE, FACT_INVALID, FACT_UNKNOWN,
	};
	struct ledger_counts counts = ledger_count(report->ledger, STR(""));
	key(json, STR("summary"));
	begin(json, '{');
	add_number(json, STR("ingresses"), counts.ingresses);
	for (unsigned i = 0; i < INGRESS_STATE_COUNT; i++)
		add_number(json, ingress_state_name((enum ingress_state)i), counts.by_state[i]);
	key(json, STR("facts"));
	begin(json, '{');
	for (size_t i = 0; i < FACT_STATE_COUNT; i++)
		add_number(json, fact_state_name(order[i]), counts.facts[order[i]]);
	end(json, '}');
	add_number(json, STR("closed_rules"), report->closed_rules);
	add_number(json, STR("other_objects"), report->other_objects);
	add_made(json, STR("proof"), report->proof_json);
	end(json, '}');
}

static void add_tool(struct json *json, const struct report *report)
{
	key(json, STR("tool"));
	begin(json, '{');
	add_text(json, STR("name"), STR("ing2gw"));
	add_text(json, STR("version"), report->version);
	end(json, '}');
	add_text(json, STR("target"), report->target);
	add_text(json, STR("gateway_api"), report->gateway_api);
	add_text(json, STR("channel"), report->channel);
	if (report->strict != LOSS_NONE)
		add_text(json, STR("strict"), loss_name(report->strict));
	key(json, STR("exit_code"));
	buf_printf(json->out, "%d", report->exit_code);
}

static void add_written(struct json *json, const struct report *report)
{
	key(json, STR("written"));
	begin(json, '{');
	for (size_t i = 0; i < report->written.n; i++)
		add_number(json, report->written.item[i].kind, report->written.item[i].count);
	end(json, '}');
}

void report_json(struct buf *out, const struct report *report)
{
	struct locator locator;
	struct json json = { .out = out, .locator = &locator, .first = true };
	locator_init(&locator, report->sources, out->arena);
	begin(&json, '{');
	add_text(&json, STR("schema"), STR("ing2gw/report/v1"));
	add_tool(&json, report);
	add_summary(&json, report);
	add_written(&json, report);
	key(&json, STR("ingresses"));
	begin(&json, '[');
	for (size_t i = 0; i < report->ledger->records.n; i++)
		add_record(&json, report->ledger->records.item[i], true);
	end(&json, ']');
	key(&json, STR("others"));
	begin(&json, '[');
	for (size_t i = 0; i < report->ledger->others.n; i++)
		add_record(&json, report->ledger->others.item[i], false);
	end(&json, ']');
	key(&json, STR("defaults"));
	begin(&json, '[');
	for (size_t i = 0; i < report->ledger->defaults.n; i++)
		add_fact(&json, report->ledger->defaults.item[i]);
	end(&json, ']');
	if (report->add_differences) {
		key(&json, STR("differences"));
		report->add_differences(report->differences, out);
	}
	if (report->add_depends) {
		key(&json, STR("depends"));
		report->add_depends(report->differences, out);
	}
	key(&json, STR("diagnostics"));
	begin(&json, '[');
	for (size_t i = 0; i < report->diags->list.n; i++)
		add_diag(&json, report->diags->list.item[i]);
	end(&json, ']');
	end(&json, '}');
	buf_add_char(out, '\n');
}

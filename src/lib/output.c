/* SPDX-License-Identifier: Apache-2.0 */
/* The last stage: see output.h. */
#include "lib/output.h"

#include "gateway/check.h"

struct refusal {
	struct arena *arena;
	str place, message;          /* the first one */
};

static void note_refusal(void *user, str place, str message)
{
	struct refusal *r = user;
	if (r->message.n)
		return;
	r->place = arena_str(r->arena, place);
	r->message = arena_str(r->arena, message);
}

/* What is printed must be read back as the same object. */
static bool reads_back(struct arena *scratch, const struct printed *p, str *why)
{
	void *object = arena_alloc(scratch, object_size(p->kind), _Alignof(max_align_t), 1);
	if (!object_decode(scratch, p->kind, p->tree, object, why))
		return false;
	struct node *again = object_encode(scratch, p->kind, object, node_text(node_get(p->tree, STR("apiVersion"))));
	*why = STR("it is another object when it is read back");
	return node_equal(p->tree, again);
}

static void say_bug(struct diags *diags, const struct printed *p, str place, str message)
{
	struct diag_site site = { { 0, 0 }, 1, printed_name(diags->arena, p) };
	if (p->owner) {
		site.at = p->owner->at;
		record_state(p->owner->record, INGRESS_FAILED);
	}
	struct diag *d = diag_addf(diags, DIAG_INTERNAL, site, "an object that the API would refuse was made, and is not printed: %.*s%s%.*s",
		STR_ARG(place), place.n ? ": " : "", STR_ARG(message));
	d->effect = STR("what it stands for is missing from the manifests");
	d->help = STR("this is a bug of ing2gw: please report it with the input that shows it");
}

bool output_check(struct arena *arena, struct diags *diags, const struct schema *schema, struct gateway_version version, struct assembly *as)
{
	struct arena scratch;
	struct checker *checker = checker_new(arena, schema, version);
	size_t kept = 0, all = as->out.n;
	arena_init(&scratch, 0, arena->escape);
	struct resource open;
	escape_watch(arena->escape, &open, arena_close, &scratch);
	for (size_t i = 0; i < all; i++) {
		struct refusal refusal = { .arena = arena };
		const struct printed *p = &as->out.item[i];
		str why = { "", 0 };
		bool good = p->kind == OBJECT_POLICY || checker_check(checker, &scratch, p->tree, note_refusal, &refusal);
		if (good && p->kind != OBJECT_POLICY && !reads_back(&scratch, p, &why)) {
			good = false;
			refusal.message = arena_str(arena, why);
		}
		if (good)
			as->out.item[kept++] = *p;
		else if (diags)
			say_bug(diags, p, refusal.place, refusal.message);
		arena_reset(&scratch);
	}
	escape_forget(arena->escape, &open);
	arena_release(&scratch);
	as->out.n = kept;
	return kept == all;
}

str output_yaml(struct arena *arena, const struct printed *objects, size_t n, bool comments)
{
	struct buf out;
	buf_init(&out, arena, 0);
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_add(&out, STR("---\n"));
		doc_write_yaml(&out, objects[i].tree, (struct doc_style){ .comments = comments });
	}
	return buf_str(&out);
}

static str json_text(struct arena *arena, const struct printed *objects, size_t n)
{
	struct buf out;
	struct node *list = node_map(arena), *items = node_list(arena);
	node_set_text(arena, list, STR("apiVersion"), STR("v1"));
	node_set_text(arena, list, STR("kind"), STR("List"));
	for (size_t i = 0; i < n; i++)
		node_add(arena, items, objects[i].tree);
	node_set(arena, list, STR("items"), items);
	buf_init(&out, arena, 0);
	doc_write_json(&out, list, 0);
	buf_add_char(&out, '\n');
	return buf_str(&out);
}

str output_text(struct arena *arena, const struct printed *objects, size_t n, const struct convert_options *options)
{
	switch (options->format) {
	case OUTPUT_YAML:
		return output_yaml(arena, objects, n, options->comments);
	case OUTPUT_JSON:
		return json_text(arena, objects, n);
	}
	return (str){ "", 0 };
}

void output_count(struct arena *arena, const struct printed *objects, size_t n, struct report *report)
{
	for (size_t i = 0; i < n; i++) {
		str kind = objects[i].kind_name;
		size_t last = report->written.n;
		if (last == 0 || !str_eq(report->written.item[last - 1].kind, kind)) {
			struct kind_count fresh = { kind, 0 };
			LIST_PUSH(arena, &report->written, fresh);
			last++;
		}
		report->written.item[last - 1].count++;
	}
}

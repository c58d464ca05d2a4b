/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text into the reader; whatever tree comes out is written as YAML and as JSON, and has to be read back as it was.
 * Places have to lie inside of the text.
 *
 * covers: src/doc/doc.c src/doc/json.c src/doc/json_check.c src/doc/pairs.c src/doc/scalar.c src/doc/text.c
 * covers: src/doc/yaml.c src/doc/yaml_split.c src/doc/yaml_trouble.c
 * touches: src/doc/write_json.c src/doc/write_yaml.c
 */
#include "doc/doc.h"

#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz {
	struct escape escape;
	struct arena run, trees, again;
	struct sources sources;
	struct diags diags;
	struct doc_limits limits;
	uint32_t file;
	size_t size;
	const struct node *wanted;
	size_t documents;
};

static void check(bool good, const char *what, str text)
{
	if (good)
		return;
	fprintf(stderr, "%s\n%.*s\n", what, STR_ARG(text));
	__builtin_trap();
}

static void check_places(const struct fuzz *fuzz, const struct node *node)
{
	check(node->at.file == fuzz->file && node->at.offset <= fuzz->size && node->span <= fuzz->size - node->at.offset, "a place is outside", STR(""));
	for (size_t i = 0; node->kind == NODE_LIST && i < node->as.list.n; i++)
		check_places(fuzz, node->as.list.item[i]);
	for (size_t i = 0; node->kind == NODE_MAP && i < node->as.map.n; i++) {
		check(node->as.map.item[i].key_at.offset <= fuzz->size, "a key is outside", STR(""));
		check_places(fuzz, node->as.map.item[i].value);
	}
}

static void compare(void *user, struct node *root)
{
	struct fuzz *fuzz = user;
	fuzz->documents++;
	check(node_equal(fuzz->wanted, root), "not what was written", STR(""));
}

static void read_back(struct fuzz *fuzz, str text)
{
	struct diags diags;
	diags_init(&diags, &fuzz->again);
	const struct doc_limits usual = doc_limits_fill((struct doc_limits){ 0 });
	struct doc_reader reader = { &fuzz->again, &diags, &usual, compare, fuzz };
	fuzz->documents = 0;
	bool good = doc_read(&reader, &fuzz->sources, sources_add(&fuzz->sources, STR("written"), text));
	check(good && fuzz->documents == 1 && diags.list.n == 0, "cannot be read back", text);
}

/* YAML has no text for JSON's infinities, and JSON none for YAML's; so the numbers of JSON are not compared. */
static void visit(void *user, struct node *root)
{
	struct fuzz *fuzz = user;
	struct buf out;
	if (root)
		check_places(fuzz, root);
	fuzz->wanted = root;
	buf_init(&out, &fuzz->again, 0);
	doc_write_yaml(&out, root, (struct doc_style){ .comments = true });
	read_back(fuzz, buf_str(&out));
	buf_init(&out, &fuzz->again, 0);
	doc_write_json(&out, root, 0);
	arena_reset(&fuzz->again);
	arena_reset(&fuzz->trees);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz fuzz = { .size = size };
	escape_init(&fuzz.escape);
	arena_init(&fuzz.run, 0, &fuzz.escape);
	arena_init(&fuzz.trees, 0, &fuzz.escape);
	arena_init(&fuzz.again, 0, &fuzz.escape);
	sources_init(&fuzz.sources, &fuzz.run);
	diags_init(&fuzz.diags, &fuzz.run);
	/* by the size, so that any text is a seed as it is */
	if (size % 8 == 0)
		fuzz.limits = (struct doc_limits){ .depth = 6, .document_bytes = 500, .alias_ratio = 2 };
	fuzz.limits = doc_limits_fill(fuzz.limits);
	fuzz.file = sources_add(&fuzz.sources, STR("a"), (str){ (const char *)data, size });
	if (setjmp(fuzz.escape.env) != 0) {
		escape_close(&fuzz.escape);
	} else {
		struct doc_reader reader = { &fuzz.trees, &fuzz.diags, &fuzz.limits, visit, &fuzz };
		size_t errors = 0;
		bool good = doc_read(&reader, &fuzz.sources, fuzz.file);
		for (size_t i = 0; i < fuzz.diags.list.n; i++) {
			const struct diag *diag = fuzz.diags.list.item[i];
			errors += diag->level == DIAG_ERROR;
			for (size_t k = 0; k < diag->site.n; k++)
				check(diag->site.item[k].at.file == fuzz.file && diag->site.item[k].at.offset <= size, "a site is outside", diag->message);
		}
		check(good == (errors == 0), "what is returned and what is said differ", STR(""));
	}
	arena_release(&fuzz.again);
	arena_release(&fuzz.trees);
	arena_release(&fuzz.run);
	return 0;
}

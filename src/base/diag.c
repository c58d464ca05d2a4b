/* SPDX-License-Identifier: Apache-2.0 */
/* Diagnostics: see diag.h. */
#include "base/diag.h"

#include <stdlib.h>

struct code_row {
	str code;
	enum diag_level level;
};

#define X(name, level, code) { STR_INIT(code), level },
static const struct code_row CODES[DIAG_CODE_COUNT] = {
#include "base/diag_codes.h"
};
#undef X

static const str LOSSES[] = {
	STR_INIT("none"), STR_INIT("cosmetic"), STR_INIT("behaviour"), STR_INIT("availability"),
	STR_INIT("routing"), STR_INIT("security"),
};

static const str LEVELS[] = { STR_INIT("error"), STR_INIT("warning"), STR_INIT("note") };

str loss_name(enum loss loss)
{
	return LOSSES[loss];
}

bool loss_parse(str name, enum loss *out)
{
	for (unsigned i = LOSS_COSMETIC; i <= LOSS_SECURITY; i++)
		if (str_eq(LOSSES[i], name)) {
			*out = (enum loss)i;
			return true;
		}
	return false;
}

str diag_level_name(enum diag_level level)
{
	return LEVELS[level];
}

str diag_code_text(enum diag_code code)
{
	return CODES[code].code;
}

bool diag_code_parse(str text, enum diag_code *out)
{
	for (unsigned i = 0; i < DIAG_CODE_COUNT; i++)
		if (str_eq_nocase(CODES[i].code, text)) {
			*out = (enum diag_code)i;
			return true;
		}
	return false;
}

enum diag_level diag_code_level(enum diag_code code)
{
	return CODES[code].level;
}

void diags_init(struct diags *diags, struct arena *arena)
{
	*diags = (struct diags){ .arena = arena };
	map_init(&diags->same, arena);
	map_init(&diags->sites, arena);
}

static bool is_site(const struct diag_site *a, const struct diag_site *b)
{
	return a->at.file == b->at.file && a->at.offset == b->at.offset && str_eq(a->object, b->object);
}

/* A few sites are compared; from there on they are kept in a map, so that time stays linear. */
static bool has_site(struct diags *diags, struct diag *d, const struct diag_site *site)
{
	enum { FEW = 8 };
	for (size_t i = 0; i < d->site.n && i < FEW; i++)
		if (is_site(&d->site.item[i], site))
			return true;
	if (d->site.n < FEW)
		return false;
	str key = arena_printf(diags->arena, "%zu %u %u %.*s", d->number, (unsigned)site->at.file, (unsigned)site->at.offset, STR_ARG(site->object));
	if (map_get(&diags->sites, key))
		return true;
	map_set(&diags->sites, key, d);
	return false;
}

struct diag *diag_add(struct diags *diags, enum diag_code code, struct diag_site site, str message)
{
	str key = arena_join(diags->arena, diag_code_text(code), message);
	struct diag *d = map_get(&diags->same, key);
	if (!d) {
		d = NEW(diags->arena, struct diag);
		d->code = code;
		d->level = diag_code_level(code);
		d->message = message;
		d->number = diags->list.n;
		map_set(&diags->same, key, d);
		LIST_PUSH(diags->arena, &diags->list, d);
	}
	if (site.span == 0)
		site.span = 1;
	if (has_site(diags, d, &site))
		return d;
	LIST_PUSH(diags->arena, &d->site, site);
	return d;
}

struct diag *diag_addf(struct diags *diags, enum diag_code code, struct diag_site site, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	str message = arena_vprintf(diags->arena, format, args);
	va_end(args);
	return diag_add(diags, code, site, message);
}

void diags_take(struct diags *diags, const struct diags *from)
{
	struct arena *arena = diags->arena;
	for (size_t i = 0; i < from->list.n; i++) {
		const struct diag *theirs = from->list.item[i];
		str message = arena_str(arena, theirs->message);
		for (size_t k = 0; k < theirs->site.n; k++) {
			struct diag_site site = theirs->site.item[k];
			site.object = arena_str(arena, site.object);
			struct diag *own = diag_add(diags, theirs->code, site, message);
			own->level = theirs->level;
			own->loss = theirs->loss;
			own->feature = arena_str(arena, theirs->feature);
			own->accepted = theirs->accepted;
			own->from_default = theirs->from_default;
			own->effect = arena_str(arena, theirs->effect);
			own->help = arena_str(arena, theirs->help);
		}
	}
}

/* qsort has no context, so the sites carry what is compared: file numbers follow the order of file names. */
struct sorted {
	struct diag *diag;
	str file;
};

static int compare_place(str file_a, struct place a, str file_b, struct place b)
{
	int c = str_cmp(file_a, file_b);
	if (c)
		return c;
	return a.offset < b.offset ? -1 : a.offset > b.offset;
}

static int compare(const void *pa, const void *pb)
{
	const struct sorted *a = pa, *b = pb;
	if (a->diag->level != b->diag->level)
		return a->diag->level < b->diag->level ? -1 : 1;
	if (a->diag->loss != b->diag->loss)
		return a->diag->loss > b->diag->loss ? -1 : 1;
	int c = compare_place(a->file, a->diag->site.item[0].at, b->file, b->diag->site.item[0].at);
	if (c)
		return c;
	if (a->diag->code != b->diag->code)
		return a->diag->code < b->diag->code ? -1 : 1;
	return str_cmp(a->diag->message, b->diag->message);
}

struct sorted_site {
	struct diag_site site;
	str file;
};

static int compare_site(const void *pa, const void *pb)
{
	const struct sorted_site *a = pa, *b = pb;
	int c = compare_place(a->file, a->site.at, b->file, b->site.at);
	return c ? c : str_cmp(a->site.object, b->site.object);
}

static str file_name(const struct sources *sources, struct place at)
{
	const struct source *s = sources_get(sources, at.file);
	return s ? s->name : (str){ "", 0 };
}

static void sort_sites(struct diag *d, struct arena *arena, const struct sources *sources)
{
	struct sorted_site *s = NEWS(arena, struct sorted_site, d->site.n);
	for (size_t i = 0; i < d->site.n; i++)
		s[i] = (struct sorted_site){ d->site.item[i], file_name(sources, d->site.item[i].at) };
	qsort(s, d->site.n, sizeof *s, compare_site);
	for (size_t i = 0; i < d->site.n; i++)
		d->site.item[i] = s[i].site;
}

void diags_sort(struct diags *diags, const struct sources *sources)
{
	size_t n = diags->list.n;
	struct sorted *s = NEWS(diags->arena, struct sorted, n);
	for (size_t i = 0; i < n; i++) {
		struct diag *d = diags->list.item[i];
		sort_sites(d, diags->arena, sources);
		s[i] = (struct sorted){ d, file_name(sources, d->site.item[0].at) };
	}
	if (n)
		qsort(s, n, sizeof *s, compare);
	for (size_t i = 0; i < n; i++)
		diags->list.item[i] = s[i].diag;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything the user is told: level, stable code, places, message, effect on traffic, what to do. Collected here and
 * printed once by the report room. The list of codes is diag_codes.h; what `ing2gw explain CODE` says about each is
 * mappings/diagnostics.yaml.
 *
 * The same code with the same message is one diagnostic with several sites, so messages must not name the object;
 * what differs from site to site belongs into the site.
 */
#ifndef ING2GW_BASE_DIAG_H
#define ING2GW_BASE_DIAG_H

#include "base/arena.h"
#include "base/map.h"
#include "base/source.h"

enum diag_level { DIAG_ERROR, DIAG_WARNING, DIAG_NOTE };

/* What a loss costs, from the lightest to the gravest; the order is that of --strict. */
enum loss { LOSS_NONE, LOSS_COSMETIC, LOSS_BEHAVIOUR, LOSS_AVAILABILITY, LOSS_ROUTING, LOSS_SECURITY };

str loss_name(enum loss loss);                    /* "security" ...; LOSS_NONE is "none" */
bool loss_parse(str name, enum loss *out);
str diag_level_name(enum diag_level level);       /* "error", "warning", "note" */

#define X(name, level, code) DIAG_##name,
enum diag_code {
#include "base/diag_codes.h"
	DIAG_CODE_COUNT
};
#undef X

str diag_code_text(enum diag_code code);          /* "I2G-1001" */
bool diag_code_parse(str text, enum diag_code *out);   /* letter case does not matter */
enum diag_level diag_code_level(enum diag_code code);  /* the usual level of that code */

struct diag_site {
	struct place at;
	uint32_t span;         /* bytes to underline, at least 1 */
	str object;            /* "Ingress/ns/name", or empty */
};

struct diag {
	enum diag_code code;
	enum diag_level level;
	enum loss loss;
	str feature;           /* the feature that is lost, or empty */
	bool accepted;         /* the user has accepted this loss by name */
	bool from_default;     /* lost is a default of the controller, not something written in the input */
	str message, effect, help;   /* effect and help may be empty; help may have several lines */
	LIST(struct diag_site) site;
	size_t number;         /* in the order of coming */
};

struct diags {
	struct arena *arena;
	LIST(struct diag *) list;
	struct map same;       /* code and message -> struct diag */
	struct map sites;      /* diagnostic and site -> the diagnostic, where there are many */
};

void diags_init(struct diags *diags, struct arena *arena);

/*
 * Adds a site to the diagnostic with that code and message, making it when it is new (with the code's usual level, no
 * loss, no effect, no help: the caller fills these in on the result, which is never NULL). message must live as long as
 * diags. span 0 counts as 1.
 */
struct diag *diag_add(struct diags *diags, enum diag_code code, struct diag_site site, str message);

/* The same with a printf-like message in the arena of diags. */
struct diag *diag_addf(struct diags *diags, enum diag_code code, struct diag_site site, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Adds all that others hold, as if it had been reported here, with copies of its texts. */
void diags_take(struct diags *diags, const struct diags *from);

/* Errors first, then warnings, then notes; within a level graver losses first, then by place (file name, offset), then code. */
void diags_sort(struct diags *diags, const struct sources *sources);

#endif

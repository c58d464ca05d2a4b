/* SPDX-License-Identifier: Apache-2.0 */
/* What one thread asks; inside this room only. */
#ifndef ING2GW_VERIFY_ASKING_H
#define ING2GW_VERIFY_ASKING_H

#include "base/map.h"
#include "verify/excuse.h"
#include "verify/paths.h"
#include "verify/questions.h"
#include "verify/verify.h"

struct asking {
	struct arena *arena;         /* of what is found */
	struct arena *of_host;       /* of all questions of a host */
	struct arena *scratch;       /* of one question */
	struct evaluator *before, *after;
	const struct verify_input *input;
	const struct excuses *excuses;
	struct matcher *matcher;
	struct verification *out;
	const struct entry_pair *pair;
	const struct host_class *hosts;
	struct host_verdict *host;
	struct path_classes paths;   /* of the host, on this side */
	bool whole;                  /* all classes of paths of the host are known, on all its sides */
	struct map classes;          /* of the host: struct class_state, by routes, side and variant */
	struct map routes;           /* of the host: that took a request, as bytes of their addresses */
	struct map told;             /* what is not understood, by address */
	size_t *used;                /* of each accepted difference of the input */
	struct map groups;           /* of the host: number of a difference, by what differs from what to what */
};

/* How a request of the class differed that differed most. */
enum class_difference { CLASS_SAME, CLASS_USUAL, CLASS_STATED, CLASS_ACCEPTED, CLASS_DIFFERENT };

struct class_state {
	enum class_difference difference;
	LIST(size_t) counted;        /* numbers of the differences that count it */
	bool unknown;
};

/* A request, and what both sides answer to it. */
struct asked {
	const struct request *request;
	const struct outcome *before, *after;
	struct str_list what;        /* in which they differ */
};

/* ask.c: all that can be told apart of one class of hosts; what is found goes to asking->out. */
void ask_host(struct asking *asking, const struct host_class *hosts);

/* usual.c: the default of the controller that is all that differs, or the first of several; empty: more does. */
str usual_of(struct asking *asking, const struct asked *asked);
/* Whether the step does what the controller does by default, and decides nothing: it may be passed over. */
bool usual_step(const struct asking *asking, const struct route *route, const struct step *step);

/* groups.c: the request is not in normal form, and both sides differ. */
void note_apart(struct asking *asking, const struct asked *asked);
/* groups.c: the request is of a class, and both sides differ. */
void note_difference(struct asking *asking, const struct asked *asked, struct class_state *class, bool proved);

#endif

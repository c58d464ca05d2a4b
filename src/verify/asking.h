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
	const struct host *host_before, *host_after;   /* that take the name there, on this side; or NULL */
	LIST(struct open_part *) open;   /* choices that may matter to some host of the pair: depends.c */
	struct map depending;        /* of the host: classes that hang on some choice; struct depending_class */
	bool chosen;                 /* after is asked under a choice of an implementation */
	bool given;                  /* asked as if what listeners wait for were there: struct given */
	bool nobody;                 /* on one side no listener takes a connection for the host there: nothing but the path is asked */
	bool whole;                  /* all classes of paths of the host are known, on all its sides */
	struct map classes;          /* of the host: struct class_state, by routes, side and variant */
	struct map routes;           /* of the host: that took a request, as bytes of their addresses */
	struct map told;             /* what is not understood, by address */
	size_t *used;                /* of each accepted difference of the input */
	struct map groups;           /* of the host: its differences, by what differs from what to what */
};

/* How a request of the class differed that differed most. */
enum class_difference { CLASS_SAME, CLASS_USUAL, CLASS_STATED, CLASS_ACCEPTED, CLASS_DIFFERENT };

struct class_state {
	enum class_difference difference;
	LIST(const struct difference *) counted;   /* that count it */
	bool unknown;
};

/* A request, and what both sides answer to it. */
struct asked {
	const struct request *request;
	const struct outcome *before, *after;
	struct str_list what;        /* in which they differ */
};

struct question {
	const struct asked_path *path;
	const struct variant *variant;
	size_t number;               /* of the variant */
	bool https;
};

/* ask.c: all that can be told apart of one class of hosts; what is found goes to asking->out. */
void ask_host(struct asking *asking, const struct host_class *hosts);
/* Both sides answer; what a controller does that refuses its configuration is no answer. */
bool answer_is_known(const struct outcome *outcome);
/* In scratch, as bytes: the class of a request by the routes that answer, its variant and its path. */
str class_key(const struct asking *asking, const struct question *question, const struct route *before, const struct route *after);

/*
 * reused.c: hosts whose requests may come in a connection that was made for another one, because both have one certificate after. arena and
 * scratch are for the work alone.
 */
void reused_find(struct arena *arena, struct arena *scratch, struct evaluator *after, struct host_classes *classes);

/* usual.c: the default of the controller that is all that differs, or the first of several; empty: more does. */
str usual_of(struct asking *asking, const struct asked *asked);
/* Whether the step does what the controller does by default, and decides nothing: it may be passed over. */
bool usual_step(const struct asking *asking, const struct route *route, const struct step *step);

/* groups.c: the request is not in normal form, and both sides differ. Whether that counts: nobody has stated it. */
bool note_apart(struct asking *asking, const struct asked *asked, const struct open_spelling *under);
struct request request_keep(struct arena *arena, const struct request *request);
size_t request_length(const struct request *request);   /* the shorter one is easier to read */
/* groups.c: whether the difference is one of the usual, stated or accepted ones, and whether something stands open. */
struct difference difference_of(struct asking *asking, const struct asked *asked);
/* groups.c: the request is of a class, and both sides differ. */
void note_difference(struct asking *asking, const struct asked *asked, struct class_state *class, bool proved);

/* depends.c: of a pair, before its hosts are asked. */
void depends_begin(struct asking *asking);
/* Of the host on this side, after its paths have been found. */
void depends_ask(struct asking *asking, const struct questions *questions, bool https);
/* After both sides of the host. */
void depends_end(struct asking *asking);

#endif

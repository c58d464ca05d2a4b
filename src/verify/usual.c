/* SPDX-License-Identifier: Apache-2.0 */
/* Differences that are a default of the controller and nothing else: see asking.h. */
#include "verify/asking.h"
#include "verify/client.h"
#include "verify/compare.h"

static bool are_defaults(const struct asking *a, const struct fact_list *facts)
{
	for (size_t i = 0; i < facts->n; i++)
		if (!a->input->is_default(facts->item[i]))
			return false;
	return true;
}

/* Nothing in the input says it: neither the step nor another one of its feature. */
static bool is_default_step(const struct asking *a, const struct route *route, const struct step *step)
{
	for (size_t i = 0; route && i < route->steps.n; i++)
		if (str_eq(route->steps.item[i]->feature, step->feature) && !are_defaults(a, &route->steps.item[i]->facts))
			return false;
	return step->feature.n > 0 && are_defaults(a, &step->facts);
}

/* The controller answers for itself, as it does to health checks. */
static bool is_own(const struct outcome *o)
{
	for (size_t i = 0; o->host && i < o->host->own.n; i++)
		if (o->host->own.item[i] == o->route)
			return true;
	return false;
}

bool usual_step(const struct asking *a, const struct route *route, const struct step *step)
{
	bool decides = step->kind == STEP_REDIRECT || step->kind == STEP_STATUS || step->kind == STEP_GUARD;
	return !decides && is_default_step(a, route, step);
}

struct one_default {
	const struct asking *asking;
	str feature;                 /* empty: all defaults */
};

static bool leaves_default(const void *user, const struct route *route, const struct step *step, const struct request *request)
{
	const struct one_default *one = user;
	(void)request;
	return (!one->feature.n || str_eq(one->feature, step->feature)) && usual_step(one->asking, route, step);
}

/* The step may have made the answer what it is: the others need not be tried without. Some kinds work where an answer is written. */
static bool took_part(const struct outcome *o, const struct step *step)
{
	if (step->kind == STEP_ERRORS || step->kind == STEP_ANSWER || step->kind == STEP_CORS)
		return true;
	for (size_t i = 0; i < o->steps.n; i++)
		if (o->steps.item[i].step == step)
			return step->kind != STEP_BODY || o->steps.item[i].what == HAPPENED_ANSWERED;
	return false;
}

static bool same_without(struct asking *a, const struct asked *q, str feature)
{
	const struct one_default one = { a, feature };
	const struct left_out left_out = { .is = leaves_default, .user = &one };
	struct outcome without;
	client_asks(a->before, a->scratch, q->request, &left_out, &without);
	return outcomes_differ(a->scratch, &without, q->after).n == 0;
}

/* The default without which there is no difference, or any one; empty: there is none. */
struct wanted_default {
	bool header;                 /* of steps that set headers alone */
	bool any;
};

static str default_in(struct asking *a, const struct asked *q, const struct wanted_default *wanted)
{
	const struct route *route = q->before->route;
	const struct entry *entry = q->before->entry;
	const size_t own = route ? route->steps.n : 0, n = own + (entry ? entry->http.answers.n : 0);
	for (size_t i = 0; i < n; i++) {
		const struct step *step = i < own ? route->steps.item[i] : entry->http.answers.item[i - own];
		if ((wanted->header && step->kind != STEP_HEADER) || !usual_step(a, route, step))
			continue;
		if (wanted->any || ((i >= own || took_part(q->before, step)) && same_without(a, q, step->feature)))
			return step->feature;
	}
	return (str){ "", 0 };
}

/* The default that has answered. Whatever else differs there differs without it as well, and is asked for without it. */
static str answering_default(struct asking *a, const struct outcome *before)
{
	for (size_t i = 0; i < before->steps.n; i++) {
		const struct trace_step *s = &before->steps.item[i];
		if (s->what != HAPPENED_ANSWERED)
			continue;
		if (usual_step(a, before->route, s->step) || (is_own(before) && is_default_step(a, before->route, s->step)))
			return s->step->feature;
	}
	return (str){ "", 0 };
}

/* The controller shows its own certificate to names that nothing in the input has one for, and after it nobody takes their connections. */
static bool is_own_certificate(const struct asked *q)
{
	const struct host *host = q->before->host;
	return str_eq(q->before->certificate, STR("default")) && !q->after->listener && !q->after->status && (!host || host->certificate.kind == CERTIFICATE_NONE);
}

str usual_of(struct asking *a, const struct asked *q)
{
	if (is_own_certificate(q))
		return STR("tls.default-certificate");
	bool headers = q->what.n == 1 && str_eq(q->what.item[0], STR("response_headers"));
	str feature = answering_default(a, q->before);
	if (!feature.n)
		feature = default_in(a, q, &(struct wanted_default){ .header = headers });
	if (feature.n || !same_without(a, q, (str){ "", 0 }))
		return feature;
	return default_in(a, q, &(struct wanted_default){ .any = true });
}

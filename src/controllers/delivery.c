/* SPDX-License-Identifier: Apache-2.0 */
/* How requests are handed to backends: tries, copies, patience (reference: ingress-nginx A.13, A.15, B upstream and proxying). */
#include "controllers/server.h"

static const str USUAL = STR_INIT("it says what the controller does anyway");

/* A setting that says more than the controller does anyway; what says no more is noted with the route where another value would count. */
static struct setting *unusual(const struct instance *in, struct setting *at, bool counts, struct route *r)
{
	if (!at || !setting_is_usual(in, at))
		return at;
	if (counts)
		fact_list_add(in->front->arena, &r->usual, at->fact);
	else
		fact_idle(at->fact, USUAL);
	return NULL;
}

static struct step *delivery_step(struct instance *in, struct route *r, str feature, enum delivery delivery)
{
	struct step *step = route_step(in->front->arena, r, STEP_OTHER, feature, NULL);
	step->delivery = delivery;
	return step;
}

/* ---- tries ---- */

static const str RETRY = STR_INIT("retry");

static void add_word(struct arena *a, struct retry *r, str word)
{
	uint64_t code;
	if (str_eq(word, STR("off")))
		r->never = true;
	else if (str_eq(word, STR("non_idempotent")))
		r->repeats = true;
	else if (str_eq(word, STR("error")))
		r->connection = true;
	else if (str_starts(word, STR("http_")) && str_to_u64(str_from(word, 5), 599, &code))
		LIST_PUSH(a, &r->codes, (uint32_t)code);
	else
		r->other = true;
}

static void add_words(struct arena *a, struct retry *r, str text)
{
	str word;
	while (text.n) {
		str_cut(text, ' ', &word, &text);
		if (str_trim(word).n)
			add_word(a, r, str_trim(word));
	}
}

static void retries(struct instance *in, struct subject *s, struct route *r)
{
	struct arena *a = in->front->arena;
	struct setting *on = subject_setting(s, RETRY, STR("on")), *count = subject_setting(s, RETRY, STR("tries"));
	struct setting *time = subject_setting(s, RETRY, STR("timeout"));
	struct retry retry = { 0 };
	add_words(a, &retry, on ? on->value.text : controller_default(in->controller, RETRY, STR("on")));
	retry.repeats = retry.repeats || str_eq(controller_config_value(in->controller, STR("retry-non-idempotent")), STR("true"));
	if (!str_to_i64(count ? count->value.text : controller_default(in->controller, RETRY, STR("tries")), &retry.tries))
		retry.tries = 3;
	if (retry.never) {
		fact_idle(count ? count->fact : NULL, STR("nothing is tried a second time"));
		count = NULL;
	} else if (retry.tries == 1) {
		retry.never = true;
		fact_idle(on ? on->fact : NULL, STR("nothing is tried a second time"));
		on = NULL;
	}
	if (retry.never) {
		fact_idle(time ? time->fact : NULL, STR("nothing is tried a second time"));
		time = NULL;
	}
	on = unusual(in, on, true, r);
	count = unusual(in, count, retry.connection, r);
	time = unusual(in, time, false, r);
	retry.on = on ? on->fact : NULL;
	retry.count = count ? count->fact : NULL;
	retry.time = time ? time->fact : NULL;
	retry.time_seconds = time ? time->value.number : 0;
	if (!on && !count && !time)
		return;
	struct step *step = delivery_step(in, r, RETRY, DELIVERY_RETRY);
	step->as.retry = retry;
	step->value = on ? on->value.text : count ? count->value.text : time->value.text;
	fact_list_add(a, &step->facts, retry.on);
	fact_list_add(a, &step->facts, retry.count);
	fact_list_add(a, &step->facts, retry.time);
}

/* ---- copies ---- */

static const str MIRROR = STR_INIT("mirror");

/* "name.namespace.svc", with the cluster's domain behind it or not; "name.namespace" where the input has such a Service. */
static bool service_named(const struct instance *in, str host, struct backend *to)
{
	str rest, known = STR("cluster.local");
	if (str_ends(host, STR(".")))
		host.n--;
	if (!str_cut(host, '.', &to->name, &rest))
		return false;
	bool longer = str_cut(rest, '.', &to->namespace, &rest);
	bool there = snapshot_service(in->front->snapshot, to->namespace, to->name) != NULL;
	if (!longer)
		return there;
	bool service = str_eq(rest, STR("svc")) || (str_starts(rest, STR("svc.")) && (there || str_eq(str_from(rest, 4), known)));
	return service && to->name.n && to->namespace.n;
}

bool service_of_url(const struct instance *in, str url, struct backend *to, str *path)
{
	struct backend found = { 0 };
	str host, port, address = str_from(url, STR("http://").n);
	uint64_t number = 80;
	size_t slash = str_find_char(address, '/');
	if (!str_starts(url, STR("http://")) || str_has_char(url, '$'))
		return false;
	*path = slash < address.n ? str_from(address, slash) : STR("/");
	address = arena_lower(in->front->arena, str_slice(address, 0, slash));
	if (str_cut(address, ':', &host, &port) && (!str_to_u64(port, 65535, &number) || number == 0))
		return false;
	if (!service_named(in, host, &found))
		return false;
	found.port = (uint32_t)number;
	*to = found;
	return true;
}

/* Why no Service of the cluster gets the copies as they are; empty: to is filled in. */
static str copies_to(struct instance *in, str url, struct mirror *m)
{
	str path, host, port;
	uint64_t number = 80;
	if (str_starts(url, STR("https://")))
		return STR("they are sent in TLS");
	if (!str_starts(url, STR("http://")))
		return STR("the address does not begin with http://");
	url = str_from(url, 7);
	size_t end = 0;
	while (end < url.n && url.p[end] != '/' && url.p[end] != '$')
		end++;
	host = str_slice(url, 0, end);
	path = str_from(url, end);
	m->slash = str_starts(path, STR("/"));
	if (!str_eq(str_from(path, m->slash ? 1 : 0), STR("$request_uri")))
		return STR("they have another path than the request: the address does not end in $request_uri");
	if (str_cut(host, ':', &host, &port) && (!str_to_u64(port, 65535, &number) || number == 0))
		return STR("the address has no valid port");
	if (!service_named(in, arena_lower(in->front->arena, host), &m->to))
		return STR("the address is no Service of the cluster (NAME.NAMESPACE.svc.cluster.local)");
	m->to.port = (uint32_t)number;
	return (str){ "", 0 };
}

/* Why no copy arrives anywhere today; empty where one may. */
static str copies_nowhere(const struct instance *in, const struct backend *to)
{
	const struct service *service = snapshot_service(in->front->snapshot, to->namespace, to->name);
	if (!service)
		return in->front->closed_world ? STR("the Service that the copies go to does not exist") : (str){ "", 0 };
	for (size_t i = 0; i < service->ports.n; i++)
		if (service->ports.item[i].port == to->port)
			return (str){ "", 0 };
	return STR("the Service that the copies go to has no such port");
}

/* The copies are sent with the Host of the request. */
static bool keeps_host(str host)
{
	static const str SAME[] = { STR_INIT("$host"), STR_INIT("$http_host"), STR_INIT("$best_http_host") };
	for (size_t i = 0; i < sizeof SAME / sizeof *SAME; i++)
		if (str_eq(SAME[i], host))
			return true;
	return false;
}

static void mirrors(struct instance *in, struct subject *s, struct route *r)
{
	struct arena *a = in->front->arena;
	struct setting *target = subject_setting(s, MIRROR, STR("target")), *host = subject_setting(s, MIRROR, STR("host"));
	struct setting *body = subject_setting(s, MIRROR, STR("body"));
	struct mirror m = { 0 };
	bool whole = !body || str_eq(body->value.text, STR("on"));
	if (body && whole)
		fact_idle(body->fact, USUAL);
	if (!target) {
		fact_idle(host ? host->fact : NULL, STR("nothing is copied"));
		fact_idle(body ? body->fact : NULL, STR("nothing is copied"));
		return;
	}
	m.why = copies_to(in, target->value.text, &m);
	const struct service *service = snapshot_service(in->front->snapshot, m.to.namespace, m.to.name);
	if (!m.why.n && service && str_eq(service->type, STR("ExternalName")))
		m.why = STR("the Service is one of type ExternalName, which implementations refuse");
	if (!m.why.n) {
		m.why = copies_nowhere(in, &m.to);
		m.nowhere = m.why.n > 0;
	}
	m.same_host = host && keeps_host(host->value.text);
	if (m.same_host)
		fact_idle(host->fact, STR("a Gateway sends copies with the Host of the request in every case"));
	m.target = target->fact;
	m.body = whole ? NULL : body->fact;
	m.host = host && !m.same_host ? host->fact : NULL;
	struct step *step = delivery_step(in, r, MIRROR, DELIVERY_MIRROR);
	step->value = target->value.text;
	fact_list_add(a, &step->facts, m.target);
	fact_list_add(a, &step->facts, m.host);
	fact_list_add(a, &step->facts, m.body);
	step->as.mirror = m;
}

/* ---- patience ---- */

/* Of the controller without a ConfigMap. */
static int64_t usual_seconds(const struct instance *in, str feature)
{
	int64_t seconds = 0;
	for (size_t i = 0; i < in->controller->table->defaults.n; i++)
		if (str_eq(in->controller->table->defaults.item[i].feature, feature))
			(void)str_to_i64(in->controller->table->defaults.item[i].value, &seconds);
	return seconds;
}

/* Of the Ingress, else of the ConfigMap where that asks for something else than the controller has by itself. */
static void silence(struct instance *in, struct subject *s, struct route *r, str feature)
{
	struct arena *a = in->front->arena;
	struct setting *own = subject_setting(s, feature, STR("seconds"));
	str general = controller_default(in->controller, feature, STR("seconds"));
	int64_t usual = usual_seconds(in, feature), seconds = usual;
	bool same = !own || setting_is_usual(in, own);
	if (own)
		seconds = own->value.number;
	else
		(void)str_to_i64(general, &seconds);
	if (same && seconds == usual) {
		fact_list_add(a, &r->usual, own ? own->fact : NULL);
		return;
	}
	struct step *step = delivery_step(in, r, feature, DELIVERY_SILENCE);
	fact_list_add(a, &step->facts, own ? own->fact : NULL);
	if (same)
		fact_list_add(a, &step->facts, controller_default_fact(in->controller, feature));
	step->value = own ? own->value.text : general;
	step->as.silence.seconds = seconds;
	step->as.silence.than_usual = seconds > usual ? SILENCE_LONGER : seconds < usual ? SILENCE_SHORTER : SILENCE_USUAL;
}

void delivery_patience(struct instance *in, const struct location *l, struct route *r)
{
	silence(in, l->subject, r, STR("timeout.read"));
	silence(in, l->subject, r, STR("timeout.send"));
}

void delivery_steps(struct instance *in, const struct location *l, struct route *r)
{
	delivery_patience(in, l, r);
	retries(in, l->subject, r);
	mirrors(in, l->subject, r);
}

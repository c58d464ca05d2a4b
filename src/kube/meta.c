/* SPDX-License-Identifier: Apache-2.0 */
/* metadata of every kind: name, namespace, age, annotations and labels (Kubernetes API reference, ObjectMeta). */
#include "kube/decode.h"

#include "kube/names.h"

#include <string.h>

static const str METADATA[] = {
	STR_INIT("annotations"), STR_INIT("clusterName"), STR_INIT("creationTimestamp"), STR_INIT("deletionGracePeriodSeconds"),
	STR_INIT("deletionTimestamp"), STR_INIT("finalizers"), STR_INIT("generateName"), STR_INIT("generation"), STR_INIT("initializers"),
	STR_INIT("labels"), STR_INIT("managedFields"), STR_INIT("name"), STR_INIT("namespace"), STR_INIT("ownerReferences"),
	STR_INIT("resourceVersion"), STR_INIT("selfLink"), STR_INIT("uid"),
};

static const struct fault NOT_TEXT = {
	DIAG_WRONG_TYPE, DIAG_WARNING, STR_INIT("the value of an annotation or label must be text; a number, true or false needs quotes"),
	STR_INIT(EFFECT_REFUSED "; here it is taken as written"), STR_INIT("put the value in quotes"),
};

static const struct fault NULL_VALUE = {
	DIAG_WRONG_TYPE, DIAG_WARNING, STR_INIT("an annotation or label has no value"),
	STR_INIT("it counts as empty text, which most annotations take as not set"), STR_INIT("write \"\" if that is meant, else the value or nothing at all"),
};

static const struct fault TREE_VALUE = {
	DIAG_WRONG_TYPE, DIAG_ERROR, STR_INIT("the value of an annotation or label must be text, not a list or a map"),
	STR_INIT(EFFECT_REFUSED "; here it is taken as JSON text"),
	STR_INIT("quote it, or begin it with \"|\" as a block of text"),
};

static const struct fault BAD_KEY = {
	DIAG_BAD_FIELD, DIAG_WARNING, STR_INIT("this is no name of an annotation or label"), STR_INIT(EFFECT_REFUSED),
	STR_INIT("it is PREFIX/NAME: the prefix a DNS name, the name up to 63 letters, digits, \"-\", \"_\" and \".\""),
};

static const struct fault BAD_LABEL = {
	DIAG_BAD_FIELD, DIAG_WARNING, STR_INIT("this is no value of a label"), STR_INIT(EFFECT_REFUSED),
	STR_INIT("up to 63 letters, digits, \"-\", \"_\" and \".\", with a letter or digit at both ends; for other text use an annotation"),
};

static const struct fault NO_NAME = {
	DIAG_MISSING_FIELD, DIAG_ERROR, STR_INIT("metadata.name is missing"), STR_INIT(EFFECT_REFUSED "; nothing is made of it"),
	STR_INIT("give it a name"),
};

static const struct fault GENERATED = {
	DIAG_MISSING_FIELD, DIAG_WARNING, STR_INIT("the API server chooses the name (generateName)"),
	STR_INIT("the start of the name is taken for the whole; two such objects count as one"), STR_INIT("convert what `kubectl get -o yaml` prints of it"),
};

static const struct fault BAD_NAME = {
	DIAG_BAD_FIELD, DIAG_WARNING, STR_INIT("this is no name of an object"), STR_INIT(EFFECT_REFUSED "; here it is taken as written"),
	STR_INIT("lower case letters, digits, \"-\" and \".\", with a letter or digit at both ends"),
};

static const struct fault BAD_NAMESPACE = {
	DIAG_BAD_FIELD, DIAG_WARNING, STR_INIT("this is no name of a namespace"), STR_INIT(EFFECT_REFUSED "; here it is taken as written"),
	STR_INIT("up to 63 lower case letters, digits and \"-\", with a letter or digit at both ends"),
};

static const struct fault BAD_TIME = {
	DIAG_BAD_FIELD, DIAG_WARNING, STR_INIT("creationTimestamp is no time"),
	STR_INIT("the age of the object is not known; where two claim one path, the older one should win"),
	STR_INIT("write it as 2024-05-31T12:00:00Z, or leave it out"),
};

static bool fixed_number(str s, size_t at, size_t length, uint64_t most, int64_t *out)
{
	uint64_t number;
	if (s.n < at + length || !str_to_u64(str_slice(s, at, at + length), most, &number))
		return false;
	*out = (int64_t)number;
	return true;
}

/* Days from 1970-01-01 in the Gregorian calendar; years begin in March, so that the leap day is the last one. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month > 2 ? year : year - 1, m = month > 2 ? month - 3 : month + 9;
	int64_t leaps = y / 4 - y / 100 + y / 400;
	return y * 365 + leaps + (m * 153 + 2) / 5 + day - 1 - 719468;
}

static bool offset_of(str s, int64_t *seconds)
{
	int64_t hours, minutes;
	if (s.n == 1 && (s.p[0] == 'Z' || s.p[0] == 'z')) {
		*seconds = 0;
		return true;
	}
	if (s.n != 6 || (s.p[0] != '+' && s.p[0] != '-') || s.p[3] != ':' || !fixed_number(s, 1, 2, 23, &hours) || !fixed_number(s, 4, 2, 59, &minutes))
		return false;
	*seconds = (hours * 60 + minutes) * 60 * (s.p[0] == '-' ? -1 : 1);
	return true;
}

bool decode_time(str s, int64_t *seconds)
{
	static const int64_t lengths[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int64_t year, month, day, hour, minute, second, offset;
	if (s.n < 20 || s.p[4] != '-' || s.p[7] != '-' || (s.p[10] != 'T' && s.p[10] != 't') || s.p[13] != ':' || s.p[16] != ':')
		return false;
	if (!fixed_number(s, 0, 4, 9999, &year) || !fixed_number(s, 5, 2, 12, &month) || !fixed_number(s, 8, 2, 31, &day)
	    || !fixed_number(s, 11, 2, 23, &hour) || !fixed_number(s, 14, 2, 59, &minute) || !fixed_number(s, 17, 2, 60, &second))
		return false;
	if (month < 1 || day < 1 || day > lengths[month - 1])
		return false;
	if (month == 2 && day == 29 && (year % 4 != 0 || (year % 100 == 0 && year % 400 != 0)))
		return false;
	size_t i = 19;
	if (s.p[i] == '.')
		do
			i++;
		while (i < s.n && char_is_digit(s.p[i]));
	if (i == 20 || !offset_of(str_from(s, i), &offset))
		return false;
	*seconds = ((days_of(year, month, day) * 24 + hour) * 60 + minute) * 60 + second - offset;
	return true;
}

/* From the key to the end of its value where both stand in one line, else the key alone. */
static uint32_t pair_span(const struct decoder *d, const struct pair *pair)
{
	const struct source *source = sources_get(d->snapshot->sources, pair->key_at.file);
	const struct node *value = pair->value;
	uint32_t start = pair->key_at.offset, key = (uint32_t)pair->key.n;
	if (!source || value->at.file != pair->key_at.file || value->at.offset <= start || value->span == 0)
		return key;
	str line = str_slice(source->text, start, (size_t)value->at.offset + value->span);
	return str_find_char(line, '\n') < line.n ? key : (uint32_t)line.n;
}

static str json_of(struct decoder *d, const struct node *node)
{
	struct buf out;
	buf_init(&out, d->arena, 0);
	doc_write_json(&out, node, 0);
	return buf_str(&out);
}

static struct field *pair_field(struct decoder *d, const struct pair *pair, bool label)
{
	const struct node *value = pair->value;
	uint32_t span = pair_span(d, pair);
	str text = node_text(value);

	if (!name_is_qualified(pair->key) && !name_has_placeholder(pair->key))
		decode_report(d, &BAD_KEY, pair->key_at, (uint32_t)pair->key.n);
	if (node_is_null(value)) {
		decode_report(d, &NULL_VALUE, pair->key_at, span);
	} else if (!node_is_scalar(value)) {
		decode_report(d, &TREE_VALUE, pair->key_at, span);
		text = label ? text : json_of(d, value);
	} else if (value->kind != NODE_STRING) {
		decode_report(d, &NOT_TEXT, pair->key_at, span);
	} else if (label && !name_is_label_value(text) && !name_has_placeholder(text)) {
		decode_report(d, &BAD_LABEL, pair->key_at, span);
	}
	str key = label ? arena_join(d->arena, STR("metadata.labels."), pair->key) : arena_str(d->arena, pair->key);
	return decode_field(d, key, text, pair->key_at, span);
}

/* NULL unless it is a map. Leaves of metadata are not accounted for, so this is no decode_is_map(). */
static const struct node *pairs_of(struct decoder *d, const struct step *up, const struct node *metadata, str key)
{
	const struct pair *pair = node_pair(metadata, key);
	if (!pair || node_is_null(pair->value))
		return NULL;
	if (pair->value->kind == NODE_MAP)
		return pair->value;
	decode_wrong_type(d, DIAG_ERROR, STEP_KEY(up, pair), pair->value, "a map");
	return NULL;
}

static bool scalar(struct decoder *d, const struct step *up, const struct node *metadata, str key, struct field *out)
{
	const struct pair *pair = node_pair(metadata, key);
	if (!pair || node_is_null(pair->value))
		return false;
	const struct step *step = STEP_KEY(up, pair);
	if (!node_is_scalar(pair->value)) {
		decode_wrong_type(d, DIAG_ERROR, step, pair->value, "text");
		return false;
	}
	if (pair->value->kind != NODE_STRING)
		decode_wrong_type(d, DIAG_WARNING, step, pair->value, "text");
	*out = (struct field){ .value = decode_copy(d, pair->value), .at = pair->value->at, .span = pair->value->span };
	return out->value.n > 0;
}

static str object_text(struct decoder *d, const struct meta *meta, bool cluster)
{
	return arena_printf(d->arena, "%.*s/%.*s%s%.*s", STR_ARG(d->kind), STR_ARG(meta->namespace), cluster ? "" : "/", STR_ARG(meta->name));
}

/* generateName ends with a dash as a rule, a name must not. */
static str name_of(struct decoder *d, const struct node *metadata)
{
	str name = decode_copy(d, node_get(metadata, STR("name")));
	if (name.n == 0) {
		name = decode_copy(d, node_get(metadata, STR("generateName")));
		while (name.n > 1 && !char_is_alnum(name.p[name.n - 1]))
			name.n--;
	}
	return name;
}

static bool read_name(struct decoder *d, const struct step *up, const struct node *metadata, const struct node *root)
{
	struct field field;
	if (scalar(d, up, metadata, STR("name"), &field)) {
		if (!decode_placeholder(d, &field) && !name_is_subdomain(field.value))
			decode_report_field(d, &BAD_NAME, &field);
		return true;
	}
	if (scalar(d, up, metadata, STR("generateName"), &field)) {
		decode_report_field(d, &GENERATED, &field);
		return true;
	}
	const struct pair *pair = node_pair(root, STR("metadata"));
	uint32_t span;
	struct place at = decode_place(root, &span);
	if (pair)
		decode_report(d, &NO_NAME, pair->key_at, (uint32_t)pair->key.n);
	else
		decode_report(d, &NO_NAME, at, span);
	return false;
}

static void read_namespace(struct decoder *d, const struct step *up, const struct node *metadata)
{
	struct field field;
	if (scalar(d, up, metadata, STR("namespace"), &field) && !decode_placeholder(d, &field) && !name_is_label(field.value))
		decode_report_field(d, &BAD_NAMESPACE, &field);
}

/* What is no owner reference says nothing. */
static void read_owners(struct decoder *d, const struct node *list, struct meta *meta)
{
	for (size_t i = 0; list && list->kind == NODE_LIST && i < list->as.list.n; i++) {
		str api = node_text(node_get(list->as.list.item[i], STR("apiVersion"))), kind = node_text(node_get(list->as.list.item[i], STR("kind")));
		size_t slash = str_find_char(api, '/');
		if (kind.n)
			LIST_PUSH(d->arena, &meta->owners, slash < api.n ? arena_join(d->arena, str_slice(api, 0, slash + 1), kind) : arena_str(d->arena, kind));
	}
}

static void read_created(struct decoder *d, const struct step *up, const struct node *metadata, struct meta *meta)
{
	struct field field;
	if (scalar(d, up, metadata, STR("creationTimestamp"), &field) && !decode_time(field.value, &meta->created))
		decode_report_field(d, &BAD_TIME, &field);
}

/* The last pair of each key. Maps are small as a rule; large ones get an index, so that time stays linear. */
struct last_pairs {
	const struct node *map;  /* or NULL */
	struct map index;
};

static struct last_pairs last_pairs_of(struct decoder *d, const struct node *map)
{
	enum { SMALL = 32 };
	struct last_pairs last = { .map = map };
	map_init(&last.index, d->arena);
	for (size_t i = 0; map && map->as.map.n > SMALL && i < map->as.map.n; i++)
		map_set(&last.index, map->as.map.item[i].key, &map->as.map.item[i]);
	return last;
}

static bool is_last(const struct last_pairs *last, size_t i)
{
	const struct pair *pair = &last->map->as.map.item[i];
	if (last->index.n > 0)
		return map_get(&last->index, pair->key) == pair;
	for (size_t k = i + 1; k < last->map->as.map.n; k++)
		if (str_eq(last->map->as.map.item[k].key, pair->key))
			return false;
	return true;
}

static void read_annotations(struct decoder *d, const struct step *up, const struct node *metadata, struct meta *meta)
{
	struct last_pairs last = last_pairs_of(d, pairs_of(d, up, metadata, STR("annotations")));
	/* The copy that kubectl keeps of a Secret holds its data. */
	bool secret = str_eq(d->kind, STR("Secret"));
	for (size_t i = 0; last.map && i < last.map->as.map.n; i++) {
		const struct pair *pair = &last.map->as.map.item[i];
		if (!is_last(&last, i) || (secret && str_eq(pair->key, STR("kubectl.kubernetes.io/last-applied-configuration"))))
			continue;
		struct field *field = pair_field(d, pair, false);
		LIST_PUSH(d->arena, &meta->annotations, field);
	}
	last = last_pairs_of(d, pairs_of(d, up, metadata, STR("labels")));
	for (size_t i = 0; last.map && i < last.map->as.map.n; i++) {
		if (!is_last(&last, i))
			continue;
		struct field *field = pair_field(d, &last.map->as.map.item[i], true);
		LIST_PUSH(d->arena, &meta->labels, field);
	}
}

bool decode_meta(struct decoder *d, const struct node *root, bool cluster, struct meta *meta)
{
	const struct pair *pair = node_pair(root, STR("metadata"));
	const struct node *metadata = pair && pair->value->kind == NODE_MAP ? pair->value : NULL;
	const struct step none = { NULL, STR_INIT("metadata"), 0, { 0, 0 } };
	const struct step *step = pair ? STEP_KEY(NULL, pair) : &none;
	uint32_t span;

	meta->at = decode_place(root, &span);
	meta->created = -1;
	/* Before anything is reported, so that reports carry the object's name. */
	meta->name = name_of(d, metadata);
	meta->namespace = cluster ? STR("") : decode_copy(d, node_get(metadata, STR("namespace")));
	meta->namespace_written = meta->namespace.n > 0;
	if (!cluster && !meta->namespace_written)
		meta->namespace = STR("default");
	d->object = object_text(d, meta, cluster);
	if (pair && !metadata && !node_is_null(pair->value))
		decode_wrong_type(d, DIAG_ERROR, step, pair->value, "a map");

	bool named = read_name(d, step, metadata, root);
	if (!cluster)
		read_namespace(d, step, metadata);
	read_created(d, step, metadata, meta);
	read_owners(d, node_get(metadata, STR("ownerReferences")), meta);
	read_annotations(d, step, metadata, meta);
	for (size_t i = 0; metadata && i < metadata->as.map.n; i++) {
		const struct pair *p = &metadata->as.map.item[i];
		bool known = false;
		for (size_t k = 0; k < sizeof METADATA / sizeof METADATA[0]; k++)
			known = known || str_eq(p->key, METADATA[k]);
		if (!known && !str_starts(p->key, STR("$")))
			decode_unknown(d, p, METADATA, sizeof METADATA / sizeof METADATA[0]);
	}
	return named;
}

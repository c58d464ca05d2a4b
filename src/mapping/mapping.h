/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of mappings/ as structs. They are data: what a controller's annotations mean, what a target can say. The
 * built-in ones come from the binary (mapping_builtin), further ones from --mapping FILE; both go through the same loader
 * and the same checks. Rows refer to features by name; features.yaml has the vocabulary.
 */
#ifndef ING2GW_MAPPING_MAPPING_H
#define ING2GW_MAPPING_MAPPING_H

#include "base/diag.h"
#include "doc/doc.h"

enum scope { SCOPE_CONNECTION, SCOPE_LISTENER, SCOPE_HOST, SCOPE_LOCATION, SCOPE_BACKEND, SCOPE_ZONE };

struct feature {
	str name;                /* "auth.basic" */
	str meaning;             /* one sentence */
	enum scope scope;
	enum loss loss;          /* when it cannot be expressed */
	struct str_list fields;
	struct str_list parts;   /* what templates of targets may name besides: "secret.namespace", worked out of the fields */
	struct str_list needs;   /* fields that switch it on: without one of them the others have no effect; empty: any field */
};

/* What the controller does with a value that its grammar refuses (reference: ingress-nginx A.3). */
enum invalid {
	INVALID_DEFAULT,         /* as if the annotation were absent */
	INVALID_DROP,            /* the whole Ingress is not loaded */
	INVALID_DENY,            /* every location of the Ingress answers 503 */
	INVALID_DENY_HOST,       /* the whole host answers 403 */
	INVALID_OFF              /* the annotation's whole group is dropped; an authentication may vanish */
};

enum row_status { ROW_COMPLETE, ROW_PENDING };

struct annotation_row {
	str name;                /* without the prefix */
	enum row_status status;
	str alias_of;            /* the main name; read only when that is absent */
	str type;                /* name of a value type, see values.h */
	str pattern;             /* with type "pattern": PCRE, matched against the value with its blanks removed when strip is set */
	bool strip;
	struct str_list read_on;  /* kinds of the objects on which it is read; empty: the Ingress alone */
	struct str_list words;   /* with type "enum" or "words" */
	enum invalid invalid;
	enum invalid malformed;  /* with type "url" or "times": what it does with a value that the pattern takes and that is none */
	str risk;                /* "low" ... "critical"; ingress-nginx only */
	enum scope scope;
	str feature, field;      /* what it sets; feature is never empty, field may be */
	str implied;             /* value of the feature's field "enabled" implied by presence, or empty */
	str meaning;             /* one sentence: what the controller does */
	str gateway;             /* one sentence: what stands for it in the output, or why nothing does */
	str advice;              /* what to do where it cannot be said */
	str example;             /* a value that is valid */
	str other;               /* another valid value that changes the output where the row is translated */
	str manifest;            /* for explain: a whole manifest, or empty for the usual one with `example` */
	struct place at;
};

struct default_row {
	str feature, field, value;
	str configmap;           /* key of the controller's ConfigMap that changes it, or empty */
	str flag;                /* argument that changes it, or empty */
	bool common;             /* every Gateway does the same by itself: no loss */
	str meaning;
};

/* Who in src/controllers says what a directive does, with its arguments; where nobody can, the row's action counts. */
enum directive_reader {
	READ_NOTHING,
	READ_RETURN, READ_REWRITE, READ_SET, READ_IF, READ_BREAK, READ_LOCATION,
	READ_ADD_HEADER, READ_SET_HEADERS, READ_CLEAR_HEADERS, READ_HIDE_HEADER,     /* of the answer */
	READ_INPUT_HEADERS, READ_CLEAR_INPUT, READ_REQUEST_HEADER, READ_GRPC_HEADER,   /* of the request */
	READ_ACCESS, READ_SATISFY, READ_BASIC, READ_EXTERNAL
};

struct directive_row {
	str name;                /* nginx directive of a snippet */
	str action;              /* "inert", "feature", "refuses" */
	str feature;             /* with "feature" */
	enum directive_reader reader;
	bool http;               /* nginx takes it beside all hosts only */
	bool taken;              /* the controller writes it into every location: nginx refuses it there, and ignores it outside */
	bool entries;            /* its block holds no directives */
};

/* A kind of object beside the Ingress that the controller reads. */
struct object_row {
	str kind, group;
	bool cluster;            /* of no namespace */
	str class_annotation;    /* names the class that serves it; empty: it is found by references only */
	str meaning;
};

/* What an object of such a kind has the controller do with a request: a plugin, a middleware. */
struct extension_row {
	str name;                /* as the object names it */
	str feature;             /* empty with `inert` */
	bool inert;              /* nothing of a request or an answer depends on it */
	str order;               /* the greater number acts first */
	str meaning;
	str advice;
	struct place at;
};

struct controller_table {
	str name, title, describes;
	str routing;             /* which front end reads it: a word of mapping.routings */
	struct str_list controllers;   /* IngressClass spec.controller */
	struct str_list classes;       /* class names when there is no IngressClass object */
	struct str_list prefixes;      /* of annotations, with the slash */
	struct str_list images;        /* parts of image names of its Deployment or DaemonSet */
	str configmap;                 /* "ns/name" that is usual, or empty */
	str service;                   /* of its load balancer: "ns/name" that is usual, or empty */
	str service_argument;          /* the argument that names that Service, or empty */
	struct str_list settings;      /* keys of the ConfigMap that are read besides those of the defaults, or change nothing for requests */
	struct str_list inspection;    /* expressions that must be found in no host, path and name of tls; an Ingress where one is, is ignored */
	bool complete;                 /* every annotation has a row; else an unknown name is reported as not looked at */
	LIST(struct annotation_row) annotations;   /* sorted by name */
	LIST(struct default_row) defaults;
	LIST(struct directive_row) directives;
	LIST(struct object_row) objects;
	LIST(struct extension_row) extensions;
	struct map by_name;            /* name -> struct annotation_row */
	uint32_t file;
};

/* Annotations of other tools (ecosystem.yaml): where they belong. */
enum placement { PLACE_ROUTE, PLACE_GATEWAY, PLACE_ADDRESS, PLACE_PAGE, PLACE_UNREAD, PLACE_ALL, PLACE_INFRASTRUCTURE, PLACE_STATIC, PLACE_DROP, PLACE_WARN, PLACE_SKIP };

struct ecosystem_row {
	str key;                 /* whole key, or a prefix ending in "*" */
	bool label;              /* the row is about labels */
	bool owner;              /* the row is about objects that own the Ingress: the key is "GROUP/KIND" */
	bool service;            /* the row is about the Service of a controller: its annotations, and "spec.FIELD" */
	struct str_list values;  /* the row counts for these values; none: for all */
	struct str_list guards;  /* with these values it keeps clients out, "*" with any */
	bool proxy;              /* it makes connections begin with the PROXY protocol */
	enum loss loss;          /* what it costs that it stays behind */
	enum placement placement;
	str as;                  /* its name on a route, where that is another one; or empty */
	bool records;            /* of a tool that makes DNS records of what it finds */
	const struct node *said; /* the same in a Certificate of cert-manager, as a template of value and items; or NULL */
	str tool;
	str note;                /* why, and what to do */
};

/* Where two features of one object say different values of the same scalar, or have elements in the same list. */
struct merge_rule {
	str field;               /* JSON pointer below spec: "/authorization/defaultAction" */
	str wins;                /* of a scalar: this value; or "longest", of durations */
	struct str_list order;   /* of a list: features whose elements stand in this order, without which they mean something else */
};

/*
 * By targetRefs to a rule of a route, to a route as a whole, or to the Gateway; as a filter of the rule; as annotations of the route, which
 * are no object of their own; named by parametersRef of the Gateway or its class.
 */
enum attachment { ATTACH_RULE, ATTACH_ROUTE, ATTACH_GATEWAY, ATTACH_FILTER, ATTACH_ANNOTATIONS, ATTACH_PARAMETERS };

/* A kind of object beside the Gateway API in which an implementation is told more. */
struct policy_kind {
	str kind, group, version;
	enum attachment attaches;
	bool one_each;           /* an object says one thing; a rule names as many as it needs, and they act in that order, before its other filters */
	str apart;               /* what tells several objects of one rule apart: "feature" that they say; else the key of their spec whose text does */
	bool single;             /* it names its target in targetRef, and only one */
	bool alone;              /* of a route: it is refused where another route has one of its paths under one hostname at one port */
	bool bare;               /* it has no spec: what it says stands beside its metadata */
	bool sorted;             /* filters that act in the order of the target's steps, before all others, however a rule lists them */
	bool absent_ignored;     /* a rule that names one that is not there does without it, and stands open */
	bool local;              /* objects that it refers to stand in its own namespace */
	bool drops_rule;         /* a rule that names one counts as not written where that, or what it refers to, is not there */
	struct str_list inert;   /* fields of its spec that change nothing for requests */
	str needs;               /* what has to be done beside the manifests where one is printed, one sentence; or empty */
	LIST(struct merge_rule) merge;
};

struct target_row {
	str feature;
	str policy;              /* with how "policy": the kind in which it is said */
	const struct node *said; /* its spec as a template, see template.h; of kinds with one_each it may be a list of them, one for each object */
	str read_as;             /* another feature that is said by the very same field: what is read back is called by that name; or empty */
	struct str_list hides;   /* headers of the request that it leaves in, and the source takes away before the backend */
	struct str_list tells;   /* headers of the request that it sets for the backend beside what it is for, and the source does not: they are taken away again */
	struct str_list must;    /* fields of the feature without which it is not said at all, where an Ingress sets them */
	str how;                 /* "filter", "match", "field", "listener", "redirect-route", "weights", "policy", "none", "static" */
	str since;               /* first Gateway API version that can say it in the standard channel, or empty */
	str experimental;        /* first one whose experimental channel can, where that is another one; or empty */
	str differs;             /* where the meaning differs, one sentence, or empty */
	str todo;                /* with a difference: what people have to do; may have holes of the template's fields; or empty */
	str command;             /* with how "none": what has to be run for each Service of the route instead; may have holes of the feature's fields; or empty */
	str without;             /* what is lost, or lost in part, and who has an expression, one sentence; never empty with "none" */
	str since_target;        /* first version of the implementation for which the row counts; before, the other row of the feature; or empty */
};

/* What an implementation does with a field of the Gateway API that it does not have. */
enum lacking { LACK_IGNORED, LACK_REFUSED };

/* A part of the Gateway API that an implementation does not have: nothing of it is printed for it, nor counted as carried. */
struct target_lack {
	str kind;                /* "HTTPRoute" */
	str field;               /* "spec.rules[].timeouts", with all below it; empty: the kind itself */
	struct str_list values;  /* of the field, alone; none: the field itself */
	enum lacking does;
	str since_target;        /* first version of the implementation that has it, or empty: none that is known */
};

/* A version of an implementation, and that of the Gateway API that comes with it. */
struct target_release {
	str version, gateway_api;
	struct place at;
};

struct target_annotation {
	str key, value;
};

/* Which part of a path a regular expression has to match: all of it; a beginning; any part. */
enum regex_anchor { REGEX_ANCHOR_UNKNOWN, REGEX_FULL, REGEX_START, REGEX_SEARCH };

/* How an implementation reads the regular expressions of paths. */
struct regex_dialect {
	str engine;              /* "re2", "rust", "pcre", "posix"; empty: not known */
	enum regex_anchor anchor;
	bool icase;              /* it takes "(?i)" at the beginning */
	bool must_start_slash;   /* an expression begins with a slash, or is refused */
	bool longest_first;      /* of several, and before all prefixes, the longest text is tried first */
};

/* What an implementation does where the Gateway API leaves it open, by the names of trace's --choice. */
struct target_choice {
	str name, value;
	struct place at;
};

/* One value of such a choice, of a target that stands for several implementations. */
struct left_open {
	str choice, value;
	struct str_list by;      /* who is known to do so, with the version of which it is known; empty: nobody in particular */
	str means;               /* for a request, one sentence */
	struct place at;
};

/* A part of an address that is known only with the request: a variable of a redirect's template in the words of the implementation. */
struct answer_word {
	str variable;            /* "host", "is_args$args"; empty: any group of a redirect's expression */
	bool cut;                /* without a slash at its end */
	str said;                /* of groups with "${regex}" and, behind it, "${group}" */
};

/* How a Gateway is told to look at what may refuse requests in another order than its own. */
struct target_order {
	struct target_row row;       /* only policy and said */
	struct str_list steps;       /* the features in that order */
};

struct target_table {
	str name, title;
	str gateway_class, controller_name;
	str version;             /* default Gateway API version */
	struct str_list kinds;   /* of the Gateway API that it serves; empty: all */
	str extends;             /* name of the target whose rows count where it has none, or empty */
	bool inherited;          /* they have been added */
	struct place at;         /* of that name, or of the table */
	struct regex_dialect regex;   /* nothing: not known, and written so that it means the same wherever that can be */
	str default_timeout;     /* of a whole exchange, where a rule says none; empty: there is none */
	str usual_body;          /* bytes ("1Mi") that a body of a request may have where nothing is said; empty: any number */
	struct target_row endless;   /* how it is lifted where rules have no field for it; only policy and said */
	struct target_row answer;    /* how a rule answers what no filter of the standard says: status, location; only policy and said */
	struct target_row override;  /* how a status of its own becomes another one: from, status, location; only policy and said */
	struct target_row refused;   /* what becomes of answers of a service that refuses: from 403, status 500 for its redirects; only policy and said */
	LIST(struct answer_word) answer_words;   /* for the locations of both */
	LIST(struct target_choice) choices;
	LIST(struct left_open) left_open;   /* targets that extend this one are implementations, and have none of it */
	LIST(struct policy_kind) policies;
	struct str_list steps;       /* features of policies that may refuse requests, in the order in which they do */
	struct target_order order;
	LIST(struct target_release) releases;   /* from the oldest on; the title names the newest. None: it has no versions, or they are not told apart */
	str release;                 /* that this table is about, or empty */
	bool judged;                 /* a running one has judged what is printed for it */
	bool own_class;              /* it brings its GatewayClass along: none is printed */
	bool own_certificates;       /* it does not read the Secrets that listeners name, and has certificates from elsewhere */
	LIST(struct target_annotation) class_annotations;   /* of the GatewayClass that is printed */
	struct str_list beside;      /* what has to be done beside the manifests, one sentence each */
	LIST(struct target_lack) lacks;         /* of this version */
	LIST(struct target_row) features;       /* of this version, those of `extends` with them */
	struct map by_feature;
	/* As the file has them: what stands above is made of these, see target_at() */
	LIST(struct target_row) plain, gated;   /* without and with since_target */
	LIST(struct target_lack) all_lacks;
	str newest_title;
};

struct mapping {
	struct arena *arena;
	struct diags *diags;
	struct sources *sources;
	LIST(struct feature) features;
	LIST(struct controller_table *) controllers;   /* by name */
	LIST(struct target_table *) targets;
	LIST(struct ecosystem_row) ecosystem;
	struct map feature_by_name, controller_by_name;
	const struct str_list *routings;               /* words that `routing` of a controller may be; NULL: any */
};

/* Loads all built-in tables. A fault in one is a bug and reported as I2G-9001; the result tells. */
bool mapping_load(struct mapping *mapping, struct arena *arena, struct sources *sources, struct diags *diags, const struct str_list *routings);

/* Adds the tables of one file that the user gave: rows replace rows of the same name. */
bool mapping_add(struct mapping *mapping, uint32_t file);

/* Tables that the user gave, in the order in which they count. */
struct mapping_text {
	str name, text;
};

struct mapping_texts {
	struct mapping_text *item;
	size_t n, cap;
};

/* Adds them all to the sources and to the mapping; false when there is a fault in one (it has been reported). */
bool mapping_add_all(struct mapping *mapping, const struct mapping_texts *texts);

const struct feature *mapping_feature(const struct mapping *mapping, str name);
const struct controller_table *mapping_controller(const struct mapping *mapping, str name);
const struct target_table *mapping_target(const struct mapping *mapping, str name);
/*
 * By the word of the user: "NAME", or "NAME@VERSION", with the rows that count for that version. NULL: there is no such target or version,
 * see target_word_why().
 */
const struct target_table *mapping_target_at(const struct mapping *mapping, struct arena *arena, str word);
/* What is wrong with the version of a word whose name is known; empty: nothing. */
str target_word_why(const struct mapping *mapping, struct arena *arena, str word);
/* "1.10" is behind "1.9": below, at or above zero. Numbers with dots; what is missing counts as 0. */
int release_compare(str a, str b);
/* The first of its lacks that is about this; value empty: the field as a whole. NULL: it has it, as far as is known. */
const struct target_lack *target_lacks(const struct target_table *target, str kind, str field, str value);
/* Whether objects of a Gateway API kind are served. */
bool target_has_kind(const struct target_table *target, str kind);
const struct policy_kind *target_policy(const struct target_table *target, str kind);   /* NULL: there is none */
/* A rule may name several of its objects. */
bool policy_kind_is_many(const struct policy_kind *kind);
/* Whether this is what it does where the Gateway API leaves it open. */
bool target_chooses(const struct target_table *target, str choice, str value);
const struct target_row *target_feature(const struct target_table *target, str feature);
/* The templates of what a row says, one for each object; NULL behind the last. */
const struct node *target_row_part(const struct target_row *row, size_t i);
const struct annotation_row *controller_annotation(const struct controller_table *table, str name);
/* NULL: the table has no row for it. */
const struct extension_row *controller_extension(const struct controller_table *table, str name);

/* The ecosystem row for an annotation key (or label): exact key first, then the longest prefix; NULL when there is none. */
const struct ecosystem_row *mapping_ecosystem(const struct mapping *mapping, str key, bool label);
/* The same for the group and kind of an owner. */
const struct ecosystem_row *mapping_owner(const struct mapping *mapping, str key);
/* The same for an annotation or field ("spec.loadBalancerIP") of a controller's Service. */
const struct ecosystem_row *mapping_service(const struct mapping *mapping, str key, str value);
/* The value of a service row's key keeps clients out. */
bool ecosystem_guards(const struct ecosystem_row *row, str value);

/* The controller whose annotation prefix starts key; NULL when there is none. */
const struct controller_table *mapping_by_prefix(const struct mapping *mapping, str key);

/* Nearest known annotation name of a table (edit distance at most 2, or 3 in names over 12 characters), or empty. */
str controller_nearest(struct arena *scratch, const struct controller_table *table, str name);

/* Built-in files: name ("controllers/ingress-nginx.yaml") and text. */
struct builtin_file {
	str name, text;
	str tree;                /* of a table: its tree as doc/packed.h has it; else empty */
};
extern const struct builtin_file mapping_builtin[];
extern const size_t mapping_builtin_count;

/* The text of a built-in file, empty where there is none of that name. */
str mapping_builtin_text(str name);

/* The tree of a built-in table, whose text becomes a source; NULL where there is none of that name. */
struct node *mapping_builtin_tree(struct arena *arena, struct sources *sources, str name);

#endif

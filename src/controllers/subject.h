/* SPDX-License-Identifier: Apache-2.0 */
/* One Ingress on its way into the model: its facts, its controller, and its annotations as settings of features. */
#ifndef ING2GW_CONTROLLERS_SUBJECT_H
#define ING2GW_CONTROLLERS_SUBJECT_H

#include "controllers/controllers.h"
#include "mapping/values.h"

/* One annotation, parsed by its row. */
struct setting {
	const struct annotation_row *row;
	struct value value;
	struct fact *fact;
	bool valid;
	str why;                /* it is not valid: in one clause */
	bool foreign;           /* a protection of another controller with the same usual class */
	bool shadowed;          /* an alias whose main name is there */
	bool used;              /* a front end has asked for it and given it a meaning */
	bool noted;             /* see templates.c */
	bool said;              /* a step of its own says it: the tables alone have nothing to add */
};

/* The controller's settings that stand outside the Ingresses. */
struct controller_settings {
	const struct controller_table *table;
	const struct config_map *config_map;     /* or NULL */
	const struct workload *workload;         /* or NULL */
	struct map flags;                        /* name -> str * value */
	str namespace;                           /* where the controller stands, or empty */
	str prefix;                              /* of its annotations, where an argument names another one, with the slash; or empty */
	unsigned version;                        /* 1000 * major + minor; 0: not known, taken to be the newest */
	const struct balancer *balancer;         /* see balancer.c; NULL: not known */
	LIST(struct fact *) defaults;            /* one for each feature with a default, by table order */
	struct pattern_set *inspection;          /* of the table */
};

struct subject {
	const struct ingress *ingress;
	struct record *record;
	struct owner *owner;
	struct fact **fact;                      /* by field index */
	const struct controller_table *table;    /* NULL: skipped or failed */
	struct controller_settings *controller;
	str class_name;                          /* empty: none */
	struct fact *class_fact;                 /* what named the class */
	LIST(struct setting) settings;
	bool records;                            /* a tool makes DNS records of it */
	struct fact *issuer;                     /* names who issues its certificates; NULL: nobody does */
	bool active;                             /* the controller serves it */
	bool arguments_checked;                  /* see arguments.c */
	bool denied;                             /* every location answers 503 */
	bool denied_host;                        /* the whole host answers 403 */
	str denied_why;
	struct fact *denied_fact;
};

/* The fact of a field; NULL for NULL. */
struct fact *subject_fact(const struct subject *subject, const struct field *field);

/* A record with a fact for every field. */
struct subject *subject_new(struct front *front, const struct ingress *ingress);

/* Parses the annotations by the table; says what is unknown, invalid, dead; places those of other tools. */
void subject_read(struct front *front, struct subject *subject);

/* What the controller's annotations on a Service say, as if that were an Ingress without rules; NULL where there are none. */
struct subject *subject_of_service(struct front *front, struct controller_settings *controller, const struct service *service);

/* Valid, and nothing stands before it. */
bool setting_counts(const struct setting *setting);

/* references.c: what the annotations name is there, and good. */
void references_check(struct front *front, struct subject *subject);
bool secret_has_ca(const struct secret *secret);
bool secret_has_pair(const struct secret *secret);   /* a certificate and its key */
/* Whether the controller takes Secrets and ConfigMaps of other namespaces than the Ingress's. */
bool controller_crosses(const struct front *front, const struct controller_settings *controller);

/* The setting of a feature's field that counts, or NULL. Marks it as used. */
struct setting *subject_setting(struct subject *subject, str feature, str field);
/* The same for true-or-false fields: default_value when absent. */
bool subject_flag(struct subject *subject, str feature, str field);

/* Default of a feature's field: the ConfigMap's, an argument's, else the table's; empty when there is none. */
str controller_default(const struct controller_settings *controller, str feature, str field);
bool controller_default_flag(const struct controller_settings *controller, str feature, str field);
/* Value of a key of the controller's ConfigMap, trimmed; empty when it is not there. */
str controller_config_value(const struct controller_settings *controller, str key);
/* "off", "false", "0", "none", or empty. */
bool value_is_off(str value);
/* The controller is known to be older than that version (1000 * major + minor). */
bool controller_is_before(const struct controller_settings *controller, unsigned version);
/* The ledger's fact for that default, or NULL. */
struct fact *controller_default_fact(const struct controller_settings *controller, str feature);

/* An argument of the controller: the user's word (--controller-flag), else that of its workload; empty when neither has it. */
str controller_argument(const struct front *front, const struct controller_table *table, str name);
/* NAMESPACE/NAME as arguments have it, where the controller's own namespace may stand as a variable of its container. */
str controller_reference(struct arena *arena, const struct controller_settings *c, str text);
/* Finds ConfigMap, workload and arguments of a controller; says in a note which rule decided. */
struct controller_settings *controller_settings_find(struct front *front, const struct controller_table *table);

/* The place of a byte of a fact's value, as near as it can be told. */
struct diag_site fact_site_within(const struct front *front, const struct fact *fact, str value, size_t offset);
/* Characters (UTF-8) in the first bytes of a text. */
size_t count_characters(str text, size_t bytes);

/* Is the feature in force: one of its switching fields is set and not off. */
bool subject_feature_on(struct subject *subject, const struct feature *feature);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which cluster, and who asks: kubeconfig files as kubectl reads them, what the command line says over them, and the service account
 * of a Pod. What is read here (keys, tokens) goes into a struct connection and nowhere else.
 */
#ifndef ING2GW_KUBE_KUBECONFIG_H
#define ING2GW_KUBE_KUBECONFIG_H

#include "kube/fault.h"

/* Options of the command line; empty texts were not given. */
struct connection_options {
	str kubeconfig, context, cluster, user, namespace, server, token, certificate_authority, client_certificate, client_key, tls_server_name;
	str as, as_uid, proxy_url, request_timeout;
	struct str_list as_groups;
	bool insecure;
};

/* What stands around the program. */
struct connection_world {
	str kubeconfig;          /* $KUBECONFIG */
	str home;                /* $HOME */
	str service_host, service_port;   /* $KUBERNETES_SERVICE_HOST, $KUBERNETES_SERVICE_PORT */
	str account;             /* folder of the Pod's service account */
	bool terminal;           /* a person can be asked on standard input */
};

/* Environment of a plugin beside that of the program. */
struct exec_variable {
	str name, value;
};

/* A program that prints credentials (client.authentication.k8s.io). */
struct exec_plugin {
	str version;             /* apiVersion: v1 or v1beta1 of that group */
	str command;             /* absolute, or a name for PATH */
	struct str_list args;
	LIST(struct exec_variable) environment;
	str hint;                /* how to install it */
	str info;                /* KUBERNETES_EXEC_INFO */
	bool interactive;        /* standard input is the program's */
	str where;               /* its place in the kubeconfig */
};

struct connection {
	str server;              /* URL without a slash at its end */
	str ca, certificate, key;   /* PEM texts */
	str server_name, proxy;
	bool insecure;
	str token;
	str token_file;          /* is read for every try; or empty */
	struct exec_plugin *exec;
	str as, as_uid;
	struct str_list as_groups;
	LIST(struct exec_variable) as_extra;
	str namespace;           /* of the context; "default" where it has none */
	str context;             /* its name, for messages; or empty */
	unsigned timeout;        /* of a request, in milliseconds; 0: none */
};

/* Everything is in the arena. False: fault says why. */
bool kubeconfig_read(struct arena *arena, const struct connection_options *options, const struct connection_world *world, struct connection *out,
	struct kube_fault *fault);

/* Names of contexts; none where nothing can be read. */
struct str_list kubeconfig_contexts(struct arena *arena, const struct connection_options *options, const struct connection_world *world);

/* "30", "1m30s", "500ms": milliseconds; false when it is none. "0" is 0. */
bool duration_parse(str text, unsigned *out);

/* The whole of a file that is not large. 0 or errno. */
int kube_read_file(struct arena *arena, str path, str *out);

#endif

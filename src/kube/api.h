/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Kubernetes API, read alone: no verb but GET is ever sent. Several lists are read at once, each in pages; what an answer holds is
 * handed over entry by entry. Servers that are busy or fail are asked again for a while, lists whose pages have expired are begun again.
 */
#ifndef ING2GW_KUBE_API_H
#define ING2GW_KUBE_API_H

#include "base/buf.h"
#include "doc/node.h"
#include "kube/kubeconfig.h"

struct api;

/* How far reading is, for people who wait. */
struct api_progress {
	size_t objects;
	uint64_t bytes;
	unsigned waiting;        /* seconds until a busy server is asked again; 0: nobody waits */
};

struct api_watcher {
	void (*progress)(void *user, const struct api_progress *progress);   /* often; or NULL */
	void (*log)(void *user, str line);                                   /* a request that has been answered; or NULL */
	void *user;
};

/* Something that is kept of a list. */
struct api_kept {
	str namespace, name, text;
};

enum api_result { API_UNREAD, API_READ, API_FORBIDDEN, API_ABSENT };

/* What is to be read. */
struct api_list {
	str path;                /* "/apis/networking.k8s.io/v1/ingresses" */
	str query;               /* "a=b&c=d", or empty */
	str accept;              /* empty: JSON */
	bool whole;              /* no list: the answer itself is the one entry */
	void (*entry)(struct api_list *list, const struct node *root);   /* keeps what it wants of it in list->kept; root is gone afterwards */
	void *user;
	/* what came of it */
	enum api_result result;
	LIST(struct api_kept) kept;
};

/* Texts of what is kept are to be in this arena. NULL: fault says why. Closed with the arena's escape, or by api_close(). */
struct api *api_open(struct arena *arena, const struct connection *connection, const struct api_watcher *watcher, str agent, struct kube_fault *fault);
void api_close(struct api *api);
struct arena *api_arena(struct api *api);

/* Reads them all. False: the cluster cannot be read, and fault says why; that something is not there or not allowed is a result. */
bool api_read(struct api *api, struct api_list *const *lists, size_t n, struct kube_fault *fault);

#endif

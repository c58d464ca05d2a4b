/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why the cluster cannot be read. Beside the diagnostics of the input, because the texts that it comes from (a kubeconfig, an answer with
 * credentials in it) must never be shown: there is a place and no line.
 */
#ifndef ING2GW_KUBE_FAULT_H
#define ING2GW_KUBE_FAULT_H

#include "base/diag.h"

struct kube_fault {
	enum diag_code code;
	str where;               /* "file:line:column", "file", or empty */
	str message, help;
};

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* ConfigMaps with CAs: see copies.h. */
#include "targets/copies.h"

void say_copy(struct lowering *lw, const struct route *route, const struct fact_list *facts, struct copy copy)
{
	struct loss_text text = {
		.code = DIAG_CA_NEEDED, .feature = copy.feature, .loss = LOSS_ROUTING,
		.message = arena_printf(lw->arena, "ConfigMap %.*s/%.*s with the CA of Secret %.*s/%.*s has to be made", STR_ARG(copy.to),
			STR_ARG(copy.name), STR_ARG(copy.namespace), STR_ARG(copy.name)),
		.effect = copy.until,
		.help = arena_printf(lw->arena, "kubectl create configmap %.*s -n %.*s \\\n"
			"--from-literal=ca.crt=\"$(kubectl get secret %.*s -n %.*s \\\n"
			"-o jsonpath='{.data.ca\\.crt}' | base64 -d)\"", STR_ARG(copy.name), STR_ARG(copy.to), STR_ARG(copy.name), STR_ARG(copy.namespace)),
	};
	differ(lw, route, facts, &text);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The data of Secrets and of kubeconfig files. */
#ifndef ING2GW_KUBE_BASE64_H
#define ING2GW_KUBE_BASE64_H

#include "base/arena.h"

/* RFC 4648, section 4; line ends between the digits are passed over, as the API server does. False when it is none. */
bool base64_decode(struct arena *arena, str in, str *out);
str base64_encode(struct arena *arena, str in);

#endif

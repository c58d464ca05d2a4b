/* SPDX-License-Identifier: Apache-2.0 */
/* The public part of a certificate, where a decision hangs on the names in it. Keys are never read. */
#ifndef ING2GW_KUBE_CERTIFICATE_H
#define ING2GW_KUBE_CERTIFICATE_H

#include "base/str.h"

enum covers { COVERS_UNKNOWN, COVERS_NO, COVERS_YES };

/* Does the first certificate of a PEM text stand for that host (subject alternative names; a wildcard covers one label)? */
enum covers certificate_covers(str pem, str host);

#endif

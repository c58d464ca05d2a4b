/* SPDX-License-Identifier: Apache-2.0 */
/* Names that come from whoever calls: an object that is asked for by name must be one that the API can have. */
#ifndef ING2GW_LIB_GIVEN_H
#define ING2GW_LIB_GIVEN_H

#include "base/str.h"

/* A name as Gateways, Secrets, ConfigMaps and GatewayClasses have them: DNS labels joined by dots. */
bool given_name(str text);

/* NAMESPACE/NAME. */
bool given_object(str text);

#endif

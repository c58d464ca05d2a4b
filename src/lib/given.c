/* SPDX-License-Identifier: Apache-2.0 */
/* Names that come from whoever calls: see given.h. */
#include "lib/given.h"

#include "kube/names.h"

bool given_name(str text)
{
	return name_is_subdomain(text);
}

bool given_object(str text)
{
	str namespace, name;
	return str_cut(text, '/', &namespace, &name) && name_is_label(namespace) && name_is_subdomain(name);
}

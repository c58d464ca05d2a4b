/* SPDX-License-Identifier: Apache-2.0 */
/* What a plain scalar is, as kubectl's reader takes it: YAML 1.1 words, numbers of both versions. Inside this room only. */
#ifndef ING2GW_DOC_SCALAR_H
#define ING2GW_DOC_SCALAR_H

#include "doc/node.h"

struct scalar {
	enum node_kind kind;    /* of a scalar */
	bool truth;
	int64_t number;         /* of NODE_INT; 0 when it does not fit */
};

struct scalar scalar_resolve(str text);

/* An integer without any digit but 0: 0, -0, 0x0, 0_0. */
bool scalar_is_zero(str text);

/* A number as JSON writes it (RFC 8259, section 6). */
bool scalar_is_json_number(str text);

/* Would any reader of YAML 1.1 or 1.2 take this plain text for something else than text, or not see where it ends? */
bool scalar_needs_quotes(str text);

#endif

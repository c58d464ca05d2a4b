/* SPDX-License-Identifier: Apache-2.0 */
/* The protocol that a backend is spoken to in. */
#ifndef ING2GW_TARGETS_SPEECH_H
#define ING2GW_TARGETS_SPEECH_H

#include "targets/lower.h"

enum speech_kind speech_of(const struct backend_use *use);

/* What of it a route cannot say is lost, or said to rest on the Service. */
void speech_say(struct lowering *lowering, const struct backend_use *use);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Closing the account: when everything is printed, every fact has a state and every idle one a reason. */
#ifndef ING2GW_LIB_ACCOUNT_H
#define ING2GW_LIB_ACCOUNT_H

#include "ledger/ledger.h"

/* Says what has no effect, and which Ingresses came to nothing. After the last object was added. */
void account_close(struct ledger *ledger, struct diags *diags);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The account of the input as a table, a row for each namespace. */
#ifndef ING2GW_REPORT_TABLE_H
#define ING2GW_REPORT_TABLE_H

#include "report/visible.h"

/* Nothing when the ledger has no Ingress. */
void table_add(const struct page *page, const struct ledger *ledger);

#endif

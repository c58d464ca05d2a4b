/* SPDX-License-Identifier: Apache-2.0 */
/* printf() for the few conversions that names and messages are made of: much faster than that of the system. */
#ifndef ING2GW_BASE_FORMAT_H
#define ING2GW_BASE_FORMAT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * The text that vsnprintf() makes of format, without an end. out NULL: it is only measured. False when the format has something else than
 * %s, %.*s, %c, %d, %u, %zu, %lld, %llu and %%; the length then says nothing.
 */
bool format_text(char *out, size_t *length, const char *format, va_list args) __attribute__((format(printf, 3, 0)));

#endif

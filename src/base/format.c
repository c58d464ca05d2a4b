/* SPDX-License-Identifier: Apache-2.0 */
/* See format.h. */
#include "base/format.h"

#include <stdint.h>
#include <string.h>

struct out {
	char *p;        /* NULL: only the length counts */
	size_t n;
};

static void add(struct out *out, const char *text, size_t n)
{
	if (out->p)
		memcpy(out->p + out->n, text, n);
	out->n += n;
}

static void add_number(struct out *out, bool negative, uint64_t number)
{
	char digits[21];
	size_t at = sizeof digits;
	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	if (negative)
		digits[--at] = '-';
	add(out, digits + at, sizeof digits - at);
}

static void add_signed(struct out *out, int64_t number)
{
	add_number(out, number < 0, number < 0 ? (uint64_t)0 - (uint64_t)number : (uint64_t)number);
}

/* A negative size is as none (C11, 7.21.6.1). */
static void add_sized(struct out *out, int most, const char *text)
{
	const char *end = most < 0 ? NULL : memchr(text, '\0', (size_t)most);
	add(out, text, most < 0 ? strlen(text) : end ? (size_t)(end - text) : (size_t)most);
}

/* The conversion behind "%"; where it ends, NULL where it is none of ours. The list of arguments is that of the caller. */
static const char *convert(struct out *out, const char *at, va_list *args)
{
	const char *text;
	int most;
	char c;
	switch (*at) {
	case '.':
		if (at[1] != '*' || at[2] != 's')
			return NULL;
		most = va_arg(*args, int);
		add_sized(out, most, va_arg(*args, const char *));
		return at + 3;
	case 's':
		text = va_arg(*args, const char *);
		add(out, text, strlen(text));
		return at + 1;
	case 'c':
		c = (char)va_arg(*args, int);
		add(out, &c, 1);
		return at + 1;
	case 'd':
		add_signed(out, va_arg(*args, int));
		return at + 1;
	case 'u':
		add_number(out, false, va_arg(*args, unsigned));
		return at + 1;
	case '%':
		add(out, at, 1);
		return at + 1;
	default:
		break;
	}
	if (at[0] == 'z' && at[1] == 'u') {
		add_number(out, false, va_arg(*args, size_t));
		return at + 2;
	}
	if (at[0] != 'l' || at[1] != 'l' || (at[2] != 'd' && at[2] != 'u'))
		return NULL;
	if (at[2] == 'd')
		add_signed(out, va_arg(*args, long long));
	else
		add_number(out, false, va_arg(*args, unsigned long long));
	return at + 3;
}

bool format_text(char *out, size_t *length, const char *format, va_list args)
{
	struct out to = { out, 0 };
	va_list own;
	va_copy(own, args);
	while (format && *format) {
		size_t plain = strcspn(format, "%");
		add(&to, format, plain);
		format += plain;
		if (*format)
			format = convert(&to, format + 1, &own);
	}
	va_end(own);
	*length = to.n;
	return format != NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Base64: see base64.h. */
#include "kube/base64.h"

static int base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool base64_decode(struct arena *arena, str in, str *out)
{
	char *p = arena_alloc(arena, 1, 1, in.n / 4 * 3 + 3);
	size_t n = 0, digits = 0, padding = 0;
	uint32_t bits = 0;
	for (size_t i = 0; i < in.n; i++) {
		char c = in.p[i];
		if (c == '\n' || c == '\r')
			continue;
		int digit = base64_digit(c);
		if (c == '=')
			padding++;
		else if (digit < 0 || padding > 0)
			return false;
		bits = bits << 6 | (uint32_t)(digit < 0 ? 0 : digit);
		if (++digits % 4 != 0)
			continue;
		if (padding > 2)
			return false;
		for (unsigned k = 0; k < 3 - padding; k++)
			p[n++] = (char)(unsigned char)(bits >> (16 - 8 * k));
	}
	*out = (str){ p, n };
	return digits % 4 == 0;
}

str base64_encode(struct arena *arena, str in)
{
	static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *p = arena_alloc(arena, 1, 1, in.n / 3 * 4 + 4);
	size_t n = 0;
	for (size_t i = 0; i < in.n; i += 3) {
		uint32_t bits = 0;
		for (size_t k = 0; k < 3; k++)
			bits = bits << 8 | (i + k < in.n ? (unsigned char)in.p[i + k] : 0);
		for (size_t k = 0; k < 4; k++)
			p[n++] = i + k <= in.n ? DIGITS[bits >> (18 - 6 * k) & 63] : '=';
	}
	return (str){ p, n };
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses and ranges: see model.h. */
#include "route/model.h"

#include <arpa/inet.h>
#include <string.h>

static bool parse_address(str text, struct address_range *out)
{
	char copy[64];
	if (text.n == 0 || text.n >= sizeof copy)
		return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = 0;
	memset(out, 0, sizeof *out);
	if (inet_pton(AF_INET, copy, out->byte) == 1) {
		out->bits = 32;
		return true;
	}
	out->v6 = inet_pton(AF_INET6, copy, out->byte) == 1;
	out->bits = 128;
	return out->v6;
}

bool address_range_parse(str text, struct address_range *out)
{
	str address, bits;
	uint64_t n;
	bool has_bits = str_cut(text, '/', &address, &bits);
	if (!parse_address(address, out))
		return false;
	if (!has_bits)
		return true;
	if (!str_to_u64(bits, out->bits, &n))
		return false;
	out->bits = (unsigned)n;
	return true;
}

bool address_range_has(const struct address_range *range, str address)
{
	struct address_range a;
	if (!parse_address(address, &a) || a.v6 != range->v6)
		return false;
	unsigned whole = range->bits / 8, rest = range->bits % 8;
	if (memcmp(a.byte, range->byte, whole) != 0)
		return false;
	unsigned char mask = (unsigned char)(0xFF00u >> rest);
	return rest == 0 || (a.byte[whole] & mask) == (range->byte[whole] & mask);
}

str address_range_text(struct arena *arena, const struct address_range *range)
{
	char text[INET6_ADDRSTRLEN];
	if (!inet_ntop(range->v6 ? AF_INET6 : AF_INET, range->byte, text, sizeof text))
		return (str){ "", 0 };
	return arena_printf(arena, "%s/%u", text, range->bits);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Times as kubectl takes them: "30" (seconds), or numbers with units (Go's time.ParseDuration). */
#include "kube/kubeconfig.h"

bool duration_parse(str text, unsigned *out)
{
	static const struct { str unit; uint64_t milliseconds; } UNITS[] = { { STR_INIT("ms"), 1 }, { STR_INIT("s"), 1000 }, { STR_INIT("m"), 60000 }, { STR_INIT("h"), 3600000 } };
	const uint64_t most = 86400000;
	uint64_t sum = 0, number;
	if (str_to_u64(text, most / 1000, &number)) {
		*out = (unsigned)number * 1000;
		return true;
	}
	while (text.n) {
		size_t digits = 0, letters;
		while (digits < text.n && char_is_digit(text.p[digits]))
			digits++;
		for (letters = digits; letters < text.n && char_is_alpha(text.p[letters]);)
			letters++;
		str unit = str_slice(text, digits, letters);
		size_t i = 0;
		while (i < sizeof UNITS / sizeof *UNITS && !str_eq(UNITS[i].unit, unit))
			i++;
		if (i == sizeof UNITS / sizeof *UNITS || !str_to_u64(str_slice(text, 0, digits), most, &number))
			return false;
		sum += number * UNITS[i].milliseconds;
		if (sum > most)
			return false;
		text = str_from(text, letters);
		*out = (unsigned)sum;
	}
	return sum > 0;
}

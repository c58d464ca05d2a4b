/* SPDX-License-Identifier: Apache-2.0 */
#include "route/domain.h"

/* Of a path; of a host only the first three, where "slash" is the dot. */
enum { AT_START = DOMAIN_START, IN_ELEMENT, BEHIND_SLASH, BEHIND_DOT, BEHIND_DOTS };

struct bytes domain_alphabet(enum domain domain)
{
	struct bytes set = { 0 };
	switch (domain) {
	case DOMAIN_PATH:
	case DOMAIN_ANY_PATH:
		for (unsigned byte = 0x21; byte < 0x7F; byte++)
			if (!str_has_char(STR("%?#"), (char)byte))
				bytes_add(&set, byte);
		break;
	case DOMAIN_HOST:
		bytes_add_range(&set, 'a', 'z');
		bytes_add_range(&set, '0', '9');
		bytes_add(&set, '-');
		bytes_add(&set, '_');
		bytes_add(&set, '.');
		break;
	case DOMAIN_VALUE:
		bytes_add_range(&set, 0x20, 0x7E);
		break;
	case DOMAIN_BYTES:
		bytes_invert(&set);
		break;
	}
	return set;
}

static unsigned step_path(unsigned state, unsigned byte)
{
	if (state == AT_START)
		return byte == '/' ? BEHIND_SLASH : DOMAIN_NOWHERE;
	if (byte == '/')
		return state == IN_ELEMENT ? BEHIND_SLASH : DOMAIN_NOWHERE;
	if (byte != '.' || state == IN_ELEMENT || state == BEHIND_DOTS)
		return IN_ELEMENT;
	return state == BEHIND_SLASH ? BEHIND_DOT : BEHIND_DOTS;
}

unsigned domain_step(enum domain domain, unsigned state, unsigned byte)
{
	switch (domain) {
	case DOMAIN_PATH:
		return step_path(state, byte);
	case DOMAIN_ANY_PATH:
		return state == AT_START && byte != '/' ? DOMAIN_NOWHERE : IN_ELEMENT;
	case DOMAIN_HOST:
		if (byte != '.')
			return IN_ELEMENT;
		return state == IN_ELEMENT ? BEHIND_SLASH : DOMAIN_NOWHERE;
	case DOMAIN_VALUE:
	case DOMAIN_BYTES:
		return state;
	}
	return DOMAIN_NOWHERE;
}

bool domain_ends(enum domain domain, unsigned state)
{
	switch (domain) {
	case DOMAIN_PATH:
	case DOMAIN_ANY_PATH:
		return state == IN_ELEMENT || state == BEHIND_SLASH;
	case DOMAIN_HOST:
		return state == IN_ELEMENT;
	case DOMAIN_VALUE:
	case DOMAIN_BYTES:
		return true;
	}
	return false;
}

bool domain_is_reversed(enum domain domain)
{
	return domain == DOMAIN_HOST;
}

bool domain_has(enum domain domain, str text)
{
	struct bytes alphabet = domain_alphabet(domain);
	unsigned state = DOMAIN_START;
	for (size_t i = 0; i < text.n && state != DOMAIN_NOWHERE; i++) {
		unsigned byte = (unsigned char)text.p[i];
		state = bytes_has(&alphabet, byte) ? domain_step(domain, state, byte) : DOMAIN_NOWHERE;
	}
	return state != DOMAIN_NOWHERE && domain_ends(domain, state);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "route/domain.h"

/* Of a path; of a host only the first three, where "slash" is the dot. */
enum { AT_START = DOMAIN_START, IN_ELEMENT, BEHIND_SLASH, BEHIND_DOT, BEHIND_DOTS };

static bool has_byte(enum domain domain, unsigned byte)
{
	switch (domain) {
	case DOMAIN_PATH:
	case DOMAIN_ANY_PATH:
		/* RFC 3986, section 3.3: all others have to be escaped */
		return byte > 0x20 && byte < 0x7F && !str_has_char(STR("%?#\"<>[\\]^`{|}"), (char)byte);
	case DOMAIN_HOST:
		return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-' || byte == '_' || byte == '.';
	case DOMAIN_VALUE:
		return byte >= 0x20 && byte < 0x7F;
	case DOMAIN_BYTES:
		return true;
	}
	return false;
}

struct bytes domain_alphabet(enum domain domain)
{
	struct bytes set = { 0 };
	for (unsigned byte = 0; byte < 256; byte++)
		if (has_byte(domain, byte))
			bytes_add(&set, byte);
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
	unsigned state = DOMAIN_START;
	for (size_t i = 0; i < text.n && state != DOMAIN_NOWHERE; i++) {
		unsigned byte = (unsigned char)text.p[i];
		state = has_byte(domain, byte) ? domain_step(domain, state, byte) : DOMAIN_NOWHERE;
	}
	return state != DOMAIN_NOWHERE && domain_ends(domain, state);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* URLs: see trace_url.h. */
#include "lib/trace_url.h"

/* Where the authority ends. */
static size_t authority_end(str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '/' || text.p[i] == '?' || text.p[i] == '#')
			return i;
	return text.n;
}

/* Takes "http://" or "https://" away; without a scheme it is http, as for curl. */
static bool read_scheme(str *url, struct request *request)
{
	size_t colon = str_find(*url, STR("://"));
	if (colon == url->n || authority_end(*url) < colon)
		return true;
	str scheme = str_slice(*url, 0, colon);
	*url = str_from(*url, colon + 3);
	request->tls = str_eq_nocase(scheme, STR("https"));
	return request->tls || str_eq_nocase(scheme, STR("http"));
}

/* "[::1]:80", "a.example.com:80", "a.example.com" */
static bool read_authority(struct arena *arena, str authority, struct request *request)
{
	size_t bracket = authority.n && authority.p[0] == '[' ? str_find_char(authority, ']') : 0;
	size_t colon = bracket + str_find_char(str_from(authority, bracket), ':');
	uint64_t port = request->tls ? 443 : 80, usual = port;
	str host = str_slice(authority, 0, colon);
	if (colon + 1 < authority.n && (!str_to_u64(str_from(authority, colon + 1), UINT16_MAX, &port) || !port))
		return false;
	if (!host.n || bracket == authority.n)
		return false;
	request->has_host = true;
	request->host = port == usual ? host : arena_printf(arena, "%.*s:%u", STR_ARG(host), (unsigned)port);
	request->port = (uint32_t)port;
	return true;
}

bool trace_url_read(struct arena *arena, str url, struct request *request, str *error)
{
	str rest = url, target, fragment;
	if (!read_scheme(&rest, request)) {
		*error = arena_printf(arena, "%.*s is no http or https URL", STR_ARG(url));
		return false;
	}
	size_t end = authority_end(rest);
	str authority = str_slice(rest, 0, end);
	if (str_has_char(authority, '@')) {
		*error = STR("nobody knows whether the name and password of a URL are good: say it with --given auth.basic=pass");
		return false;
	}
	if (!read_authority(arena, authority, request)) {
		*error = arena_printf(arena, "%.*s has no host, or no port from 1 to 65535 behind it", STR_ARG(url));
		return false;
	}
	str_cut(str_from(rest, end), '#', &target, &fragment);
	request->target = target.n && target.p[0] == '/' ? target : arena_join(arena, STR("/"), target);
	return true;
}

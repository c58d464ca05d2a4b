/* SPDX-License-Identifier: Apache-2.0 */
/* Variables of nginx: see variables.h. */
#include "controllers/variables.h"

/* Of modules, which let nobody else set them. */
static const char *const OWNED[] = {
	"binary_remote_addr", "body_bytes_sent", "bytes_sent", "connection", "connection_requests", "connection_time", "connections_active",
	"connections_reading", "connections_waiting", "connections_writing", "content_length", "content_type", "date_gmt", "date_local",
	"document_root", "document_uri", "fastcgi_path_info", "fastcgi_script_name", "grpc_internal_trailers", "gzip_ratio", "host",
	"hostname", "http2", "http3", "http_cookie", "http_host", "http_referer", "http_user_agent", "http_via", "http_x_forwarded_for",
	"https", "is_args", "limit_conn_status", "limit_req_status", "msec", "nginx_version", "pid", "pipe", "proxy_add_via",
	"proxy_add_x_forwarded_for", "proxy_internal_body_length", "proxy_internal_chunked", "proxy_protocol_addr", "proxy_protocol_port",
	"proxy_protocol_server_addr", "proxy_protocol_server_port", "query_string", "realip_remote_addr", "realip_remote_port",
	"realpath_root", "remote_addr", "remote_port", "remote_user", "request", "request_body", "request_body_file", "request_completion",
	"request_filename", "request_id", "request_length", "request_method", "request_time", "request_uri", "scheme", "secure_link",
	"secure_link_expires", "sent_http_cache_control", "sent_http_connection", "sent_http_content_length", "sent_http_content_type",
	"sent_http_keep_alive", "sent_http_last_modified", "sent_http_link", "sent_http_location", "sent_http_transfer_encoding",
	"server_addr", "server_name", "server_port", "server_protocol", "status", "tcpinfo_rcv_space", "tcpinfo_rtt", "tcpinfo_rttvar",
	"tcpinfo_snd_cwnd", "time_iso8601", "time_local", "uid_got", "uid_set", "upstream_addr", "upstream_bytes_received",
	"upstream_bytes_sent", "upstream_cache_etag", "upstream_cache_last_modified", "upstream_cache_status", "upstream_connect_time",
	"upstream_header_time", "upstream_response_length", "upstream_response_time", "upstream_status", "uri",
};

/* Of modules and of the controller's template; others may set them too. */
static const char *const OPEN[] = {
	"ancient_browser", "args", "auth_cookie", "auth_keepalive_share_vars", "auth_path", "auth_response_headers", "balancer_ewma_score",
	"best_http_host", "block_ref", "block_ua", "brotli_ratio", "cache_key", "connection_upgrade", "cors", "escaped_request_uri",
	"force_no_ssl_redirect", "force_ssl_redirect", "forwarded_for_proxy_protocol", "full_x_forwarded_for", "http_origin",
	"ingress_name", "invalid_referer", "limit_rate", "literal_dollar", "location_path", "loggable", "modern_browser", "msie",
	"namespace", "pass_access_scheme", "pass_port", "pass_server_port", "preserve_trailing_slash", "proxy_alternative_upstream_name",
	"proxy_host", "proxy_port", "proxy_protocol_addr_trusted", "proxy_upstream_name", "redirect_to", "req_id", "service_name",
	"service_port", "ssl_alpn_protocol", "ssl_cipher", "ssl_ciphers", "ssl_client_cert", "ssl_client_escaped_cert",
	"ssl_client_fingerprint", "ssl_client_i_dn", "ssl_client_i_dn_legacy", "ssl_client_raw_cert", "ssl_client_s_dn",
	"ssl_client_s_dn_legacy", "ssl_client_serial", "ssl_client_v_end", "ssl_client_v_remain", "ssl_client_v_start", "ssl_client_verify",
	"ssl_curve", "ssl_curves", "ssl_early_data", "ssl_protocol", "ssl_redirect", "ssl_server_name", "ssl_session_id",
	"ssl_session_reused", "subdomain", "target", "tmp_cache_key", "uid_reset", "use_port_in_redirects",
};

/* Beginnings of names; what follows is a header, cookie, argument, limit, or a number. */
static const char *const BEGINNINGS[] = {
	"allowlist_", "arg_", "authheader", "cookie_", "geoip2_", "http_", "limit_", "opentelemetry_", "proxy_protocol_tlv_", "sent_http_",
	"sent_trailer_", "upstream_cookie_", "upstream_http_", "upstream_trailer_",
};

static bool has_name(const char *const *names, size_t n, str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq_nocase(str_c(names[i]), name))
			return true;
	return false;
}

bool nginx_owns_variable(str name)
{
	return has_name(OWNED, sizeof OWNED / sizeof *OWNED, name);
}

bool nginx_has_variable(str name)
{
	for (size_t i = 0; i < sizeof BEGINNINGS / sizeof *BEGINNINGS; i++)
		if (str_starts_nocase(name, str_c(BEGINNINGS[i])))
			return true;
	return nginx_owns_variable(name) || has_name(OPEN, sizeof OPEN / sizeof *OPEN, name);
}

static bool refuse(const char *what, size_t offset, str *why, size_t *at)
{
	*why = str_c(what);
	*at = offset;
	return false;
}

bool nginx_template_read(struct arena *arena, str text, struct str_list *names, str *why, size_t *at)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] != '$')
			continue;
		size_t dollar = i++;
		bool braces = i < text.n && text.p[i] == '{';
		if (i < text.n && text.p[i] >= '1' && text.p[i] <= '9')
			continue;
		i += braces;
		size_t start = i;
		while (i < text.n && (char_is_alnum(text.p[i]) || text.p[i] == '_'))
			i++;
		if (braces && (i == text.n || text.p[i] != '}'))
			return refuse("the closing bracket of a variable is missing", dollar, why, at);
		if (i == start)
			return refuse("a dollar sign has no name of a variable behind it", dollar, why, at);
		str_list_add_new(arena, names, str_slice(text, start, i));
		i -= !braces;
	}
	return true;
}

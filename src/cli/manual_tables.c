/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The manual's chapter about tables of the user's own. Its examples are the files of fixtures/tables, which tests/readme.py compares, so
 * that what is shown is what was run.
 */
#include "cli/manual.h"

static const struct {
	str text, example;       /* paragraphs; then a file, or what is to be typed */
} PARTS[] = {
	{ STR_INIT("What an annotation means, how a controller is recognised and what an implementation can say are rows of tables. The built-in ones are shown by "
		"mappings show NAME -o yaml. A file with further tables is given by --mapping to every command that reads Ingresses; no compiler is needed. A row takes the "
		"place of the row with its name, a new one stands beside the others. A file may hold several tables, with --- between them: each may use what stands before it.\n"
		"Look at a file before you use it. Each fault has its line, a code for explain, and the nearest name that there is; a table with a fault is refused by all commands."),
		STR_INIT("% mappings lint table.yaml\n") },
	{ STR_INIT("An annotation of your own for a controller that there is: name the controller, and give a row. type says which values are taken; feature and field are words of the vocabulary "
		"(explain FEATURE shows one), and say what the annotation does; meaning is for people, gateway says what stands for it or why nothing does, advice what to do. Another name for an annotation that is known "
		"needs name, alias_of and meaning alone. What the target cannot say is reported as lost; where it is a protection the route stands closed. With status: pending only the name of a row counts."),
		STR_INIT(
		"name: ingress-nginx\n"
		"annotations:\n"
		"  - name: example-tenant\n"
		"    type: text\n"
		"    scope: location\n"
		"    feature: headers.response\n"
		"    meaning: \"Names the tenant in a header of the response.\"\n"
		"    gateway: \"The header is no longer set.\"\n"
		"    advice: \"Let the application set it.\"\n"
		"    example: \"blue\"\n"
		"  - name: example-office-only\n"
		"    type: bool\n"
		"    scope: location\n"
		"    feature: access.allow\n"
		"    field: ranges\n"
		"    meaning: \"Lets only the offices in.\"\n"
		"    gateway: \"No field of the standard looks at addresses.\"\n"
		"    advice: \"Put the list into the policy of the implementation.\"\n"
		"    example: \"true\"\n") },
	{ STR_INIT("With it:"), STR_INIT("% convert -f input.yaml --mapping table.yaml\n% explain nginx.ingress.kubernetes.io/example-tenant --mapping table.yaml\n") },
	{ STR_INIT("A controller of your own: how it is recognised (spec.controller of IngressClasses, usual classes, prefixes of annotations), and routing: ingress, which is what the Ingress API says of hosts and paths. Its "
		"rows act as their features say, protections first; of rows with status: pending only the names count, which closes routes that one of them protects. defaults are rows for what it does although no annotation says so."),
		STR_INIT(
		"name: company-edge\n"
		"title: Company Edge Controller\n"
		"describes: Edge 4\n"
		"routing: ingress\n"
		"complete: true\n"
		"recognise:\n"
		"  controllers: [edge.example.com/ingress]\n"
		"  classes: [edge]\n"
		"  prefixes: [edge.example.com/]\n"
		"annotations:\n"
		"  - name: allow-from\n"
		"    status: complete\n"
		"    type: cidrs\n"
		"    scope: location\n"
		"    feature: access.allow\n"
		"    field: ranges\n"
		"    meaning: \"Lets only clients with these addresses in; others get 403.\"\n"
		"    gateway: \"No field of the standard looks at addresses: the route stands closed, or a policy of the implementation says it.\"\n"
		"    advice: \"Choose a --target that has a policy for addresses.\"\n"
		"    example: \"10.0.0.0/8\"\n"
		"    other: \"192.0.2.0/24, 2001:db8::/32\"\n"
		"  - name: read-timeout\n"
		"    status: complete\n"
		"    type: seconds\n"
		"    scope: location\n"
		"    feature: timeout.read\n"
		"    field: seconds\n"
		"    meaning: \"Ends an exchange when the backend has been silent for so many seconds.\"\n"
		"    gateway: \"timeouts of the rule, or a policy of the implementation.\"\n"
		"    example: \"120\"\n"
		"    other: \"300\"\n"
		"  - name: max-body\n"
		"    status: complete\n"
		"    type: size\n"
		"    scope: location\n"
		"    feature: body.size\n"
		"    field: max\n"
		"    meaning: \"Refuses larger bodies with 413.\"\n"
		"    gateway: \"No field of the standard limits bodies; a policy of the implementation may.\"\n"
		"    advice: \"Let the application refuse large bodies.\"\n"
		"    example: \"8m\"\n"
		"    other: \"64m\"\n"
		"  - name: redirect-to\n"
		"    status: complete\n"
		"    type: url\n"
		"    scope: location\n"
		"    feature: redirect.permanent\n"
		"    field: location\n"
		"    meaning: \"Answers every request with a redirect (301) to this address.\"\n"
		"    gateway: \"A RequestRedirect filter in each rule of the Ingress.\"\n"
		"    example: \"https://www.example.com/\"\n"
		"    other: \"https://www.example.com/shop\"\n"
		"  - name: force-https\n"
		"    status: complete\n"
		"    type: bool\n"
		"    scope: location\n"
		"    feature: redirect.https\n"
		"    field: enabled\n"
		"    meaning: \"Answers requests without TLS with a redirect (301) to HTTPS.\"\n"
		"    gateway: \"A route of its own for port 80 with a RequestRedirect filter.\"\n"
		"    example: \"true\"\n"
		"    other: \"false\"\n") },
	{ STR_INIT("With it:"), STR_INIT("% convert -f input.yaml --mapping table.yaml --target envoy-gateway\n% trace http://shop.example.com/cart -f input.yaml --mapping table.yaml\n") },
	{ STR_INIT("A policy of your own for a target that there is: its kind, and rows for the features that are said in it. said is the spec as a template: ${field} is a field of the feature, ${field|duration}, quantity, number, boolean "
		"and json convert it; what hangs on a field that an Ingress does not set is left out. differs says where the meaning is another one, todo what to do about it. verify and the proof read such objects back by the same template."),
		STR_INIT(
		"name: envoy-gateway\n"
		"policies:\n"
		"  - kind: ConnectionPolicy\n"
		"    group: edge.example.com\n"
		"    version: v1\n"
		"    attaches: rule\n"
		"features:\n"
		"  - feature: rate.connections\n"
		"    how: policy\n"
		"    policy: ConnectionPolicy\n"
		"    said:\n"
		"      perClient:\n"
		"        connections: ${count}\n"
		"        refuseWith: 503\n"
		"    differs: \"Connections are counted, where ingress-nginx counts requests that are open.\"\n"
		"    todo: \"allow edge.example.com/ConnectionPolicy in extensionManager.policyResources of the EnvoyGateway configuration\"\n") },
	{ STR_INIT("With it:"), STR_INIT("% convert -f input.yaml --mapping table.yaml --target envoy-gateway\n") },
	{ STR_INIT("A target of your own is the same with name, title, GatewayClass and version; extends: standard gives it all that it does not say otherwise. choices are what it does where the Gateway API leaves it open (trace --choice), "
		"steps the order in which its policies refuse."),
		STR_INIT(
		"name: company-gateway\n"
		"title: Company Gateway\n"
		"extends: standard\n"
		"gateway_class: company\n"
		"controller_name: gateway.example.com/controller\n"
		"version: \"1.5\"\n"
		"kinds: [GatewayClass, Gateway, HTTPRoute, ReferenceGrant]\n"
		"regex: {engine: re2, anchor: full, icase: true, longest_first: true}\n"
		"choices:\n"
		"  hosts: alone\n"
		"  regex-rank: before-prefix\n"
		"policies:\n"
		"  - kind: GuardPolicy\n"
		"    group: gateway.example.com\n"
		"    version: v1\n"
		"    attaches: rule\n"
		"    local: true\n"
		"steps: [access.allow, auth.basic]\n"
		"features:\n"
		"  - feature: access.allow\n"
		"    how: policy\n"
		"    policy: GuardPolicy\n"
		"    said:\n"
		"      addresses:\n"
		"        allow: ${ranges}\n"
		"  - feature: auth.basic\n"
		"    how: policy\n"
		"    policy: GuardPolicy\n"
		"    said:\n"
		"      passwords:\n"
		"        secret: ${secret}\n"
		"        realm: ${realm}\n"
		"    todo: \"kubectl -n ${namespace} label secret ${secret} gateway.example.com/passwords=true\"\n"
		"    differs: \"Secrets need a label before they are read; without it requests get 503.\"\n") },
	{ STR_INIT("With it:"), STR_INIT("% convert -f input.yaml --mapping table.yaml --target company-gateway\n% targets compare -f input.yaml --mapping table.yaml\n") },
	{ STR_INIT("A feature that nobody else has goes before the rows that use it. loss says what is at stake where a target cannot say it: security closes routes."),
		STR_INIT(
		"features:\n"
		"  - {name: tenant.quota, scope: location, loss: availability, fields: [bytes, tenant], needs: [bytes], meaning: \"Limits what a tenant may send in an hour.\"}\n"
		"---\n"
		"name: ingress-nginx\n"
		"annotations:\n"
		"  - name: example-tenant-quota\n"
		"    status: complete\n"
		"    type: size\n"
		"    scope: location\n"
		"    feature: tenant.quota\n"
		"    field: bytes\n"
		"    meaning: \"Limits what a tenant may send in an hour.\"\n"
		"    gateway: \"A QuotaPolicy, for the company's Gateway.\"\n"
		"    advice: \"Choose --target envoy-gateway with this table.\"\n"
		"    example: \"10m\"\n"
		"    other: \"1g\"\n"
		"  - name: example-tenant-name\n"
		"    status: complete\n"
		"    type: text\n"
		"    scope: location\n"
		"    feature: tenant.quota\n"
		"    field: tenant\n"
		"    meaning: \"Says who the tenant is; without it the namespace counts.\"\n"
		"    gateway: \"A field of the same QuotaPolicy.\"\n"
		"    example: \"red\"\n"
		"    other: \"blue\"\n"
		"---\n"
		"name: envoy-gateway\n"
		"policies:\n"
		"  - {kind: QuotaPolicy, group: edge.example.com, version: v1, attaches: rule}\n"
		"features:\n"
		"  - feature: tenant.quota\n"
		"    how: policy\n"
		"    policy: QuotaPolicy\n"
		"    said:\n"
		"      tenant: ${tenant}\n"
		"      perHour: ${bytes|quantity}\n") },
};

void manual_tables(struct buf *out)
{
	buf_printf(out, ".SH TABLES OF YOUR OWN\n");
	for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++) {
		str line, text = PARTS[i].text;
		while (text.n) {
			str_cut(text, '\n', &line, &text);
			buf_printf(out, ".PP\n");
			troff(out, line);
			buf_add_char(out, '\n');
		}
		troff_example(out, PARTS[i].example);
	}
}

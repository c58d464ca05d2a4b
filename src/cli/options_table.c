/* SPDX-License-Identifier: Apache-2.0 */
/* The tables behind parser, --help and manual: see options.h. Options stand in the order in which help prints them. */
#include "cli/options.h"

#define S STR_INIT
#define NONE STR_INIT("")

/* The commands that may read the live cluster. */
#define IN_LIVE (IN_CONVERT | IN_TRACE | IN_VERIFY | IN_DUMP)

const struct option_row option_rows[] = {
	/* the request */
	{ OPT_METHOD, 'X', S("method"), S("METHOD"), OPTION_TEXT, false, IN_TRACE, NONE, S("GET"), S("Method of the request."), NONE },
	{ OPT_HEADER, 'H', S("header"), S("NAME: VALUE"), OPTION_HEADER, true, IN_TRACE, NONE, NONE,
		S("A header of the request."), S("Host takes the place of the URL's host; the TLS handshake keeps that of the URL.") },
	{ OPT_CLIENT, 0, S("client"), S("ADDRESS"), OPTION_TEXT, false, IN_TRACE, NONE, S("127.0.0.1"),
		S("Address that the request comes from."), NONE },
	{ OPT_BODY, 0, S("body"), S("SIZE"), OPTION_SIZE, false, IN_TRACE, NONE, NONE, S("The request has a body of this length."), NONE },
	{ OPT_HTTP, 0, S("http"), S("1.0|1.1"), OPTION_WORD, false, IN_TRACE, S("1.0|1.1"), S("1.1"), S("Version of HTTP."), NONE },
	{ OPT_ENTRY, 0, S("entry"), S("NAME"), OPTION_TEXT, false, IN_TRACE, NONE, NONE,
		S("Load balancer that gets the request, by its class, where there are several."), NONE },
	{ OPT_GIVEN, 0, S("given"), S("NAME=VALUE"), OPTION_PAIR, true, IN_TRACE, NONE, NONE,
		S("What stands outside of the request: auth.basic=pass, auth.external=401, backend=404."),
		S("auth.basic, auth.client-certificate and other protections: pass or refuse. auth.external and backend: the status that "
		"service answers with. tls.certificate=pass: the Secrets that listeners name are there, though the input does not have "
		"them. Without it passwords and client certificates are refused, and services answer 200.") },
	{ OPT_REQUESTS, 0, S("requests"), S("FILE|-"), OPTION_TEXT, false, IN_TRACE, NONE, NONE,
		S("Requests as JSON, one a line, answered in order with one line each; needs -o json."),
		S("A line needs host and target; further keys are scheme, method, port, headers, client, body, sni, entry, http and given. A line "
		"that is no request is answered with an error and gives exit code 3.") },
	/* input */
	{ OPT_FILENAME, 'f', S("filename"), S("FILE|DIR|-"), OPTION_TEXT, true, IN_CONVERT | IN_TRACE | IN_VERIFY | IN_TARGETS, NONE, NONE,
		S("File, folder or - (standard input) with manifests."),
		S("Words behind the command are the same. A folder is read with the folders in it: files that end in .yaml, .yml or .json, "
		"but none whose name, or whose folder's name, begins with a dot. YAML may hold several documents and Lists.") },
	{ OPT_BEFORE, 0, S("before"), S("FILE|DIR|-"), OPTION_TEXT, true, IN_TRACE | IN_VERIFY, NONE, NONE, S("The same as --filename."), NONE },
	{ OPT_AFTER, 0, S("after"), S("FILE|DIR|-"), OPTION_TEXT, true, IN_TRACE | IN_VERIFY, NONE, NONE,
		S("Manifests of the Gateway API: what their Gateways do with the request."),
		S("Alone, or beside Ingresses: then both sides answer, and what differs is named. Gateways, Services and all that is no Ingress are "
		"taken from both sides.") },
	{ OPT_PAIR, 0, S("pair"), S("CLASS=NAMESPACE/NAME"), OPTION_PAIR, true, IN_VERIFY, NONE, NONE,
		S("Ask this Gateway what the load balancer of this class is asked."),
		S("Several Gateways may stand for one class, and one for several. Without it a Gateway stands for the class that it is named after, or whose "
		"name its GatewayClass has, and a class that none stands for is compared with all that stand for no other.") },
	{ OPT_CHOICE, 0, S("choice"), S("NAME=VALUE"), OPTION_PAIR, true, IN_TRACE | IN_VERIFY, NONE, NONE,
		S("What the implementation of the Gateway does where the Gateway API leaves it open."),
		S("For instance hosts=then-wider or regex-rank=after-prefix; a word that is none is answered with the list. Without it, what the "
		"table of --target says, and else what most do; with target standard verify says where others answer otherwise.") },
	{ OPT_FROM, 0, S("from"), S("CONTROLLER,..."), OPTION_LIST, true, IN_CONVERT | IN_TRACE | IN_VERIFY | IN_TARGETS, NONE, NONE,
		S("Only what these controllers serve."),
		S("Names are those of `ing2gw mappings list`. Without it, whatever controller an Ingress belongs to, it is read by that "
		"controller's rules.") },
	{ OPT_INGRESS_CLASS, 0, S("ingress-class"), S("NAME,..."), OPTION_LIST, true, IN_CONVERT | IN_TRACE | IN_VERIFY | IN_TARGETS, NONE, NONE,
		S("Only Ingresses of these classes."),
		S("The others are read all the same, because they may decide over shared hosts, and convert reports them as skipped.") },
	{ OPT_CONTROLLER_CONFIG, 0, S("controller-config"), S("NAMESPACE/NAME"), OPTION_OBJECT, false, IN_CONVERT | IN_TRACE | IN_VERIFY | IN_TARGETS, NONE, NONE,
		S("ConfigMap in the input that configures the controller."),
		S("Without it: the one that the arguments of the controller's Deployment or DaemonSet name, else the one with the usual "
		"name.") },
	{ OPT_CONTROLLER_FLAG, 0, S("controller-flag"), S("NAME=VALUE"), OPTION_PAIR, true, IN_CONVERT | IN_TRACE | IN_VERIFY | IN_TARGETS, NONE, NONE,
		S("An argument that the controller is started with, where the input does not show it."), NONE },
	{ OPT_CONTROLLER_VERSION, 0, S("controller-version"), S("X.Y"), OPTION_TEXT, false, IN_CONVERT | IN_TRACE | IN_VERIFY | IN_TARGETS, NONE, NONE,
		S("Version of the controller, where the input does not show it."),
		S("So far all versions are read by the same rules; `ing2gw mappings list` says which versions they describe.") },
	{ OPT_DEFAULT_CERTIFICATE, 0, S("default-certificate"), S("NAMESPACE/NAME"), OPTION_OBJECT, false, IN_CONVERT | IN_TRACE | IN_VERIFY | IN_TARGETS, NONE, NONE,
		S("Secret that the controller uses where an Ingress names none."), NONE },
	{ OPT_WORLD, 0, S("world"), S("open|closed|auto"), OPTION_WORD, false, IN_CONVERT | IN_TRACE | IN_VERIFY | IN_TARGETS, S("open|closed|auto"), S("auto"),
		S("Whether what is not in the input exists."),
		S("open: an object that is referred to and absent is taken to exist, and what was assumed is noted. closed: what is not in "
		"the input does not exist. auto: open for files, closed for the live cluster and its dumps.") },
	/* the live cluster */
	{ OPT_CLUSTER, 0, S("cluster"), NONE, OPTION_FLAG, false, IN_LIVE, NONE, NONE,
		S("The input is the live cluster, found as kubectl finds it."),
		S("Nothing but get and list is ever sent. What is read is what `ing2gw dump` writes, so that converting a dump gives the same manifests. The Gateway API that "
		"is installed, its channel and the GatewayClasses are taken from the cluster, and what is printed is the namespace of the context, unless -n, -A, "
		"--ingress or --host says otherwise.") },
	{ OPT_KUBECONFIG, 0, S("kubeconfig"), S("FILE"), OPTION_TEXT, false, IN_LIVE, NONE, NONE,
		S("Kubeconfig to use; without it those of the variable KUBECONFIG, or ~/.kube/config."), S("In a Pod without any of them the service account is used.") },
	{ OPT_CONTEXT, 0, S("context"), S("NAME"), OPTION_TEXT, false, IN_LIVE, NONE, NONE, S("Context of the kubeconfig."), NONE },
	{ OPT_USER, 0, S("user"), S("NAME"), OPTION_TEXT, false, IN_LIVE, NONE, NONE, S("User of the kubeconfig."), NONE },
	{ OPT_SERVER, 's', S("server"), S("URL"), OPTION_TEXT, false, IN_LIVE, NONE, NONE, S("Address of the API server."), NONE },
	{ OPT_TOKEN, 0, S("token"), S("TOKEN"), OPTION_TEXT, false, IN_LIVE, NONE, NONE, S("Bearer token."), S("Other people on the machine can see the arguments of a program; a kubeconfig is safer.") },
	{ OPT_CERTIFICATE_AUTHORITY, 0, S("certificate-authority"), S("FILE"), OPTION_TEXT, false, IN_LIVE, NONE, NONE, S("Certificates of who may sign for the API server."), NONE },
	{ OPT_INSECURE, 0, S("insecure-skip-tls-verify"), NONE, OPTION_FLAG, false, IN_LIVE, NONE, NONE,
		S("Take any certificate of the API server."), S("Whoever stands between gets the credentials.") },
	{ OPT_TLS_SERVER_NAME, 0, S("tls-server-name"), S("NAME"), OPTION_TEXT, false, IN_LIVE, NONE, NONE, S("Name that the certificate of the API server has to have."), NONE },
	{ OPT_CLIENT_CERTIFICATE, 0, S("client-certificate"), S("FILE"), OPTION_TEXT, false, IN_LIVE, NONE, NONE, S("Client certificate."), NONE },
	{ OPT_CLIENT_KEY, 0, S("client-key"), S("FILE"), OPTION_TEXT, false, IN_LIVE, NONE, NONE, S("Key of the client certificate."), NONE },
	{ OPT_AS, 0, S("as"), S("USER"), OPTION_TEXT, false, IN_LIVE, NONE, NONE, S("Read as this user (impersonation)."), NONE },
	{ OPT_AS_GROUP, 0, S("as-group"), S("GROUP"), OPTION_TEXT, true, IN_LIVE, NONE, NONE, S("Read as a member of this group."), NONE },
	{ OPT_AS_UID, 0, S("as-uid"), S("UID"), OPTION_TEXT, false, IN_LIVE, NONE, NONE, S("Read as a user with this UID."), NONE },
	{ OPT_PROXY_URL, 0, S("proxy-url"), S("URL"), OPTION_TEXT, false, IN_LIVE, NONE, NONE,
		S("Proxy on the way to the API server."), S("Without it proxy-url of the kubeconfig, or the variables HTTPS_PROXY and NO_PROXY.") },
	{ OPT_REQUEST_TIMEOUT, 0, S("request-timeout"), S("TIME"), OPTION_TEXT, false, IN_LIVE, NONE, S("0"),
		S("Longest time for a request: 30s, 1m; 0 is as long as it takes."), S("A server of which nothing comes for a minute is given up in any case. Servers that are busy or fail are asked again for half a minute, or this time where it is less.") },
	{ OPT_READ_CERTIFICATES, 0, S("read-certificates"), NONE, OPTION_FLAG, false, IN_LIVE, NONE, NONE,
		S("Read the public certificates of TLS Secrets too."),
		S("Without it names and types of Secrets are asked for, and no data is sent by the server. With it Secrets of the type kubernetes.io/tls are read, keys included, as the API gives "
		"no part of a Secret; of these the certificates are kept and nothing else.") },
	{ OPT_VERBOSE, 'v', S("verbose"), NONE, OPTION_FLAG, false, IN_LIVE, NONE, NONE, S("A line on standard error for each request to the API server."), S("It has the path, the status and the length; no header and no data.") },
	{ OPT_TO, 0, S("to"), S("FILE|DIR"), OPTION_TEXT, false, IN_DUMP, NONE, NONE,
		S("Write the dump to a file, or to a folder as one file for each namespace; without it to standard output."), S("What exists as a folder, or ends in /, is a folder.") },
	{ OPT_NAMESPACE, 'n', S("namespace"), S("NAMESPACE,..."), OPTION_LIST, true, IN_DUMP, NONE, NONE,
		S("What convert prints of the dump: Ingresses of these namespaces."), S("Everything that may be read is in the dump all the same. Without this option and -A it is the namespace of the context.") },
	{ OPT_ALL_NAMESPACES, 'A', S("all-namespaces"), NONE, OPTION_FLAG, false, IN_DUMP, NONE, NONE, S("What convert prints of the dump: all namespaces."), NONE },
	{ OPT_SELECTOR, 'l', S("selector"), S("SELECTOR"), OPTION_TEXT, false, IN_DUMP, NONE, NONE, S("What convert prints of the dump: Ingresses with these labels."), NONE },
	{ OPT_MAPPING, 0, S("mapping"), S("FILE"), OPTION_TEXT, true, IN_DUMP, NONE, NONE, S("Further tables: the kinds and images of controllers that they name are looked for."), NONE },
	/* what is printed of it */
	{ OPT_NAMESPACE, 'n', S("namespace"), S("NAMESPACE,..."), OPTION_LIST, true, IN_CONVERT, NONE, NONE,
		S("Print what Ingresses of these namespaces become."),
		S("Everything that is given is read all the same, because Ingresses that share a host decide over each other. This and the next options "
		"choose together; an object is printed as a whole or not at all, so that parts can be applied one after the other.") },
	{ OPT_ALL_NAMESPACES, 'A', S("all-namespaces"), NONE, OPTION_FLAG, false, IN_CONVERT, NONE, NONE,
		S("Print all namespaces, whatever --namespace says."), NONE },
	{ OPT_SELECTOR, 'l', S("selector"), S("SELECTOR"), OPTION_TEXT, false, IN_CONVERT, NONE, NONE,
		S("Print what Ingresses with these labels become, such as app=web,tier!=test."),
		S("The grammar is kubectl's: =, ==, !=, in (A,B), notin (A,B), KEY, !KEY, with commas between them.") },
	{ OPT_HOST, 0, S("host"), S("HOST,..."), OPTION_LIST, true, IN_CONVERT, NONE, NONE,
		S("Print the routes of these hosts, as the Ingresses write them."), NONE },
	{ OPT_INGRESS, 0, S("ingress"), S("NAMESPACE/NAME"), OPTION_OBJECT, true, IN_CONVERT, NONE, NONE,
		S("Print what this Ingress becomes."), NONE },
	/* what is wanted */
	{ OPT_TARGET, 0, S("target"), S("NAME[@VERSION]"), OPTION_TEXT, false, IN_CONVERT | IN_TRACE | IN_VERIFY, NONE, S("standard"),
		S("Implementation of the Gateway API that the manifests are for."),
		S("standard is the Gateway API alone, without policies of an implementation. `ing2gw targets` has the names and versions; without a version the "
		"newest counts that the table describes.") },
	{ OPT_TARGET, 0, S("target"), S("NAME[@VERSION]"), OPTION_TEXT, true, IN_TARGETS, NONE, NONE,
		S("Compare this target with the others that are given so; without it all are compared."), NONE },
	{ OPT_GATEWAY_API, 0, S("gateway-api"), S("VERSION"), OPTION_WORD, false, IN_CONVERT, S("1.0|1.1|1.2|1.3|1.4|1.5|1.6|1.7"), NONE,
		S("Version of the Gateway API to write for, 1.0 to 1.7; without it that of the target (standard: 1.5)."),
		S("ListenerSets are written from 1.5 on.") },
	{ OPT_CHANNEL, 0, S("channel"), S("standard|experimental"), OPTION_WORD, false, IN_CONVERT | IN_TARGETS, S("standard|experimental"), S("standard"),
		S("Release channel of the Gateway API that the cluster has."), NONE },
	{ OPT_GATEWAY, 0, S("gateway"), S("NAMESPACE/NAME"), OPTION_OBJECT, false, IN_CONVERT, NONE, NONE,
		S("Namespace and name of the Gateway that is written."), NONE },
	{ OPT_GATEWAY_CLASS, 0, S("gateway-class"), S("NAME"), OPTION_NAME, false, IN_CONVERT, NONE, NONE,
		S("GatewayClass of the cluster to use; without it one is written."), NONE },
	{ OPT_EXISTING_GATEWAY, 0, S("existing-gateway"), S("NAMESPACE/NAME"), OPTION_OBJECT, false, IN_CONVERT, NONE, NONE,
		S("Gateway of the cluster to attach to: routes and policies alone are written."),
		S("Where the Gateway, its ListenerSets and the Namespaces are in the input, each route attaches to the listener that takes it, and "
		"listeners that are missing are named.") },
	{ OPT_TOPOLOGY, 0, S("topology"), S("shared|per-namespace|per-ingress"), OPTION_WORD, false, IN_CONVERT, S("shared|per-namespace|per-ingress"), S("shared"),
		S("How many Gateways are written."),
		S("shared: one for each load balancer that exists today. per-namespace, per-ingress: one for each namespace, or Ingress, which is a load "
		"balancer and an address each; a host stays whole, with the Ingress that made it.") },
	{ OPT_LISTENERS, 0, S("listeners"), S("auto|gateway|listenerset"), OPTION_WORD, false, IN_CONVERT, S("auto|gateway|listenerset"), S("auto"),
		S("Where TLS listeners stand."),
		S("gateway: in the Gateway itself. listenerset: in ListenerSets beside their Secrets. auto: ListenerSets where version and "
		"channel have them.") },
	{ OPT_FORM, 0, S("form"), S("simple|exact"), OPTION_WORD, false, IN_CONVERT | IN_TARGETS, S("simple|exact"), S("simple"),
		S("How paths are said that the controller reads as regular expressions."),
		S("simple: as the prefixes that people write, wherever one takes the same requests but for letter case and text that runs on behind the "
		"path; these are named. exact: as expressions that take what the controller takes, each with its reason as a comment, unless a rewrite "
		"needs a prefix. Requests that are spelled as the path is get the same answer in both, unless an expression and a prefix take them, which "
		"simple leaves to the implementation.") },
	{ OPT_MAPPING, 0, S("mapping"), S("FILE"), OPTION_TEXT, true, IN_CONVERT | IN_TRACE | IN_EXPLAIN | IN_MAPPINGS | IN_VERIFY | IN_TARGETS, NONE, NONE,
		S("Further tables: annotations, controllers, features, targets of your own."),
		S("The form is that of `mappings show NAME -o yaml`; a row takes the place of the row with its name.") },
	/* what counts as success */
	{ OPT_ACCEPT, 0, S("accept"), S("FEATURE,..."), OPTION_LIST, true, IN_CONVERT | IN_TARGETS, NONE, NONE,
		S("Accept the loss of these features, such as auth.basic."),
		S("A route that stands closed because a protection cannot be carried over is served WITHOUT that protection once it is "
		"accepted. The report keeps naming it.") },
	{ OPT_ACCEPT_FILE, 0, S("accept-file"), S("FILE"), OPTION_TEXT, true, IN_CONVERT | IN_VERIFY | IN_TARGETS, NONE, NONE,
		S("Accept the losses and differences in this file, one a line."),
		S("A line is a feature, whose loss convert accepts, or HOST LOCATION FIELD until YYYY-MM-DD # REASON: a difference that counts no "
		"more until after that day. The first three words stand so in the key match of a report; - is no location, * every field, and only "
		"opens accepts that something guarded stands open. Lines about nothing that differs, and those that are past, are named.") },
	{ OPT_STRICT, 0, S("strict"), S("LEVEL"), OPTION_WORD, false, IN_CONVERT, S("security|routing|availability|behaviour|cosmetic"), S("routing"),
		S("Losses of this kind, and graver ones, give exit code 1."),
		S("From the gravest: security, routing, availability, behaviour, cosmetic. Losses of the controller's defaults count only "
		"from behaviour on.") },
	/* output */
	{ OPT_OUTPUT, 'o', S("output"), S("yaml|json|dir=PATH"), OPTION_OUTPUT, false, IN_CONVERT, S("yaml|json"), S("yaml"),
		S("Manifests as YAML or JSON on standard output, or as YAML in files of the folder PATH."),
		S("The folder is made where it is missing. Beside the manifests stands a kustomization.yaml, for kubectl apply -k PATH. Files are "
		"replaced all together or not at all; what a run writes again without a change is not touched, and files of earlier runs that are "
		"no longer made are removed, but for a run that could not read all of its input.") },
	{ OPT_LAYOUT, 0, S("layout"), S("single|by-namespace|by-role"), OPTION_WORD, false, IN_CONVERT, S("single|by-namespace|by-role"), S("single"),
		S("How -o dir=PATH shares the manifests out to files."),
		S("single: gateway-api.yaml. by-namespace: namespaces/NAMESPACE.yaml, and cluster.yaml with the GatewayClass. by-role: infrastructure/ with "
		"the GatewayClass, operator/ with Gateways and ReferenceGrants, application/NAMESPACE.yaml with routes, ListenerSets and policies.") },
	{ OPT_FORCE, 0, S("force"), NONE, OPTION_FLAG, false, IN_CONVERT, NONE, NONE,
		S("Replace files in the folder of -o dir=PATH that ing2gw has not written."), NONE },
	{ OPT_OUTPUT, 'o', S("output"), S("text|json"), OPTION_WORD, false, IN_TRACE, S("text|json"), S("text"),
		S("Answers for people, or as JSON, one a line."), NONE },
	{ OPT_OUTPUT, 'o', S("output"), S("text"), OPTION_WORD, false, IN_EXPLAIN, S("text"), S("text"), S("Form of the page."), NONE },
	{ OPT_OUTPUT, 'o', S("output"), S("text|yaml|json"), OPTION_WORD, false, IN_MAPPINGS, S("text|yaml|json"), S("text"),
		S("Form of the table; yaml and json need `show NAME`."),
		S("yaml is the built-in file as it stands, a good start for a table of your own.") },
	{ OPT_OUTPUT, 'o', S("output"), S("text|json"), OPTION_WORD, false, IN_TARGETS, S("text|json"), S("text"),
		S("For people, or JSON."), NONE },
	{ OPT_REPORT, 0, S("report"), S("KIND=FILE"), OPTION_REPORT, true, IN_CONVERT | IN_VERIFY, NONE, NONE,
		S("Write the report to a file too, as text or json; - is standard output and needs -o dir=PATH."),
		S("KIND is text or json. json has the schema ing2gw/report/v1, in which every annotation, label and field of the input has its state.") },
	{ OPT_REJECTS, 0, S("rejects"), S("FILE"), OPTION_TEXT, false, IN_CONVERT, NONE, NONE,
		S("Write the open form of what stands closed to a file."),
		S("It is never part of the manifests. The file is empty when nothing stands closed.") },
	{ OPT_EMIT_REQUESTS, 0, S("emit-requests"), S("FILE"), OPTION_TEXT, false, IN_VERIFY, NONE, NONE,
		S("Write a request for each difference to a file, as trace --requests reads them; - is standard output."), NONE },
	{ OPT_NO_COMMENTS, 0, S("no-comments"), NONE, OPTION_FLAG, false, IN_CONVERT, NONE, NONE,
		S("No comments in the YAML about where things come from."), NONE },
	{ OPT_NO_PROOF, 0, S("no-proof"), NONE, OPTION_FLAG, false, IN_CONVERT, NONE, NONE,
		S("Do not ask what is printed the same requests as the Ingresses."),
		S("Without it what is printed is read again and asked, and a difference that no message states gives exit code 5. It takes about as long as the\n"
			"conversion.") },
	{ OPT_JOBS, 0, S("jobs"), S("NUMBER"), OPTION_NUMBER, false, IN_CONVERT | IN_VERIFY, NONE, NONE,
		S("Threads that read documents and ask both sides; without it as many as there are processors."),
		S("More than 64 count as 64. The output is the same with every number.") },
	{ OPT_QUIET, 'q', S("quiet"), NONE, OPTION_FLAG, false, IN_LIVE | IN_MAPPINGS, NONE, NONE,
		S("Errors only on standard error; reports in files stay whole."), NONE },
	{ OPT_COLOR, 0, S("color"), S("auto|always|never"), OPTION_WORD, false, IN_LIVE | IN_TARGETS | IN_MAPPINGS, S("auto|always|never"), S("auto"),
		S("Colour in messages, and in the answers of trace."),
		S("auto: on a terminal, unless NO_COLOR is set or TERM is dumb.") },
	/* limits */
	{ OPT_MAX_DEPTH, 0, S("max-depth"), S("NUMBER"), OPTION_NUMBER, false, IN_CONVERT | IN_TRACE | IN_VERIFY | IN_TARGETS, NONE, S("100"),
		S("How deeply maps and lists of a document may be nested."), NONE },
	{ OPT_MAX_ALIAS_RATIO, 0, S("max-alias-ratio"), S("NUMBER"), OPTION_NUMBER, false, IN_CONVERT | IN_TRACE | IN_VERIFY | IN_TARGETS, NONE, S("10"),
		S("How many values YAML aliases may make for each byte of a document."), NONE },
	{ OPT_MAX_DOCUMENT_SIZE, 0, S("max-document-size"), S("SIZE"), OPTION_SIZE, false, IN_CONVERT | IN_TRACE | IN_VERIFY | IN_TARGETS, NONE, S("64M"),
		S("Largest document that is read."), NONE },
	{ OPT_MAX_SIZE, 0, S("max-size"), S("SIZE"), OPTION_SIZE, false, IN_CONVERT | IN_TRACE | IN_VERIFY | IN_TARGETS, NONE, S("1G"),
		S("How much is read over all files."), NONE },
	/* the program */
	{ OPT_HELP, 'h', S("help"), NONE, OPTION_FLAG, false, IN_ALL, NONE, NONE, S("This help."), NONE },
	{ OPT_VERSION, 0, S("version"), NONE, OPTION_FLAG, false, IN_NONE, NONE, NONE, S("The version of the program."), NONE },
	{ OPT_MAN, 0, S("man"), NONE, OPTION_FLAG, false, IN_NONE, NONE, NONE, S("The manual as a troff page: ing2gw --man | man -l -"), NONE },
};

const size_t option_rows_count = sizeof option_rows / sizeof option_rows[0];

const struct command_row command_rows[COMMAND_COUNT] = {
	{ NONE, NONE, S("COMMAND [options]"),
		S("ing2gw translates Kubernetes Ingress to Gateway API. It accounts for every fact of the input: what it carried over, what "
		"differs, what is lost, and what to do about it. A route whose protection cannot be carried over stands closed until it is "
		"accepted by name."),
		S("# Convert all manifests of a folder\n% convert -f k8s/ > gateway-api.yaml\n\n"
		"# What does this annotation mean, and what becomes of it?\n% explain nginx.ingress.kubernetes.io/auth-type\n\n"
		"# Which controllers are known?\n% mappings list\n") },
	{ S("convert"), S("Translate Ingresses to Gateway API manifests."), S("(-f FILE|DIR|- | FILES... | --cluster) [options]"),
		S("Manifests go to standard output, the report to standard error. Nothing is applied and nothing leaves the machine.\n"
		"Everything that is given is read, because Ingresses that share a host decide over each other: give a controller's whole set, "
		"with its Services, IngressClasses, ConfigMap and Deployment where you can."),
		S("# The manifests of a folder and of the folders in it\n% convert -f k8s/ > gateway-api.yaml\n\n"
		"# What runs in a cluster\n% --cluster convert -A > gateway-api.yaml\n\n"
		"# Into a folder, with the report for other programs\n% convert -f k8s/ -o dir=out --report json=out/report.json\n\n"
		"# Serve what was behind a password WITHOUT one, and say so by name\n% convert -f k8s/ --accept auth.basic\n") },
	{ S("trace"), S("Say what becomes of a request."), S("(URL | --requests FILE|-) (-f FILE|DIR|- | FILES...) [options]"),
		S("Shows what the controller does with a request by these Ingresses, step by step, each with its place in the input: which host and "
		"path take it, who may refuse it, where it is sent and how it looks there, or what is answered. No request is sent anywhere.\n"
		"Give the controller's whole set, with its Services, IngressClasses, ConfigMap and Deployment where you can."),
		S("# Where does this go?\n% trace https://shop.example.com/cart/7?x=1 -f k8s/\n\n"
		"# A canary, and somebody with the right password\n% trace http://shop.example.com/ -H 'X-Canary: always' --given auth.basic=pass -f k8s/\n\n"
		"# Many requests for other programs\n% trace --requests requests.jsonl -o json -f k8s/\n") },
	{ S("verify"), S("Show requests on which Gateways answer otherwise than the controller."),
		S("(--before|-f FILE|DIR|- | FILES...) --after FILE|DIR|- [options]"),
		S("Asks both sides, the controller by its Ingresses and the Gateways by their manifests, whoever wrote them, the same requests: at and beside every path of every host, "
		"with everything that a route looks at. Requests that both sides send the same way are one class. Each difference is shown as a request to paste, with both answers and the lines that decide. "
		"No request is sent anywhere.\n"
		"What is claimed is what was asked. Exit code 5: something differs; 1: something is not understood, such as fields of policies that no table has."),
		S("# What convert has written, or anybody else\n% verify --before k8s/ --after out/\n\n"
		"# The differences for other programs\n% verify --before k8s/ --after out/ --report json=differences.json\n") },
	{ S("explain"), S("Say what a diagnostic code, an annotation or a feature means."), S("NAME"),
		S("NAME is a code such as I2G-1001, an annotation with or without its prefix, or a feature such as auth.basic. The page of an "
		"annotation ends with a manifest that uses it and what convert makes of it."),
		S("% explain I2G-1001\n% explain nginx.ingress.kubernetes.io/auth-type\n% explain redirect.https\n") },
	{ S("mappings"), S("Show the tables that the translation is made from, and check tables of your own."), S("[list | show NAME | lint FILES...] [options]"),
		S("list names the controllers and targets. show prints one table: a row for every annotation of a controller, or for every "
		"feature that a target can or cannot say.\n"
		"lint reads tables of your own as --mapping does, in that order, and says what is wrong in them, with file, line and column. Exit code 0: nothing; 1: something; "
		"3: a file cannot be read or is no YAML. With -o json the faults are for other programs."),
		S("% mappings list\n% mappings show ingress-nginx\n% mappings show ingress-nginx -o json\n% mappings lint our-annotations.yaml\n") },
	{ S("targets"), S("Show what implementations of the Gateway API can say, or which of them would carry these Ingresses."),
		S("[NAME[@VERSION] | compare FILES...] [options]"),
		S("Without a word all targets are listed, with how many features each carries in fields of the Gateway API, in policies of its own, or not at all, and whether a running "
		"one has judged what is printed for it. With a name all of that target.\n"
		"compare converts the Ingresses for each target and counts those that it carries fully, with stated differences or with a loss, and those that would stand closed or "
		"come to nothing; the best stands first. Exit code 0, unless something cannot be read."),
		S("% targets\n% targets istio\n% targets traefik@3.6 -o json\n\n"
		"# Who would carry what is here?\n% targets compare -f k8s/\n\n"
		"# Two of them, for other programs\n% targets compare -f k8s/ --target istio --target kgateway -o json\n") },
	{ S("dump"), S("Write what a conversion needs of the live cluster."), S("[-n NAMESPACE | -A] [-l SELECTOR] [--to FILE|DIR] [options]"),
		S("Reads the cluster as kubectl does, with get and list alone, and writes one text that convert, trace and verify take as a file: Ingresses, IngressClasses, Services, whether they have "
		"endpoints, Namespaces' labels, the Deployments, DaemonSets and ConfigMaps of controllers and the ConfigMaps that are named somewhere, objects of controllers (KongPlugin and "
		"the like), the Gateway API's objects and the version of it that is installed, names and types of Secrets. No data of Secrets is asked for, and managedFields, the copies that "
		"kubectl keeps, status, environment variables and addresses are left out. The same cluster gives the same bytes.\n"
		"The first object of a dump says that it is one, what is printed of it by default and what could not be read. In a dump what is not there does not exist (--world closed). "
		"docs/cluster-role.yaml is the ClusterRole that suffices. Exit code 4: the cluster could not be read."),
		S("# All of a cluster, to be converted elsewhere\n% dump -A --to dump.yaml\n% convert -f dump.yaml\n\n"
		"# The same at once\n% --cluster convert -A > gateway-api.yaml\n\n"
		"# One namespace of another context\n% dump --context staging -n shop\n") },
	{ S("help"), S("Show this help, or that of a command."), S("[COMMAND]"), NONE, S("% help convert\n") },
};

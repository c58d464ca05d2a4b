/* SPDX-License-Identifier: Apache-2.0 */
/*
 * X(name, usual level, code). 00xx assumptions and notes, 01xx reading, 02xx choosing and Ingress objects, 03xx tables, 1xxx losses
 * of security, 2xxx losses of routing, 3xxx losses of availability, behaviour and cosmetics, 9xxx bugs of ours.
 * Codes are for ever: a code that is no longer used stays in mappings/diagnostics.yaml as retired.
 */
/* notes */
X(ASSUMED_PRESENT,       DIAG_NOTE,    "I2G-0001")   /* referred to, absent from the input, taken to exist */
X(DEFAULTS_LOST,         DIAG_NOTE,    "I2G-0002")   /* defaults of the controller without an expression */
X(SETTINGS_SOURCE,       DIAG_NOTE,    "I2G-0003")   /* which ConfigMap, arguments, version decided */
X(CHOOSE_CLASS,          DIAG_NOTE,    "I2G-0004")   /* the GatewayClass that stands for a choice */
X(SAME_OBJECT_TWICE,     DIAG_NOTE,    "I2G-0005")   /* equal objects */
X(PASSED_OVER,           DIAG_NOTE,    "I2G-0006")   /* other kinds were counted */
X(ASSUMED_WINNER,        DIAG_NOTE,    "I2G-0007")   /* two Ingresses claim a location, no creation times */
X(NO_CLASS_SIGN,         DIAG_NOTE,    "I2G-0008")   /* meaning of the Ingress API alone */
X(GATEWAY_LIMIT,         DIAG_WARNING, "I2G-0009")   /* more load balancers than today */
X(METADATA_DROPPED,      DIAG_NOTE,    "I2G-0010")   /* annotation of another tool stays behind */
X(DEFAULT_CERTIFICATE,   DIAG_NOTE,    "I2G-0012")   /* HTTPS with the controller's own certificate is not carried over */
X(SETTINGS_UNKNOWN,      DIAG_NOTE,    "I2G-0013")   /* keys of the controller's ConfigMap without a row */
X(METADATA_UNREAD,       DIAG_NOTE,    "I2G-0015")   /* annotation of a tool that looks at Ingresses only */
X(RECORD_GONE,           DIAG_WARNING, "I2G-0016")   /* DNS records of names without rules */
X(CERTIFICATES_WRITTEN,  DIAG_NOTE,    "I2G-0017")   /* Certificate objects in place of an annotation */
X(CERTIFICATE_NAME,      DIAG_WARNING, "I2G-0018")   /* a name that an issued certificate loses */
X(ISSUER_SOLVER,         DIAG_NOTE,    "I2G-0019")   /* challenges have to come by way of the Gateway */
X(GATEWAY_UNKNOWN,       DIAG_NOTE,    "I2G-0014")   /* a Gateway that exists is not in the input */
X(NOT_JUDGED,            DIAG_NOTE,    "I2G-0031")   /* what is known of the target is read, and not seen in its answers */
X(TARGET_BESIDE,         DIAG_NOTE,    "I2G-0032")   /* what has to be done beside the manifests for the target */
/* reading */
X(CANNOT_READ,           DIAG_ERROR,   "I2G-0101")
X(SYNTAX,                DIAG_ERROR,   "I2G-0102")
X(TEMPLATE,              DIAG_ERROR,   "I2G-0103")   /* Helm or Jinja, to be rendered first */
X(TOO_DEEP,              DIAG_ERROR,   "I2G-0104")
X(ALIAS_EXPANSION,       DIAG_ERROR,   "I2G-0105")
X(DOCUMENT_SIZE,         DIAG_ERROR,   "I2G-0106")
X(TOTAL_SIZE,            DIAG_ERROR,   "I2G-0107")
X(DUPLICATE_KEY,         DIAG_WARNING, "I2G-0108")
X(TAB_INDENT,            DIAG_ERROR,   "I2G-0109")
X(NOT_AN_OBJECT,         DIAG_ERROR,   "I2G-0110")
X(PLACEHOLDER,           DIAG_WARNING, "I2G-0111")
X(FRAGMENT,              DIAG_WARNING, "I2G-0112")   /* a Kustomize patch, not an object */
X(NOTHING_FOUND,         DIAG_WARNING, "I2G-0113")
X(UNDEFINED_ALIAS,       DIAG_ERROR,   "I2G-0114")
X(NOT_UTF8,              DIAG_WARNING, "I2G-0115")
X(MERGE_KEY,             DIAG_ERROR,   "I2G-0116")   /* << with something that is no map */
X(OWN_FILE,              DIAG_NOTE,    "I2G-0117")   /* written by an earlier run */
/* choosing and Ingress objects */
X(WRONG_TYPE,            DIAG_ERROR,   "I2G-0201")   /* a field has another type than the API says */
X(MISSING_FIELD,         DIAG_ERROR,   "I2G-0202")
X(BAD_FIELD,             DIAG_ERROR,   "I2G-0203")   /* a value that the API server refuses */
X(UNKNOWN_FIELD,         DIAG_WARNING, "I2G-0204")
X(UNKNOWN_CLASS,         DIAG_WARNING, "I2G-0205")
X(CLASSES_DIFFER,        DIAG_WARNING, "I2G-0206")   /* annotation and field name different classes */
X(OBJECTS_DIFFER,        DIAG_WARNING, "I2G-0207")   /* same name, different content */
X(SKIPPED,               DIAG_NOTE,    "I2G-0208")   /* another class or controller than asked for */
X(INACTIVE,              DIAG_WARNING, "I2G-0209")   /* the controller would not serve it */
X(CONFIG_REJECTED,       DIAG_ERROR,   "I2G-0210")   /* nginx would refuse the configuration */
X(PATH_IGNORED,          DIAG_WARNING, "I2G-0211")   /* an older Ingress owns this location */
X(RESOURCE_BACKEND,      DIAG_WARNING, "I2G-0212")
X(SERVICE_MISSING,       DIAG_WARNING, "I2G-0213")
X(PORT_MISSING,          DIAG_WARNING, "I2G-0214")
X(BACKEND_EXTERNAL,      DIAG_WARNING, "I2G-0215")   /* ExternalName */
X(NO_RULES,              DIAG_ERROR,   "I2G-0216")
X(UNKNOWN_ANNOTATION,    DIAG_WARNING, "I2G-0217")
X(DEAD_ANNOTATION,       DIAG_WARNING, "I2G-0218")   /* of another controller, or of an old release */
X(BAD_VALUE,             DIAG_WARNING, "I2G-0219")
X(PORT_NAME_UNRESOLVED,  DIAG_ERROR,   "I2G-0220")   /* a named port and no Service to look it up */
X(CANARY_UNMATCHED,      DIAG_WARNING, "I2G-0221")
X(HOST_UNUSABLE,         DIAG_ERROR,   "I2G-0222")   /* no Gateway API hostname */
X(PATH_UNUSABLE,         DIAG_ERROR,   "I2G-0223")
X(WORKED_OUT_LATER,      DIAG_WARNING, "I2G-0224")   /* the table's row is not worked out yet */
X(WITHOUT_EFFECT,        DIAG_NOTE,    "I2G-0225")
X(CONTROLLER_TABLE,      DIAG_WARNING, "I2G-0227")   /* only routing and security of that controller are known */
X(SETTINGS_MISSING,      DIAG_WARNING, "I2G-0228")   /* the ConfigMap that configures the controller is not in the input */
X(STREAM_INVALID,        DIAG_WARNING, "I2G-0240")   /* an entry of the TCP or UDP services that the controller passes over */
X(STREAM_NAMED,          DIAG_ERROR,   "I2G-0243")   /* a TCP rule for a TLS name */
X(VENDOR_OBJECT,         DIAG_WARNING, "I2G-0244")   /* an object of the controller without a counterpart, or that nothing names */
X(ROUTER_FLAVOUR,        DIAG_WARNING, "I2G-0245")   /* another order of routes, which no object shows, would choose otherwise */
X(STREAM_NOT_OPEN,       DIAG_WARNING, "I2G-0241")   /* nobody to forward to: the controller does not open the port */
X(PASSTHROUGH_NOWHERE,   DIAG_WARNING, "I2G-0242")   /* passed-through connections end, because no Service is there for them */
X(HOST_IN_PART,          DIAG_WARNING, "I2G-0250")   /* some of its Ingresses are printed, others are not asked for */
X(HOSTS_TOGETHER,        DIAG_NOTE,    "I2G-0251")   /* a route that is asked for serves further hosts */
X(NOTHING_CHOSEN,        DIAG_ERROR,   "I2G-0252")   /* what is asked for is not in the input */
X(ROUTE_JOINS,           DIAG_WARNING, "I2G-0253")   /* a route of the input names a Gateway that is printed */
X(PROOF_UNKNOWN,         DIAG_WARNING, "I2G-0260")   /* the proof knows nothing of some requests */
X(ACCEPT_STALE,          DIAG_WARNING, "I2G-0261")   /* a line of --accept-file about a difference that is not there, or whose day is past */
X(DEPENDS,               DIAG_WARNING, "I2G-0262")   /* some implementations do as the source, and others do not */
X(SPELLING,              DIAG_NOTE,    "I2G-0263")   /* requests with escapes, doubled slashes or dot segments are answered otherwise */
/* tables of the user's own */
X(TABLE_NONE,            DIAG_ERROR,   "I2G-0301")   /* the file holds none */
X(TABLE_KEY,             DIAG_ERROR,   "I2G-0302")   /* no such key */
X(TABLE_TYPE,            DIAG_ERROR,   "I2G-0303")   /* a list where a text belongs, and the like */
X(TABLE_MISSING,         DIAG_ERROR,   "I2G-0304")
X(TABLE_WORD,            DIAG_ERROR,   "I2G-0305")   /* none of the words that may stand there */
X(TABLE_NAME,            DIAG_ERROR,   "I2G-0306")   /* names something that is not there: a feature, a field, a row, a kind */
X(TABLE_VALUE,           DIAG_ERROR,   "I2G-0307")   /* a value or a combination that cannot be */
X(TABLE_TWICE,           DIAG_ERROR,   "I2G-0308")   /* two rows with one name */
X(TABLE_TEMPLATE,        DIAG_ERROR,   "I2G-0309")   /* a template that cannot be filled */
/* the live cluster */
X(CLUSTER_CONFIG,        DIAG_ERROR,   "I2G-0401")   /* a kubeconfig that cannot be used */
X(CLUSTER_CREDENTIALS,   DIAG_ERROR,   "I2G-0402")   /* expired, refused, or not to be had */
X(CLUSTER_CONNECTION,    DIAG_ERROR,   "I2G-0403")   /* DNS, proxy, TLS, nobody there, too slow */
X(CLUSTER_ANSWER,        DIAG_ERROR,   "I2G-0404")   /* no answer of an API server, or not a whole one */
X(CLUSTER_GAP,           DIAG_WARNING, "I2G-0405")   /* a kind of objects that may not be read */
X(CLUSTER_SETTING,       DIAG_NOTE,    "I2G-0406")   /* what was taken from the cluster because nobody said it */
/* security */
X(ROUTE_CLOSED,          DIAG_ERROR,   "I2G-1001")
X(HOST_CLOSED,           DIAG_ERROR,   "I2G-1002")
X(ROUTE_OPENED,          DIAG_WARNING, "I2G-1003")   /* accepted by name */
X(PROTECTION_ABSENT,     DIAG_WARNING, "I2G-1004")   /* intended in the source, and absent there already */
X(PROOF_OPENS,           DIAG_ERROR,   "I2G-1090")   /* the proof found something open that was guarded, and nobody has stated it */
X(CLIENT_CHECK_DIFFERS,  DIAG_WARNING, "I2G-1010")   /* client certificates are asked for by the whole Gateway */
/* routing */
X(LISTENER_MISSING,      DIAG_ERROR,   "I2G-2070")   /* of a Gateway that exists: none for a host, or one that takes no routes of the namespace */
X(REWRITE_LOST,          DIAG_ERROR,   "I2G-2001")
X(REDIRECT_LOST,         DIAG_ERROR,   "I2G-2002")
X(REGEX_DIALECT,         DIAG_WARNING, "I2G-2003")
X(CANARY_LOST,           DIAG_ERROR,   "I2G-2004")
X(ALIAS_LOST,            DIAG_ERROR,   "I2G-2005")
X(PASSTHROUGH_LOST,      DIAG_ERROR,   "I2G-2006")
X(BACKEND_PROTOCOL_LOST, DIAG_ERROR,   "I2G-2007")
X(VERSION_LOST,          DIAG_ERROR,   "I2G-2009")   /* a newer version or the other channel would keep it */
X(CERTIFICATE_LOST,      DIAG_ERROR,   "I2G-2010")
X(FEATURE_LOST_ROUTING,  DIAG_ERROR,   "I2G-2011")
X(ORDER_DIFFERS,         DIAG_WARNING, "I2G-2013")   /* a path is tried before one of its host that the source tries first */
X(LONGER_PATHS,          DIAG_WARNING, "I2G-2012")   /* of a wider host come before shorter ones of a closer one */
X(PROXY_PROTOCOL_LOST,   DIAG_ERROR,   "I2G-2020")   /* of TCP services */
X(BACKEND_TLS_DIFFERS,   DIAG_ERROR,   "I2G-2021")   /* a backend's certificate is checked now, or in another way */
X(BACKENDS_DISAGREE,     DIAG_ERROR,   "I2G-2022")   /* two Ingresses speak to one Service in two ways */
X(CA_NEEDED,             DIAG_ERROR,   "I2G-2023")   /* a ConfigMap with a CA has to be made of a Secret */
X(PROOF_DIFFERS,         DIAG_ERROR,   "I2G-2090")   /* the proof found a difference that nobody has stated */
/* availability, behaviour, cosmetics */
X(FEATURE_LOST_AVAILABILITY, DIAG_WARNING, "I2G-3001")
X(FEATURE_LOST_BEHAVIOUR,    DIAG_WARNING, "I2G-3002")
X(FEATURE_LOST_COSMETIC,     DIAG_NOTE,    "I2G-3003")
X(LETTER_CASE,           DIAG_WARNING, "I2G-3004")
X(REDIRECT_DIFFERS,      DIAG_WARNING, "I2G-3005")
X(REWRITE_DIFFERS,       DIAG_WARNING, "I2G-3006")
X(STATUS_DIFFERS,        DIAG_WARNING, "I2G-3007")   /* 500 where the controller said 404 or 503 */
X(WILDCARD_WIDER,        DIAG_WARNING, "I2G-3008")   /* *.x is one label in the source, any number in a Gateway */
X(CORS_DIFFERS,          DIAG_WARNING, "I2G-3009")
X(PATH_DIFFERS,          DIAG_WARNING, "I2G-3010")   /* what people write for a text or an expression takes other paths on the edge */
X(CANARY_DIFFERS,        DIAG_WARNING, "I2G-3011")
X(HEADER_LOST,           DIAG_WARNING, "I2G-3020")   /* a header that no filter can set */
X(HEADER_DIFFERS,        DIAG_NOTE,    "I2G-3021")   /* a filter acts on more answers, or a header was sent twice */
X(CLIENT_HEADERS,        DIAG_NOTE,    "I2G-3022")   /* X-Forwarded-For and X-Real-IP behind a proxy that is believed */
X(REQUEST_FORM,          DIAG_NOTE,    "I2G-3023")   /* headers with "_", hosts with a dot at their end */
X(SHARED_CERTIFICATE,    DIAG_NOTE,    "I2G-3024")   /* listeners that share one offer HTTP/1.1 alone */
X(AFFINITY_DIFFERS,      DIAG_WARNING, "I2G-3030")   /* sessionPersistence and a canary, or a cookie that browsers never sent back */
X(MIRROR_DIFFERS,        DIAG_WARNING, "I2G-3031")   /* copies with another Host, path or body */
X(RETRY_DIFFERS,         DIAG_WARNING, "I2G-3032")   /* tries after other failures, or of other requests */
X(TIMEOUT_DIFFERS,       DIAG_WARNING, "I2G-3033")   /* no limit for the whole, where the source limits silence */
X(SHORT_TIMEOUT_DIFFERS, DIAG_WARNING, "I2G-3034")   /* a limit for the whole, where the source limits silence */
X(CONDITION_DIFFERS,     DIAG_WARNING, "I2G-3035")   /* a condition on a header or a method regards letter case, or cannot be said */
X(FORWARDED_SCHEME,      DIAG_WARNING, "I2G-3080")   /* TLS ends at a load balancer in front, as the controller knows by a header */
X(POLICY_DIFFERS,        DIAG_WARNING, "I2G-3090")   /* said in an object of the implementation, and not quite the same */
X(BALANCER_SETTING,      DIAG_WARNING, "I2G-3091")   /* what the Service of the load balancer is told, and stays behind */
X(BALANCER_ADDRESS,      DIAG_WARNING, "I2G-3092")   /* an address that clients know */
/* bugs */
X(INTERNAL,              DIAG_ERROR,   "I2G-9001")

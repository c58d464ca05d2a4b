# SPDX-License-Identifier: Apache-2.0
"""The executable model against a real nginx.

Ingresses are made up at random (the seed is fixed), ing2gw makes its model of them, tests/nginx/render.c writes that model down as a
configuration of nginx in nginx's own terms, and nginx and `ing2gw trace` are asked the same requests. One check a request: the same
place takes it, under the same normal path; the same status and Location; the same request target at the backend, which is an echo inside
of the same nginx. A further check each: what nginx refuses to be configured with is refused by ing2gw too, and nothing else is.

nginx listens on 127.0.0.1 only, writes into a temporary folder only, and is ended by its process id.

    --seed N    other Ingresses and requests
    --keep      keeps the folder, and shows what trace answers where something differs
"""
import argparse
import collections
import ctypes
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

import common

SEED = 20260320
HOSTS = 320
REQUESTS_PER_HOST = 14
PREFIX = "nginx.ingress.kubernetes.io/"

# ---- Ingresses ----

WORDS = ["foo", "bar", "api", "v1", "shop", "a", "b", "Foo", "x-y_z", "~t", "f.o", "a@b", "a:b", "k=v", "a;b=c", "a,b", "a&b", "it's", "!", "$x", "caf\u00e9",
         "\u00fc", "\u65e5\u672c", "a b", "caf%C3%A9", "a+b", "a+", "x(y)", "[z]", "{w}", "q\"q", "b\\s", "a|b", "^c", "*", "`t", "<l>", "a#b", "a?b", "%"]
# What stands for itself in an expression too, or means nearly the same.
PLAIN = 20
# An expression, and texts that it takes.
TAILS = [("", [""]), ("(/|$)(.*)", ["", "/", "/y", "/y/z"]), ("(/|$)(.*)$", ["", "/y"]), ("/(.*)", ["/", "/y", "/y/z/"]), ("/?(.*)", ["", "/", "/y", "y"]),
         ("(/.*)?", ["", "/", "/q"]), ("(/.*)?$", ["", "/q"]), ("/([^/]+)/(.*)", ["/a/b", "/a/"]), ("/([a-z]+)/?$", ["/abc", "/abc/"]), ("/[0-9]+", ["/12", "/7x"]),
         ("/(?<rest>.*)", ["/y", "/"]), ("(?=/)(.*)", ["/y"]), ("/(y|z)(/|$)(.*)", ["/y", "/z/1"]), (".*", ["", "/1"]), ("/.+", ["/1"]), ("$", [""]),
         ("|/second", ["", "/second"]), ("/(\\d{2,4})/(\\w+)", ["/123/w"]), ("/.\\.html", ["/i.html"]), ("/\\.(git|svn)", ["/.git"]), ("(.+)\\.php$", ["/i.php"]),
         ("/[\\w-]+(/|$)", ["/a-b", "/a-b/"]), ("((/)(.*))?", ["", "/y"]), ("/(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)", ["/abcdefghij"]), ("/[[:alpha:]]+", ["/Ab"]),
         ("(?:/|$)(.*)", ["", "/y"]), ("/(?i:X)(.*)", ["/x1", "/X2"]), ("/\\x41", ["/a"]), ("/.{1,3}$", ["/ab"]), ("/\\Qa.b\\E(.*)", ["/a.bc"])]
TARGETS = ["/", "/$1", "/$2", "/$3", "/p", "/p/", "/p/$1", "/p/$2", "$1", "$2", "p/$1", "/$1$2", "/$2$1", "/$1/$1", "//$1", "/$9", "/$10", "/$1x", "/-$1.~", "/$host/$1",
           "/$request_uri", "/$uri", "/$args", "/$arg_q/$1", "/$http_host", "/$scheme/$request_method/$server_protocol", "/$is_args$args", "/$document_uri",
           "/$namespace/$ingress_name", "/$http_x_word", "/$remote_addr", "/$rest/$1", "/$REST-", "/$subdomain/x", "/$host$uri", "http://$rest.example.org/$1/$2", "http://new.example.org/$1", "https://new.example.org/p/$2", "$scheme://$host/q/$1"]
REDIRECTS = ["https://new.example.org/p", "http://new.example.org/", "https://new.example.org", "https://new.example.org/a?b=c", "/local", "/local/x?y=1"]
ALIASES = ["*.%s", "%s.*", ".dot-%s", "alias-%s", "~^re-[0-9]+\\.%s$", "~^RE\\D\\.%s", "*.deep.%s"]
# Several hosts have these; requests for the names below are taken by one of them.
SHARED = ["*.s.example.com", "s.*", "~^x[0-9]+\\.s\\.example\\.com$", "~s\\.exa", ".t.s.example.com", "~^[^.]+\\.t\\.", "*.t.s.example.com", "x1.s.example.com", "~^(\\w+)-a\\."]
SHARED_NAMES = ["x1.s.example.com", "x2.s.example.com", "y.s.example.com", "s.example.com", "s.example.net", "t.s.example.com", "q.t.s.example.com", "a.b.t.s.example.com", "m.t.net", "s",
                "w-a.net", "w-a.s.example.com", "s.t.example.org"]
OWN = ["/healthz", "/healthz/x", "/healthzzz", "/HEALTHZ", "/nginx_status", "/nginx_statusx?a=b", "/health"]


class Sets:
    """Random Ingresses, with the paths that requests are made from."""

    def __init__(self, rng):
        self.rng = rng
        self.hosts = []      # (host, [a text that one of its paths takes])
        self.objects = []
        self.count = 0

    def chance(self, part):
        return self.rng.random() < part

    def ingress(self, host, paths, annotations, age):
        self.count += 1
        rules = [{"path": path, "pathType": kind, "backend": {"service": {"name": "s%d" % self.rng.randrange(4), "port": {"number": 80}}}}
                 for path, kind in paths]
        rule = {"http": {"paths": rules}}
        if host:
            rule["host"] = host
        self.objects.append({
            "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
            "metadata": {"name": "i%d" % self.count, "namespace": "n", "creationTimestamp": "2024-01-01T00:%02d:%02dZ" % (age // 60, age % 60),
                         "annotations": {PREFIX + name: value for name, value in annotations.items()}},
            "spec": {"ingressClassName": "nginx", "rules": [rule]}})

    def words(self, most, known=len(WORDS)):
        return "".join("/" + self.rng.choice(WORDS[:known]) for _ in range(self.rng.randint(1, most)))

    def plain(self, host):
        """Prefix and exact paths; redirects on some of the Ingresses."""
        used, seeds = set(), []
        for age in range(self.rng.randint(1, 3)):
            paths = []
            for _ in range(self.rng.randint(1, 4)):
                path = "/" if self.chance(.1) else self.words(3) if not seeds or self.chance(.6) else self.rng.choice(seeds).rstrip("/") + self.words(1)
                path += "/" if self.chance(.25) and path != "/" else ""
                kind = self.rng.choice(["Prefix", "Prefix", "Exact", "ImplementationSpecific"])
                # nginx refuses two locations with one text
                key = (path, True) if kind == "Exact" else (path.rstrip("/"), False)
                if key in used or (path == "/" and kind == "Exact"):
                    continue
                used.add(key)
                seeds.append(path)
                paths.append((path, kind))
            if not paths:
                continue
            annotations = {}
            if self.chance(.15):
                annotations["permanent-redirect"] = self.rng.choice(REDIRECTS)
                if self.chance(.4):
                    annotations["permanent-redirect-code"] = self.rng.choice(["302", "307", "308", "303", "300", "305"])
            if self.chance(.1):
                annotations["temporal-redirect"] = self.rng.choice(REDIRECTS[:4])
            if self.chance(.15):
                annotations["relative-redirects"] = "true"
            if self.chance(.08):
                annotations["app-root"] = self.rng.choice(["/app", "/app/x"])
            self.ingress(host, paths, annotations, age)
        return seeds

    def expressions(self, host):
        """Paths that are expressions, with rewrites and without; an Ingress beside them that knows nothing of it."""
        seeds = []
        for age in range(self.rng.randint(1, 3)):
            paths = []
            rewrites = self.chance(.6)
            for _ in range(self.rng.randint(1, 3)):
                known = PLAIN if self.chance(.8) else PLAIN + 7
                head = "" if self.chance(.15) else self.words(2, known)
                tail, fits = self.rng.choice(TAILS)
                path = head + tail
                if not path.startswith("/"):
                    path = "/" + path
                paths.append((path, self.rng.choice(["ImplementationSpecific", "ImplementationSpecific", "Prefix", "Exact"])))
                seeds.append((head + self.rng.choice(fits)) or "/")
            annotations = {"use-regex": "true"}
            if rewrites:
                annotations["rewrite-target"] = self.rng.choice(TARGETS)
                if self.chance(.5):
                    del annotations["use-regex"]
            self.ingress(host, paths, annotations, age)
        if self.chance(.4):
            path = self.words(2, PLAIN)
            seeds.append(path)
            self.ingress(host, [(path, self.rng.choice(["Prefix", "Exact"]))], {}, 5)
        return seeds

    def add(self, number):
        name = "h%d.example.com" % number
        if number % 20 == 3:
            name = "h%d.s.example.com" % number
        host = "" if number % 80 == 0 else "*.s.example.com" if number == 1 else "*." + name if self.chance(.12) else name
        seeds = self.plain(host) if self.chance(.5) or number == 0 else self.expressions(host)
        names = ["one." + name, "a_b-9." + name, "one.two." + name, name, "\u00fc." + name] if host.startswith("*") else ["zzz.example.net", "unknown", "_"] if not host else [name]
        if not host:
            seeds = seeds + OWN
        if host and self.chance(.25):
            shared = self.chance(.4)
            alias = self.rng.choice(SHARED) if shared else self.rng.choice(ALIASES) % name
            last = self.objects[-1]["metadata"]["annotations"]
            last[PREFIX + "server-alias"] = alias
            names += SHARED_NAMES if shared else [
                alias.replace("*", self.rng.choice(["x", "x.y"])).lstrip("."), "re-17." + name, "rex." + name, "re7." + name, "www.dot-" + name, "dot-" + name]
        self.hosts.append((names, seeds))

    def text(self):
        services = [{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s%d" % i, "namespace": "n"}, "spec": {"ports": [{"port": 80}]}} for i in range(4)]
        others = [{"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": {"name": "nginx"}, "spec": {"controller": "k8s.io/ingress-nginx"}},
                  {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "ingress-nginx-controller", "namespace": "ingress-nginx"},
                   "data": {"ssl-redirect": "false"}}]
        # A key a line, so that places tell the paths apart.
        return "---\n".join(json.dumps(item, indent=1, ensure_ascii=False) + "\n" for item in others + services + self.objects)


# ---- requests ----

BEHIND = ["/", "/x", "x", "//", "//z", "/./y", "/../y", "/..", "/.", ".", "..", "/...", "/.x", "/..x", "/%2e%2e/", "/%2E/", "%2f", "%2F%2f", "%5c", "?q=1", "?", "?a=b&q=%20/../",
          "?x#y", "#frag", "#a?b", "+", "%2B", "%25", "%23", "%3F", "%3f?q=%3F", "\u00e9", "%C3%A9", "%c3%a9", "%ff", ";p=1", "\"", "<>", "|", "{}", "^`", "\\", "%0A",
          "%7f", "%20", "'", "&", "=", ":80", "*", "/%2e", "%252e", "/Y", "/y", "/a/b", "/a/../b", "%c3%28"]
# No request, most of them.
BROKEN = ["%00", "%", "%4", "%g1", "%1", "\x7f", "\x01", " y", " ", "\t", "/a/../../../../../b", "/%2E%2E/%2e%2e/%2e%2e/%2e%2e/", " HTTP/1.1", "\x80"]
AHEAD = ["/", "//", "/.", "/./", "/..", "/../", "/x/..", "/x/../", "/%2e", "/%2F", "/x/%2e%2e"]
ODD_HOSTS = [lambda h: h.upper(), lambda h: h + ".", lambda h: h + ":8080", lambda h: h + ":", lambda h: h + ":x", lambda h: h + ".:80", lambda h: h + "..", lambda h: "." + h,
             lambda h: h.replace(".", "..", 1), lambda h: "x." + h, lambda h: h + "/", lambda h: h + "\u00e9", lambda h: "a b", lambda h: "[::1]:80", lambda h: "[::1",
             lambda h: "unknown.example.net", lambda h: "", lambda h: ":80", lambda h: ".", lambda h: "_", lambda h: h + ":80:90", lambda h: "10.0.0.1", lambda h: h + "\x7f",
             lambda h: h + "?x", lambda h: h + "#x", lambda h: "u@" + h, lambda h: h + "]", lambda h: h.replace("e", "%65", 1)]
FORMS = ["http://%s", "HTTP://%s", "https://%s", "ftp://%s", "a+b-c.1://%s", "1a://%s", "http:/%s", "http:///%s", "http://%s:81", "http://%s:", "http://%s:8x", "http://u@%s", "http://a_b.%s",
         "http://[::1]%.0s", "http://[::g!]%.0s", "http://[::1%.0s", "http://%s.", "http://x.%s", "http://other.example.net%.0s", "http://.%s", "//%s", "://%s", "http://%s%%20"]


class Request:
    def __init__(self, host, target, http="1.1"):
        self.host, self.target, self.http = host, target, http

    def as_json(self):
        return json.dumps({"host": self.host, "target": self.target, "http": self.http, "client": "127.0.0.1", "port": PORT_SEEN, "headers": [["X-Word", "w o/%41?r"]]})

    def as_bytes(self, number):
        host = "" if self.host is None else "Host: %s\r\n" % self.host
        return ("GET %s HTTP/%s\r\n%sX-N: %d\r\nX-Word: w o/%%41?r\r\nConnection: close\r\n\r\n" % (self.target, self.http, host, number)).encode()


# The controller listens on port 80.
PORT_SEEN = 80


def escape_some(rng, text):
    """Some characters as escapes; blanks always, as no request has them."""
    out = ""
    for char in text:
        raw = char.encode()
        if char in " \t" or (char not in "/" and rng.random() < .12) or (char in "#?%" and rng.random() < .9) or (raw[0] >= 128 and rng.random() < .5):
            out += "".join(rng.choice(["%%%02X", "%%%02x"]) % byte for byte in raw)
        else:
            out += char
    return out


def requests_of(rng, names, seeds):
    for _ in range(REQUESTS_PER_HOST):
        host, http = rng.choice(names), "1.1"
        target = escape_some(rng, rng.choice(seeds or ["/"]))
        if rng.random() < .12:
            target = "".join(char.swapcase() if rng.random() < .5 else char for char in target)
        if rng.random() < .15:
            target = target.rstrip("/") or "/"
        for _ in range(rng.choice([0, 0, 1, 1, 1, 2, 3])):
            target += rng.choice(BROKEN if rng.random() < .08 else BEHIND)
        if rng.random() < .15:
            target = rng.choice(AHEAD) + target
        if rng.random() < .07:
            at = rng.randrange(len(target))
            target = target[:at] + "/" + target[at:]
        if rng.random() < .1:
            form = rng.choice(FORMS) % host
            target = form + (target if rng.random() < .8 else rng.choice(["", "?q=1", "#x", "/"]))
            host = rng.choice([host, host, "other.example.net", None])
        elif rng.random() < .1:
            host = rng.choice(ODD_HOSTS)(host)
        if rng.random() < .04:
            http, host = "1.0", rng.choice([None, host])
        elif rng.random() < .01:
            host = None
        elif names[0] == "zzz.example.net" and rng.random() < .4:
            http, host = "1.0", None
        yield Request(host, target, http)


# ---- nginx ----

def find_nginx():
    cached = os.path.join(common.judges_folder(), "nginx", "usr", "sbin", "nginx")
    return shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin") or (cached if os.path.exists(cached) else None)


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for item in sockets:
        item.bind(("127.0.0.1", 0))
    ports = [item.getsockname()[1] for item in sockets]
    for item in sockets:
        item.close()
    return ports


def end_with_parent():
    """The process ends with the one that started it, however that ends (Linux: PR_SET_PDEATHSIG)."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl:
        prctl(1, signal.SIGTERM)


class Nginx:
    """One process without children; what it writes is in the folder."""

    def __init__(self, program, folder):
        self.program, self.folder, self.process = program, folder, None

    def conf(self, name):
        return [self.program, "-p", self.folder, "-e", os.path.join(self.folder, "error.log"), "-c", os.path.join(self.folder, name)]

    def start(self, port):
        self.process = subprocess.Popen(self.conf("nginx.conf"), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        preexec_fn=end_with_parent)
        for _ in range(500):
            if self.process.poll() is not None:
                return False
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return True
            except OSError:
                time.sleep(.01)
        return False

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def takes(self, text):
        """Whether nginx takes the configuration, and what it says."""
        with open(os.path.join(self.folder, "test.conf"), "w", encoding="utf-8") as file:
            file.write(text)
        done = subprocess.run(self.conf("test.conf") + ["-t", "-q"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=60)
        return done.returncode == 0, done.stdout.decode("utf-8", "replace").strip()


Answer = collections.namedtuple("Answer", "status location place body")


def ask(port, request, number):
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall(request.as_bytes(number))
        got = b""
        while True:
            more = connection.recv(65536)
            if not more:
                break
            got += more
    head, _, body = got.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    headers = {}
    for line in lines[1:]:
        name, _, value = line.partition(b": ")
        headers[name.lower()] = value
    if lines[0].split(b" ")[:1] != [b"HTTP/1.1"]:
        return Answer(0, None, None, got)
    return Answer(int(lines[0].split(b" ")[1]), headers.get(b"location"), headers.get(b"x-place"), body)


# ---- comparing ----

def as_text(raw):
    """As JSON has bytes that are no UTF-8."""
    return None if raw is None else raw.decode("utf-8", "replace")


def compare(request, real, seen, traced, place, path, places):
    """What differs, as texts."""
    differs = []

    def same(what, ours, theirs):
        if ours != theirs:
            differs.append("%s %r, nginx %r" % (what, ours, theirs))

    if "error" in traced:
        return ["no request: " + traced["error"]]
    if traced["status"] is None:
        return ["nothing is said: " + traced.get("problem", "")]
    bare = not traced.get("upstream", {}).get("target", "/").startswith("/")
    same("status", 400 if bare else traced["status"], real.status)
    location = as_text(real.location)
    if request.host is None and location and "://" not in request.target:
        # the address that a request without host came in at
        location = location.replace("http://127.0.0.1/", "http://*/")
    same("Location", traced["location"], location)
    if traced["status"] == 400 or (real.status == 400 and not bare):
        return differs
    if seen is None:
        return differs + ["nginx has not logged it"]
    same("place", place, seen["place"])
    same("path", path, seen["path"].encode("latin-1"))
    if place != "-" and place in places:
        same("route", traced["route"], places[place])
    target = traced.get("upstream", {}).get("target")
    if bare:
        # the echo takes no target without a slash: what was sent to it is known from the log alone
        same("rewritten path", urllib.parse.unquote_to_bytes(target.partition("?")[0]), seen["after"].encode("latin-1"))
        return differs
    same("place of the backend", None if target is None else place, as_text(real.place))
    if target is not None:
        same("target", target, as_text(real.body))
    return differs


def start_nginx(args, nginx, manifests):
    """The configuration as text, and the port; None and why."""
    why = ""
    for _ in range(5):
        # Somebody else may take a port between the choice and the start.
        port, echo = free_ports(2)
        conf = common.run(args.render, ["conf", manifests, str(port), str(echo), nginx.folder])
        if conf.code:
            return None, conf.err.decode("utf-8", "replace")[-2000:]
        with open(os.path.join(nginx.folder, "nginx.conf"), "wb") as file:
            file.write(conf.out)
        if nginx.start(port):
            return conf.out.decode(), port
        nginx.stop()
        with open(os.path.join(nginx.folder, "error.log"), encoding="utf-8", errors="replace") as file:
            why = file.read()[-2000:]
    return None, why


def places_of(conf):
    """Number -> where the route is written."""
    return dict(re.findall(r"^\t\t# place (\d+) at (.*)$", conf, re.M))


def read_log(nginx):
    """Number of the request -> what nginx has seen. Bytes stand for characters."""
    with open(os.path.join(nginx.folder, "access.log"), encoding="latin-1") as file:
        items = [json.loads(line) for line in file]
    return {int(item["n"]): item for item in items if item["n"]}


def check_requests(tally, args, nginx):
    rng = random.Random(args.seed)
    sets = Sets(rng)
    for number in range(HOSTS):
        sets.add(number)
    requests = [request for names, seeds in sets.hosts for request in requests_of(rng, names, seeds)]
    manifests = os.path.join(nginx.folder, "input.yaml")
    with open(manifests, "w", encoding="utf-8") as file:
        file.write(sets.text())
    lines = "".join(request.as_json() + "\n" for request in requests).encode()
    traced = common.run(args.binary, ["trace", "--requests", "-", "-o", "json", "--world", "closed", manifests], stdin=lines)
    answers = common.run(args.render, ["answers", manifests], stdin=lines)
    if traced.code != 0 or answers.code != 0:
        tally.fail("the model", (traced.err + answers.err).decode("utf-8", "replace")[-2000:])
        return
    traced = [json.loads(line) for line in traced.out.decode().splitlines()]
    answers = [line.split(" ") for line in answers.out.decode().splitlines()]
    conf, port = start_nginx(args, nginx, manifests)
    if conf is None:
        tally.fail("nginx does not start", port)
        return
    places = places_of(conf)
    real = [ask(port, request, number) for number, request in enumerate(requests)]
    nginx.stop()
    seen = read_log(nginx)
    kinds = collections.Counter(answer.status for answer in real)
    for number, request in enumerate(requests):
        place, path = answers[number][0], bytes.fromhex(answers[number][1])
        differs = compare(request, real[number], seen.get(number), traced[number], place, path, places)
        name = "%s %r host %r" % (request.http, request.target, request.host)
        if not tally.check(not differs, name, "; ".join(differs)) and args.keep:
            print("    ", json.dumps(traced[number]))
    print("%d hosts, %d places, %d Ingresses, %d requests: %s" % (
        len(sets.hosts), len(places), sets.count, len(requests), ", ".join("%d x %d" % (kinds[key], key) for key in sorted(kinds))))


# ---- what nginx refuses ----

PATHS = ["/x", "/(", "/)", "/x(/|$)(.*)", "/[a-", "/[z-a]", "/*+*", "/a{2,1}", "/a{1,2}{3}", "/a{70000}", "/(?<n>x)", "/(?<n>x)(?<n>y)", "/(?<1n>x)", "/(?<host>x)", "/(?<args>x)",
         "/(?<HOST>x)", "/(?<uri>.*)", "/(?<pid>.)", "/(?<http_foo>.)", "/(?<http_host>.)", "/(?<namespace>.)", "/(?<ssl_cipher>.)", "/(?'q'.)", "/(?P<p>.)", "/(?P<status>.)",
         "/\\", "/\\Q(", "/\\1", "/(a)\\2", "/\\k<none>", "/(?z)", "/(?i)x", "/(?#c", "/(*UTF8)x", "/(*ACCEPT)x", "/(*NOPE)", "/(?=x", "/(?(1)a|b)", "/(?(1)a|b|c)",
         "/(?<=a+)b", "/(?<!ab)c", "/[[:alpha:]]", "/[[:nope:]]", "/x{,3}", "/\\p{L}", "/\\p{Nope}", "/\\x{110000}", "/\\x{zz}", "/\\c\u00e9", "/\u00fc(", "/a\u65e5[", "/\\C", "/\\N{U+1}",
         "/" + "(" * 260 + ")" * 260, "/" + "(a" * 20 + ")" * 20, "/(a{1,1000}){1,1000}", "/a++", "/a+++", "/?x", "/++", "/|", "/x|(", "/{", "/}", "/]", "/\\E", "/(?|(a)|(b))", "/(?>a+)b"]
ASKED = ["/$1", "/$9", "/$10", "/$0", "/$", "/a$", "$", "$$", "/$-1", "/$.x", "/$/x", "/$host", "/$HOST", "/$Host/x", "/$nosuch", "/$no_such/$1", "/$host1", "/$hosts", "/$http_x", "/$http_", "/$http",
         "/$arg_a", "/$argx", "/$cookie_c", "/$sent_http_x", "/$upstream_http_x", "/$upstream_addr", "/$request_id", "/$pid", "/$msec", "/$time_local", "/$namespace", "/$service_name",
         "/$location_path", "/$best_http_host", "/$literal_dollar", "/$req_id", "/$limit_rate", "/$ssl_client_s_dn", "/$geoip_city", "/$proxy_host", "/$invalid_referer", "/$uid_got",
         "/$date_gmt", "/$gzip_ratio", "/$realip_remote_addr", "/$connections_active", "/$binary_remote_addr", "/$_", "/$__x", "/$1a", "/$a1", "/$n", "/$q", "/$p", "/$document_root", "/$remote_user",
         "/$request", "/$request_body_file", "/$status", "/$https", "/$nginx_version", "/$hostname", "/$server_port", "/$proxy_protocol_addr", "/$secure_link", "/$is_args$args"]
NAMES = ["x.example.com", "*.y.example.com", ".z.example.com", "y.*", "w*.example.com", "*", "*.", "*.*", "*x", "a.*.b", "a..b", ".", "..", "x.", "a.b.*", "*.a.*", "~", "~x", "~^(a|b)$", "~^(a|b",
         "~[", "~^\\d+\\.x$", "~\\", "x_y", "-x", "UP.example.com", "~UP(", "a=b", "a|b", "(x)", "x?y", "[::1]", "a:80", "$hostname", "^x", "x$", "a&b", "x/y", "~x**", "~(?:x)", "{x}"]
# What the controller's own configuration defines, and the test's nginx does not have.
DEFINED = ["namespace", "ingress_name", "service_name", "service_port", "location_path", "best_http_host", "literal_dollar", "req_id", "pass_access_scheme", "pass_port"]


def nginx_text(text):
    return '"%s"' % text.replace("\\", "\\\\").replace('"', '\\"')


def refusal_cases():
    """(path, target, alias)"""
    cases = [(path, "/$1", None) for path in PATHS] + [("/x(/|$)(.*)", target, None) for target in ASKED] + [("/x", "/", name) for name in NAMES]
    return cases + [("/(?<n>x)", "/$n", None), ("/(?'q'.)", "/$q/$1", None), ("/(?P<p>.)(?<p2>.)", "/$p$p2$p3", None)]


def check_refusals(tally, args, nginx):
    """As the controller writes its configuration, each a server of its own; for ing2gw each a class of its own."""
    docs, requests = [], ""
    cases = refusal_cases()
    for number, (path, target, alias) in enumerate(cases):
        name = "c%d" % number
        annotations = {PREFIX + "use-regex": "true", PREFIX + "rewrite-target": target}
        if alias:
            annotations[PREFIX + "server-alias"] = alias
        docs.append({"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": {"name": name}, "spec": {"controller": "k8s.io/ingress-nginx"}})
        docs.append({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": name, "namespace": "n", "annotations": annotations},
                     "spec": {"ingressClassName": name, "rules": [{"host": name + ".example.com", "http": {"paths": [
                         {"path": path, "pathType": "ImplementationSpecific", "backend": {"service": {"name": "s", "port": {"number": 80}}}}]}}]}})
        requests += json.dumps({"entry": name, "host": name + ".example.com", "target": "/"}) + "\n"
    manifests = os.path.join(nginx.folder, "refused.yaml")
    with open(manifests, "w", encoding="utf-8") as file:
        file.write("---\n".join(json.dumps(item) + "\n" for item in docs))
    traced = common.run(args.binary, ["trace", "--requests", "-", "-o", "json", "--world", "closed", manifests], stdin=requests.encode())
    if traced.code not in (0, 1) or len(traced.out.splitlines()) != len(cases):
        tally.fail("refusals", traced.err.decode("utf-8", "replace"))
        return
    variables = "".join("set $%s x;\n" % name for name in DEFINED)
    temporary = "".join("%s_temp_path %s;\n" % (kind, nginx.folder) for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    refused = 0
    for (path, target, alias), line in zip(cases, traced.out.decode().splitlines()):
        answer = json.loads(line)
        takes, says = nginx.takes("pid %s/test.pid;\nevents {}\nhttp {\naccess_log off;\n%sserver {\nlisten 127.0.0.1:1;\nserver_name _;\n}\nserver {\nlisten 127.0.0.1:1;\nserver_name \"c\" %s;\n%slocation ~* %s {\nrewrite %s %s break;\n"
                                  "proxy_pass http://127.0.0.1:1;\n}\n}\n}\n" % (
                                      nginx.folder, temporary,
                                      nginx_text(alias) if alias else "", variables, nginx_text("^" + path), nginx_text("(?i)" + path), target))
        refused += not takes
        tally.check((answer.get("state") == "CONFIG_REJECTED") == (not takes), "path %r target %r alias %r" % (path, target, alias),
                    "ing2gw: %s; nginx: %s" % (answer.get("problem", "takes it"), says or "takes it"))
    print("%d configurations, %d of them refused by nginx" % (len(cases), refused))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=os.path.join(common.ROOT, "build/test/ing2gw"))
    parser.add_argument("--render", default=os.path.join(common.ROOT, "build/test/render"))
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--keep", action="store_true")
    args = parser.parse_args()
    args.binary, args.render = os.path.abspath(args.binary), os.path.abspath(args.render)
    tally = common.Tally()
    program = find_nginx()
    if not program:
        tally.fail("nginx", "there is none; tests/deps.sh install test gets it")
        return tally.end()
    folder = tempfile.mkdtemp(prefix="ing2gw-nginx-")
    nginx = Nginx(program, folder)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        check_requests(tally, args, nginx)
        check_refusals(tally, args, nginx)
    finally:
        nginx.stop()
        if args.keep:
            print("kept:", folder)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())

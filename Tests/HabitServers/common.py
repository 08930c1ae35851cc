"""What the servers of this folder share. Each is started as `python3 SERVER.py PORT [--racy]`: correct, with a habit that real
servers have; its racy twin has the habit too, and a call inside a window that nothing guards."""
import contextlib, os, socket, sys, threading

PORT, RACY = int(sys.argv[1]), "--racy" in sys.argv
LOG = os.open(os.devnull, os.O_WRONLY)


class Store:
    """Values by key. Each operation is one step; not so in the racy twin."""

    def __init__(self):
        self.values, self.pending, self.lock = {}, None, threading.RLock()

    def guard(self):
        return contextlib.nullcontext() if RACY else self.lock

    def window(self):
        if RACY: os.write(LOG, b"step\n")

    def get(self, key):
        with self.guard(): return self.values.get(key)

    def put(self, key, value):
        with self.guard():
            self.pending = value
            self.window()
            self.values[key] = self.pending

    def delete(self, key):
        with self.guard(): return self.values.pop(key, None) is not None

    def incr(self, key):
        with self.guard():
            number = int(self.values.get(key, b"0")) + 1
            self.window()
            self.values[key] = b"%d" % number
            return number

    def passed(self, value):
        """The value, by way of a place that all share."""
        with self.guard():
            self.pending = value
            self.window()
            return self.pending


class Closed(Exception):
    """The server closes, in its own way."""


def listen(backlog=128):
    listener = socket.create_server(("127.0.0.1", PORT), backlog=backlog)
    return listener


def accept(listener):
    client, _ = listener.accept()
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def talk(client, conversation):
    """One connection, to its end."""
    with client, client.makefile("rb") as reader:
        with contextlib.suppress(OSError, ValueError, IndexError, Closed): conversation(client, reader)


def threaded(conversation, listener=None):
    """A thread for each connection."""
    listener = listener or listen()
    while True:
        threading.Thread(target=talk, args=(accept(listener), conversation), daemon=True).start()


def iterative(conversation):
    """One connection after the other."""
    listener = listen()
    while True: talk(accept(listener), conversation)


def pooled(conversation, workers):
    """So many workers, each with one connection at a time; the others are accepted, and wait."""
    import queue
    waiting = queue.Queue()

    def work():
        while True: talk(waiting.get(), conversation)

    for _ in range(workers): threading.Thread(target=work, daemon=True).start()
    listener = listen()
    while True: waiting.put(accept(listener))


# RESP

def bulk(value):
    return b"$-1\r\n" if value is None else b"$%d\r\n%s\r\n" % (len(value), value)


def resp_words(reader, inline=True, longest=1 << 20):
    head = reader.readline()
    if not head: raise Closed
    if not head.startswith(b"*"):
        if not inline: raise Closed
        return head.split()
    words = []
    for _ in range(int(head[1:])):
        length = int(reader.readline()[1:])
        if length > longest: raise Closed
        words.append(reader.read(length + 2)[:-2])
    return words


def resp_reply(store, words):
    name = words[0].upper()
    if name == b"PING": return b"+PONG\r\n"
    if name == b"ECHO": return bulk(store.passed(words[1]))
    if name == b"GET": return bulk(store.get(words[1]))
    if name == b"SET" and len(words) == 3:
        store.put(words[1], words[2])
        return b"+OK\r\n"
    if name == b"DEL": return b":%d\r\n" % sum(store.delete(key) for key in words[1:])
    if name == b"INCR":
        try: return b":%d\r\n" % store.incr(words[1])
        except ValueError: return b"-ERR value is not an integer or out of range\r\n"
    return b"-ERR unknown command '%s'\r\n" % name


def resp(store, **limits):
    def conversation(client, reader):
        while True:
            words = resp_words(reader, **limits)
            if words: client.sendall(resp_reply(store, words))
    return conversation


# HTTP

class Request:
    def __init__(self, reader, longest_line=65536):
        first = reader.readline(longest_line + 1)
        if not first or len(first) > longest_line: raise Closed
        self.method, self.path, self.version = first.split()
        self.fields = {}
        while (line := reader.readline(longest_line + 1)) not in (b"\r\n", b"\n", b""):
            if len(line) > longest_line: raise Closed
            name, _, value = line.partition(b":")
            self.fields[name.strip().lower()] = value.strip()
        self.length = int(self.fields.get(b"content-length", b"0"))
        self.closes = self.version == b"HTTP/1.0" or self.fields.get(b"connection", b"").lower() == b"close"

    def read(self, reader):
        self.body = reader.read(self.length)
        return self


def http_reply(status, body=b"", fields=(), request=None):
    head = b"HTTP/1.1 %s\r\n" % status + b"".join(b"%s: %s\r\n" % field for field in fields)
    bodiless = status[:3] == b"204"
    if not bodiless: head += b"Content-Length: %d\r\n" % len(body)
    isHead = request is not None and request.method == b"HEAD"
    return head + b"\r\n" + (b"" if bodiless or isHead else body)


def http_answer(store, request):
    """Status and body: what a small file store says."""
    if request.method == b"PUT":
        store.put(request.path, request.body)
        return b"204 No Content", b""
    if request.method in (b"GET", b"HEAD"):
        body = store.get(request.path)
        return (b"404 Not Found", b"") if body is None else (b"200 OK", body)
    if request.method == b"DELETE":
        return (b"204 No Content" if store.delete(request.path) else b"404 Not Found"), b""
    return b"405 Method Not Allowed", b""


def http(store, answer=http_answer):
    def conversation(client, reader):
        while True:
            request = Request(reader).read(reader)
            status, body = answer(store, request)
            client.sendall(http_reply(status, body, request=request))
            if request.closes: return
    return conversation


# memcached

def memcached(store, words, reader):
    """The reply to a command line; nil where none is wanted."""
    name, quiet = words[0], words[-1] == b"noreply"
    if name in (b"get", b"gets"):
        found = [(key, store.get(key)) for key in words[1:]]
        return b"".join(b"VALUE %s %s %d\r\n%s\r\n" % (key, v[0], len(v[1]), v[1]) for key, v in found if v) + b"END\r\n"
    if name in (b"set", b"add", b"replace"):
        value = reader.read(int(words[4]) + 2)[:-2]
        with store.guard():
            if name != b"set" and (store.get(words[1]) is None) != (name == b"add"): reply = b"NOT_STORED\r\n"
            else:
                store.put(words[1], (words[2], value))
                reply = b"STORED\r\n"
    elif name == b"delete": reply = b"DELETED\r\n" if store.delete(words[1]) else b"NOT_FOUND\r\n"
    elif name == b"incr":
        with store.guard():
            value = store.get(words[1])
            if value is None: reply = b"NOT_FOUND\r\n"
            elif not value[1].isdigit(): reply = b"CLIENT_ERROR cannot increment or decrement non-numeric value\r\n"
            else:
                number = int(value[1]) + int(words[2])
                store.window()
                store.values[words[1]] = (value[0], b"%d" % number)
                reply = b"%d\r\n" % number
    elif name == b"version": reply = b"VERSION 1.2.3\r\n"
    else: return b"ERROR\r\n"
    return b"" if quiet else reply

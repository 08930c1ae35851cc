"""A value with versions over HTTP. `rest.py PORT [--racy]`: racy, it compares first and writes later."""
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

store = {}
lock = threading.Lock()
racy = "--racy" in sys.argv
versions = 0


def write(path, number):
    global versions
    versions += 1
    is_new = path not in store
    store[path] = (number, '"%d"' % versions)
    return is_new, store[path][1]


def compares(path, version):
    held = store.get(path)
    return held is not None and held[1] == version


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def log_message(self, *ignored):
        pass

    def reply(self, status, content, version=None):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if version:
            self.send_header("ETag", version)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def do_GET(self):
        with lock:
            held = store.get(self.path)
        if held is None:
            self.reply(404, {})
        else:
            self.reply(200, {"n": held[0]}, held[1])

    def do_PUT(self):
        number = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["n"]
        wanted = self.headers.get("If-Match")
        if wanted is None:
            with lock:
                is_new, version = write(self.path, number)
            return self.reply(201 if is_new else 200, {"n": number}, version)
        version = None
        if racy:
            if compares(self.path, wanted):
                time.sleep(0.0005)
                with lock:
                    version = write(self.path, number)[1]
        else:
            with lock:
                if compares(self.path, wanted):
                    version = write(self.path, number)[1]
        if version:
            self.reply(200, {"n": number}, version)
        else:
            self.reply(412, {})


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()

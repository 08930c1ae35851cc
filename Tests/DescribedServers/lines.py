"""Counters by lines. It is right with a lock, and racy without: `lines.py PORT [--racy]`."""
import socketserver
import sys
import threading
import time

store = {}
lock = threading.Lock()
racy = "--racy" in sys.argv


def add(key, step):
    value = store.get(key, 0) + step
    if racy:
        time.sleep(0.0001)
    store[key] = value
    return value


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            words = line.decode().split()
            if len(words) == 3 and words[0] == "ADD":
                if racy:
                    value = add(words[1], int(words[2]))
                else:
                    with lock:
                        value = add(words[1], int(words[2]))
                self.wfile.write(b"OK %d\n" % value)
            elif len(words) == 2 and words[0] == "READ":
                self.wfile.write(b"OK %d\n" % store.get(words[1], 0))
            else:
                self.wfile.write(b"ERR\n")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64


Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()

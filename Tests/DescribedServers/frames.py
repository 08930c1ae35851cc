"""Frames of a length, an id and a code. `frames.py PORT [--any-order] [--racy]`."""
import random
import socketserver
import struct
import sys
import threading
import time

store = {}
lock = threading.Lock()
racy = "--racy" in sys.argv
any_order = "--any-order" in sys.argv


def answer(body):
    id, code = struct.unpack(">IB", body[:5])
    length = struct.unpack(">H", body[5:7])[0]
    key = body[7 : 7 + length]
    rest = body[7 + length :]
    if code == 1:
        if racy:
            # For a moment nobody finds it.
            store.pop(key, None)
            time.sleep(0.0003)
            store[key] = rest[4:]
        else:
            with lock:
                store[key] = rest[4:]
        return struct.pack(">IB", id, 0)
    if code == 2:
        with lock:
            value = store.get(key)
        if value is None:
            return struct.pack(">IB", id, 1)
        return struct.pack(">IBI", id, 0, len(value)) + value
    return struct.pack(">IB", id, 255) + b"unknown code"


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        stream = self.request.makefile("rb")
        writing = threading.Lock()
        at_work = []

        def serve(body):
            if any_order:
                time.sleep(random.random() * 0.002)
            reply = answer(body)
            with writing:
                try:
                    self.request.sendall(struct.pack(">I", len(reply)) + reply)
                except OSError:
                    pass

        while True:
            head = stream.read(4)
            if len(head) < 4:
                break
            body = stream.read(struct.unpack(">I", head)[0])
            if any_order:
                at_work.append(threading.Thread(target=serve, args=(body,)))
                at_work[-1].start()
            else:
                serve(body)
        for thread in at_work:
            thread.join()


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64


Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()

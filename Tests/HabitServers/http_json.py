"""http: what was PUT comes back inside JSON, with a count of its changes."""
import json
from common import *
store, counts = Store(), {}

def answer(store, request):
    with store.guard():
        if request.method == b"PUT":
            counts[request.path] = counts.get(request.path, 0) + 1
            status, _ = http_answer(store, request)
            return b"200 OK", json.dumps({"changes": counts[request.path]}).encode()
        status, body = http_answer(store, request)
        if status[:3] != b"200": return status, b'{"error": "no such item"}'
        return status, json.dumps({"value": body.decode("latin-1"), "changes": counts.get(request.path, 0)}).encode()

threaded(http(store, answer))

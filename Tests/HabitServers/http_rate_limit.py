"""http: 429 to what comes faster than twenty requests a second, on all connections together."""
import time
from common import *
tokens, last, gate = 20.0, time.monotonic(), threading.Lock()

def answer(store, request):
    global tokens, last
    with gate:
        now = time.monotonic()
        tokens, last = min(20.0, tokens + (now - last) * 20), now
        if tokens < 1: return b"429 Too Many Requests", b"slow down\n"
        tokens -= 1
    return http_answer(store, request)

threaded(http(Store(), answer))

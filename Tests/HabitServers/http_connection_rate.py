"""http: a hundred new connections a second, thirty at once; others are closed unread."""
import time
from common import *
serve, listener = http(Store()), listen()
tokens, last = 30.0, time.monotonic()
while True:
    client, now = accept(listener), time.monotonic()
    tokens, last = min(30.0, tokens + (now - last) * 100), now
    if tokens < 1: client.close()
    else:
        tokens -= 1
        threading.Thread(target=talk, args=(client, serve), daemon=True).start()

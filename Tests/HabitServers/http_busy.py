"""http: serves two connections at once; any other is told 503 and closed."""
from common import *
store, slots = Store(), threading.Semaphore(2)
serve = http(store)

def conversation(client, reader):
    if not slots.acquire(blocking=False):
        Request(reader).read(reader)
        client.sendall(http_reply(b"503 Service Unavailable", b"", [(b"Retry-After", b"1"), (b"Connection", b"close")]))
        return
    try: serve(client, reader)
    finally: slots.release()

threaded(conversation)

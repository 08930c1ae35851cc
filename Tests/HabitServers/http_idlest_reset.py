"""http: two connections at once; for another one the one that was idle longest is reset."""
import struct, time
from common import *
store, gate, known = Store(), threading.Lock(), {}

def conversation(client, reader):
    with gate:
        if len(known) == 2:
            idlest = known.pop(min(known, key=lambda one: known[one][1]))[0]
            with contextlib.suppress(OSError):
                idlest.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                idlest.shutdown(socket.SHUT_RDWR)
        known[id(client)] = [client, time.monotonic()]
    try:
        while True:
            request = Request(reader).read(reader)
            with gate:
                if id(client) not in known: return
                known[id(client)][1] = time.monotonic()
            status, body = http_answer(store, request)
            client.sendall(http_reply(status, body, request=request))
            if request.closes: return
    finally:
        with gate: known.pop(id(client), None)

threaded(conversation)

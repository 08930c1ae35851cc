"""resp: three connections at once; for another one the oldest is closed."""
import collections
from common import *
serve, gate, known = resp(Store()), threading.Lock(), collections.OrderedDict()

def conversation(client, reader):
    with gate:
        if len(known) == 3:
            with contextlib.suppress(OSError): known.popitem(last=False)[1].shutdown(socket.SHUT_RDWR)
        known[id(client)] = client
    try: serve(client, reader)
    finally:
        with gate: known.pop(id(client), None)

threaded(conversation)

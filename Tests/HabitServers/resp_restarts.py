"""resp: after three hundred requests all connections are closed, as by a worker that is replaced now and then."""
from common import *
store, gate, known, answered = Store(), threading.Lock(), set(), 0

def conversation(client, reader):
    global answered
    known.add(client)
    try:
        while words := resp_words(reader):
            client.sendall(resp_reply(store, words))
            with gate:
                answered += 1
                if answered % 300: continue
                for other in known:
                    with contextlib.suppress(OSError): other.shutdown(socket.SHUT_RDWR)
                known.clear()
    finally:
        with gate: known.discard(client)

threaded(conversation)

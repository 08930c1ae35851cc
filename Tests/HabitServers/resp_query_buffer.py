"""resp: who sends more than 3,000 bytes before they are read is left."""
import io
from common import *
store = Store()

def conversation(client, reader):
    held = b""
    while data := client.recv(65536):
        held += data
        if len(held) > 3000: return
        while held:
            stream = io.BytesIO(held)
            try: words = resp_words(stream)
            except (Closed, ValueError): break
            if stream.tell() == len(held) and not held.endswith(b"\n"): break
            held = held[stream.tell():]
            if words: client.sendall(resp_reply(store, words))

threaded(conversation)

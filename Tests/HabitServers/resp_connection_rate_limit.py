"""resp: who asks for more than two hundred things a second on a connection, twenty at once, is left."""
import time
from common import *
store = Store()

def conversation(client, reader):
    tokens, last = 20.0, time.monotonic()
    while words := resp_words(reader):
        now = time.monotonic()
        tokens, last = min(20.0, tokens + (now - last) * 200), now
        if tokens < 1: return
        tokens -= 1
        client.sendall(resp_reply(store, words))

threaded(conversation)

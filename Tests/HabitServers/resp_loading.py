"""resp: refuses everything while it loads, for its first second."""
import time
from common import *
store, start = Store(), time.monotonic()

def conversation(client, reader):
    while True:
        words = resp_words(reader)
        if time.monotonic() < start + 1: client.sendall(b"-LOADING dataset in memory\r\n")
        else: client.sendall(resp_reply(store, words))

threaded(conversation)

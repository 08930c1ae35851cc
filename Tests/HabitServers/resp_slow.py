"""resp: thinks for 30 ms about each request."""
import time
from common import *
store = Store()

def conversation(client, reader):
    while True:
        words = resp_words(reader)
        time.sleep(0.03)
        client.sendall(resp_reply(store, words))

threaded(conversation)

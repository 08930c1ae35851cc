"""resp: one connection after the other, each with one request."""
from common import *
store = Store()

def conversation(client, reader):
    client.sendall(resp_reply(store, resp_words(reader)))

iterative(conversation)

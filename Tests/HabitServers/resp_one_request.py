"""resp: one request a connection, then it closes."""
from common import *
store = Store()

def conversation(client, reader):
    client.sendall(resp_reply(store, resp_words(reader)))

threaded(conversation)

"""resp: who asks for more than 5,000 bytes at once is left, as by a limit on what waits to be sent."""
from common import *
store = Store()

def conversation(client, reader):
    while words := resp_words(reader):
        reply = resp_reply(store, words)
        if len(reply) > 5000: return
        client.sendall(reply)

threaded(conversation)

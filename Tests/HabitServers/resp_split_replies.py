"""resp: each reply is sent in three writes."""
from common import *
store = Store()

def conversation(client, reader):
    while True:
        reply = resp_reply(store, resp_words(reader))
        for part in (reply[:1], reply[1:4], reply[4:]):
            if part: client.sendall(part)

threaded(conversation)

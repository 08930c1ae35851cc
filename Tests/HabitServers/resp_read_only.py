"""resp: a replica, which refuses to be written."""
from common import *
store = Store()

def conversation(client, reader):
    while True:
        words = resp_words(reader)
        if words[0].upper() in (b"GET", b"PING", b"ECHO"): client.sendall(resp_reply(store, words))
        else: client.sendall(b"-READONLY You can't write against a read only replica.\r\n")

threaded(conversation)

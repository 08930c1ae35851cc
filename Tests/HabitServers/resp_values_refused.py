"""resp: values of more than 512 bytes are refused in words."""
from common import *
store = Store()

def conversation(client, reader):
    while True:
        words = resp_words(reader)
        if any(len(word) > 512 for word in words): client.sendall(b"-ERR Protocol error: invalid bulk length\r\n")
        else: client.sendall(resp_reply(store, words))

threaded(conversation)

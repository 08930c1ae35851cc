"""memcached: values of more than 1 KiB are swallowed and refused."""
from common import *
store = Store()

def conversation(client, reader):
    while line := reader.readline():
        words = line.split()
        if words[0] in (b"set", b"add", b"replace") and int(words[4]) > 1024:
            reader.read(int(words[4]) + 2)
            client.sendall(b"SERVER_ERROR object too large for cache\r\n")
        else: client.sendall(memcached(store, words, reader))

threaded(conversation)

"""tagged: lines of more than 256 bytes are refused in words, and the connection is closed."""
from common import *
store = Store()

def conversation(client, reader):
    while line := reader.readline(257):
        if not line.endswith(b"\n"):
            client.sendall(b"ERR line too long\n")
            return
        words = store.passed(line).split()
        client.sendall(b"RSP %s %s\n" % (words[1], words[2]))

threaded(conversation)

"""tagged: says hello to each client first, in two lines."""
from common import *
store = Store()

def conversation(client, reader):
    client.sendall(b"* small server 1.0\n* ready\n")
    for line in reader:
        words = store.passed(line).split()
        client.sendall(b"RSP " + b" ".join(reversed(words[1:])) + b"\n" if len(words) < 3 else b"RSP %s %s\n" % (words[1], words[2]))

threaded(conversation)

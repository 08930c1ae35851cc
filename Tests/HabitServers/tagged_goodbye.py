"""tagged: says goodbye to who has said nothing for 200 ms, and closes."""
from common import *
store = Store()

def conversation(client, reader):
    client.settimeout(0.2)
    while True:
        try: line = reader.readline()
        except TimeoutError:
            client.sendall(b"BYE idle\n")
            return
        if not line: return
        words = store.passed(line).split()
        client.sendall(b"RSP %s %s\n" % (words[1], words[2]))

threaded(conversation)

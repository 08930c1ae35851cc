"""tagged: two requests at once; any other is answered ERR."""
import time
from common import *
store, slots = Store(), threading.Semaphore(2)

def conversation(client, reader):
    while line := reader.readline():
        if not slots.acquire(blocking=False):
            client.sendall(b"ERR busy\n")
            continue
        try:
            time.sleep(0.0005)
            words = store.passed(line).split()
        finally: slots.release()
        client.sendall(b"RSP %s %s\n" % (words[1], words[2]))

threaded(conversation)

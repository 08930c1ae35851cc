"""resp: three clients at once; any other is told so and closed."""
from common import *
serve, slots = resp(Store()), threading.Semaphore(3)

def conversation(client, reader):
    if not slots.acquire(blocking=False):
        client.sendall(b"-ERR max number of clients reached\r\n")
        return
    try: serve(client, reader)
    finally: slots.release()

threaded(conversation)

"""resp: three clients at once; any other is closed at once."""
from common import *
serve, slots = resp(Store()), threading.Semaphore(3)

def conversation(client, reader):
    if not slots.acquire(blocking=False): return
    try: serve(client, reader)
    finally: slots.release()

threaded(conversation)

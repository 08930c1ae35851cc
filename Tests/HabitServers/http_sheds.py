"""http: two requests at once; any other is answered 503."""
import time
from common import *
store, slots = Store(), threading.Semaphore(2)

def answer(store, request):
    if not slots.acquire(blocking=False): return b"503 Service Unavailable", b"busy\n"
    try:
        time.sleep(0.0005)
        return http_answer(store, request)
    finally: slots.release()

threaded(http(store, answer))

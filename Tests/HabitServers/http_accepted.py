"""http: PUT is accepted with 202, and done by one of two workers a little later."""
import queue, time
from common import *
work = queue.Queue()

def answer(store, request):
    if request.method != b"PUT": return http_answer(store, request)
    work.put((request.path, request.body))
    return b"202 Accepted", b""

def worker(store):
    while True:
        path, body = work.get()
        time.sleep(0.002)
        store.put(path, body)

store = Store()
for _ in range(2): threading.Thread(target=worker, args=(store,), daemon=True).start()
threaded(http(store, answer))

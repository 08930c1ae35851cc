"""http: thinks for 60 ms about each request."""
import time
from common import *

def answer(store, request):
    time.sleep(0.06)
    return http_answer(store, request)

threaded(http(Store(), answer))

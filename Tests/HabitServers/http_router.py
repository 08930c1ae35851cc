"""http: only PUT and GET are routed; any other method is 404."""
from common import *

def answer(store, request):
    return http_answer(store, request) if request.method in (b"PUT", b"GET") else (b"404 Not Found", b"")

threaded(http(Store(), answer))

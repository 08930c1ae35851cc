"""http: what nobody writes anew is gone after 15 ms."""
import time
from common import *

class Short(Store):
    def __init__(self):
        super().__init__()
        self.written = {}

    def get(self, key):
        with self.guard():
            if time.monotonic() - self.written.get(key, 0) > 0.015: self.values.pop(key, None)
            return self.values.get(key)

    def put(self, key, value):
        with self.guard():
            super().put(key, value)
            self.written[key] = time.monotonic()

    def delete(self, key):
        with self.guard():
            self.get(key)
            return super().delete(key)

threaded(http(Short()))

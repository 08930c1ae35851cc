"""resp: remembers the last twelve keys only."""
from common import *

class Small(Store):
    def put(self, key, value):
        with self.guard():
            self.values.pop(key, None)
            super().put(key, value)
            while len(self.values) > 12: self.values.pop(next(iter(self.values)), None)

threaded(resp(Small()))

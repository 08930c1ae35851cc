"""http: two workers, each with one connection at a time; further connections are accepted and wait for one to leave."""
from common import *
pooled(http(Store()), 2)

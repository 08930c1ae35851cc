"""resp: one connection after the other."""
from common import *
iterative(resp(Store()))

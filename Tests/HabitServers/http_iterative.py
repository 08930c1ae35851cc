"""http: one connection after the other; who stays connected is who is served."""
from common import *
iterative(http(Store()))

"""resp: commands are arrays; at anything else it closes."""
from common import *
threaded(resp(Store(), inline=False))

"""resp: closes at words of more than 512 bytes."""
from common import *
threaded(resp(Store(), longest=512))

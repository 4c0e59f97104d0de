from . import portal
from . import store

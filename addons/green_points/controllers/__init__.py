from . import portal
from . import services
from . import store
from . import store_services

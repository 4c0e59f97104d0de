from . import application
from . import claim
from . import contract
from . import portal
from . import shares
from . import store
from . import directory
from . import scan

from . import application
from . import contract
from . import portal

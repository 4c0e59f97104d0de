from . import money, serialize

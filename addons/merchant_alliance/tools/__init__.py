from . import amount, money, qr, serialize

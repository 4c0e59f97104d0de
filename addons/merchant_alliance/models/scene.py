"""The four places where a sale can happen (product words)."""

SCENES = [
    ("own_mall", "Own Mall"),
    ("brand_mall", "Brand Mall"),
    ("alliance", "Alliance"),
    ("supermarket", "Supermarket"),
]

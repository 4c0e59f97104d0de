{
    "name": "Merchant Alliance",
    "summary": "Merchants, stores, concession contracts and qualified sales",
    "version": "19.0.1.0.0",
    "category": "Sales/Loyalty",
    "license": "LGPL-3",
    "author": "Green Points Platform",
    "depends": ["account", "mail", "portal", "point_of_sale", "website_sale"],
    "data": [
        "security/groups.xml",
        "security/ir.model.access.csv",
        "security/rules.xml",
        "data/ir_sequence.xml",
        "data/ir_cron.xml",
        "views/menus.xml",
    ],
    "application": True,
}

{
    "name": "Green Points",
    "summary": "Policy versions, points ledger and cohorts",
    "version": "19.0.1.0.0",
    "category": "Sales/Loyalty",
    "license": "LGPL-3",
    "author": "Green Points Platform",
    "depends": ["merchant_alliance"],
    "data": [
        "security/ir.model.access.csv",
    ],
    "post_init_hook": "post_init_hook",
    "application": True,
}

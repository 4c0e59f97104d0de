{
    "name": "Risk Controls",
    "summary": "Limits, daily cap, circuit breaker and review queue",
    "version": "19.0.1.0.0",
    "category": "Sales/Loyalty",
    "license": "LGPL-3",
    "author": "Green Points Platform",
    "depends": ["voucher_settlement"],
    "data": [
        "security/groups.xml",
        "security/ir.model.access.csv",
        "security/rules.xml",
        "views/risk_views.xml",
    ],
    "post_init_hook": "post_init",
    "application": True,
}

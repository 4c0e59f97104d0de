{
    "name": "Voucher Settlement",
    "summary": "Rebate escrow, periods, settlement, wallets and vouchers",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "license": "LGPL-3",
    "author": "Green Points Platform",
    "depends": ["green_points", "account", "payment"],
    "data": [
        "security/groups.xml",
        "security/ir.model.access.csv",
        "security/voucher_rules.xml",
        "data/ir_sequence.xml",
        "data/ir_cron.xml",
    ],
    "application": True,
}

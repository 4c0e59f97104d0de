"""What holds on the platform at any moment, whatever was killed before: each query finds nothing."""

BROKEN = {
    "an entry moves money into or out of the escrow": """
        SELECT l.move_id, sum(l.balance) FROM account_move_line l JOIN account_account a ON a.id = l.account_id
         WHERE a.escrow_role IS NOT NULL AND l.parent_state = 'posted' GROUP BY 1 HAVING sum(l.balance) <> 0""",
    "the escrow bank is not what the escrow owes": """
        SELECT sum(l.balance) FROM account_move_line l JOIN account_account a ON a.id = l.account_id
         WHERE a.escrow_role IS NOT NULL AND l.parent_state = 'posted' HAVING sum(l.balance) <> 0""",
    "an escrow account is overdrawn": """
        SELECT a.escrow_role, sum(l.balance) FROM account_move_line l JOIN account_account a ON a.id = l.account_id
         WHERE a.escrow_role IS NOT NULL AND l.parent_state = 'posted' GROUP BY 1
        HAVING sum(l.balance) * CASE a.escrow_role WHEN 'escrow_bank' THEN 1 ELSE -1 END < 0""",
    "more was released than the pool held": """
        SELECT number FROM settlement_period WHERE released_amount > payable_amount OR payable_amount > pool_balance""",
    "more was credited than released": """
        SELECT 1 FROM (SELECT (SELECT COALESCE(sum(amount), 0) FROM voucher_entry WHERE kind = 'credit') AS credited,
                              (SELECT COALESCE(sum(released_amount), 0) FROM settlement_period
                                WHERE state = 'settled') AS released) t WHERE credited > released""",
    "a wallet is not what its ledger says": """
        SELECT w.id FROM voucher_wallet w LEFT JOIN voucher_entry e ON e.wallet_id = w.id GROUP BY w.id
        HAVING w.balance_deduction + w.balance_shopping <> COALESCE(sum(e.amount), 0)
            OR w.debt <> COALESCE(sum(e.debt_change), 0)""",
    "a wallet is not what its vouchers come to": """
        SELECT w.id FROM voucher_wallet w LEFT JOIN voucher_lot l ON l.wallet_id = w.id GROUP BY w.id
        HAVING w.balance_deduction + w.balance_shopping <> COALESCE(sum(l.remaining), 0)
            OR w.held_deduction + w.held_shopping <> COALESCE(sum(l.held), 0)""",
    "a voucher is not what its ledger says": """
        SELECT l.id FROM voucher_lot l LEFT JOIN voucher_entry e ON e.lot_id = l.id GROUP BY l.id
        HAVING l.remaining <> COALESCE(sum(e.amount), 0)""",
    "a wallet was not credited the whole cents that it earned":
        "SELECT id FROM voucher_wallet WHERE credited <> trunc(earned, 2)",
    "a period was credited twice": """
        SELECT wallet_id, period_id FROM voucher_entry WHERE kind = 'credit'
         GROUP BY 1, 2 HAVING count(*) > 1""",
    "points are not what their ledger says": """
        SELECT partner_id, holder_kind, cohort_id
          FROM (SELECT partner_id, holder_kind, cohort_id, base FROM green_points_position
                UNION ALL SELECT partner_id, holder_kind, cohort_id, -base FROM green_points_entry) t
         GROUP BY 1, 2, 3 HAVING sum(base) <> 0""",
    "a sale was divided into something else than its concession": """
        SELECT id FROM alliance_qualified_sale WHERE alloc_pool + alloc_shopping + alloc_commission + alloc_reserve
               + alloc_fee <> concession_amount""",
    "a deposit is not what its entries say": """
        SELECT m.id FROM alliance_merchant m LEFT JOIN alliance_deposit_entry d ON d.merchant_id = m.id GROUP BY m.id
        HAVING m.deposit_balance <> COALESCE(sum(d.amount), 0)""",
    "not exactly one period is open": """
        SELECT count(*) FROM settlement_period WHERE state = 'open' HAVING count(*) <> 1""",
    "a release is missing or booked twice": """
        SELECT p.number FROM settlement_period p LEFT JOIN account_move m ON m.ref = 'Period ' || p.number
               AND m.escrow_event = 'release' AND m.state = 'posted'
         WHERE p.state = 'settled' GROUP BY p.id HAVING count(m.id) <> (p.move_id IS NOT NULL)::int
            OR (p.move_id IS NOT NULL AND p.released_amount = 0)""",
}
TOLD = {  # what was told, against the records: how many, and cents in all
    "sale": "SELECT idempotency_key, cash_amount FROM alliance_qualified_sale",
    "pay": "SELECT idempotency_key, amount FROM voucher_hold WHERE state = 'captured'",
    "back": "SELECT idempotency_key, amount FROM voucher_entry WHERE kind = 'restore'",
}


def check(herd, is_end=False):
    """Raise an AssertionError that names whatever does not hold.

    :param is_end: nothing is under way any more: what is there must be exactly what was told
    """
    def look(env):
        for what, query in BROKEN.items():
            env.cr.execute(query)
            assert not (rows := env.cr.fetchall()), f"{what}: {rows[:5]}"
        assert (found := env["escrow.posting"]._check_subledger(env.company)) == [], found
        check_told(env, herd.get_told(), is_end)
        if is_end:
            env["escrow.posting"]._cron_post()
            env.cr.execute("SELECT number FROM settlement_period"
                           " WHERE state = 'settled' AND (released_amount > 0) <> (move_id IS NOT NULL)")
            assert not (rows := env.cr.fetchall()), f"a release was not booked: {rows}"
            env.user.group_ids += env.ref("account.group_account_user")  # whom Odoo lets ask
            results = env.company._check_hash_integrity()["results"]
            assert {row["status"] for row in results} <= {"verified", "no_data", "not_restricted"}, results

    herd.in_transaction(look)


def check_told(env, told, is_end):
    for kind, query in TOLD.items():
        env.cr.execute(query)
        rows = [(key, round(amount * 100)) for key, amount in env.cr.fetchall()]
        found = {}
        for key, cents in rows:
            name = "back-" + key.split("back-")[1].split(",")[0] if kind == "back" else key
            found[name] = found.get(name, 0) + cents
        if kind != "back":
            assert len(found) == len(rows), f"{kind}: something is there twice"
        expected = {key: cents for (name, key), cents in told.items() if name == kind}
        lost = {key: cents for key, cents in expected.items() if found.get(key) != cents}
        assert not lost, f"{kind}: told but not there, or with another amount: {lost}"
        if is_end:
            assert found == expected, f"{kind}: there but never told: {set(found) - set(expected)}"

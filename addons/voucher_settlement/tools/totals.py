"""What sub-ledgers and accounts add up to, known at any moment without reading them: for the check at a settlement."""

from odoo.addons.merchant_alliance.tools.tally import Tally

BOOK_TALLY = Tally(
    "voucher_settlement_tally_books", {"company_id": "integer", "account_id": "integer"}, {
        "account_move_line": """
            SELECT company_id, account_id, balance AS amount FROM {rows}
             WHERE parent_state = 'posted' AND account_id IS NOT NULL AND balance IS NOT NULL"""})

LEDGER_TALLY = Tally(
    "voucher_settlement_tally", {"company_id": "integer", "ledger": "varchar", "part": "varchar"}, {
        "voucher_lot": """
            SELECT w.company_id, 'lot' AS ledger, '' AS part, r.remaining AS amount
              FROM {rows} r JOIN voucher_wallet w ON w.id = r.wallet_id""",
        "voucher_entry": """
            SELECT company_id, 'entry' AS ledger,
                   kind || CASE WHEN move_id IS NULL THEN '' ELSE ',booked' END AS part, amount FROM {rows}""",
        "alliance_qualified_sale": """
            SELECT r.company_id, 'sale' AS ledger, c.part, c.amount
              FROM {rows} r CROSS JOIN LATERAL (
                   SELECT p.part || ',' || r.reward_state AS part, p.amount
                     FROM (VALUES ('pool', COALESCE(r.alloc_pool, 0) - COALESCE(r.voucher_from_pool, 0)),
                                  ('shopping', COALESCE(r.alloc_shopping, 0)),
                                  ('from_pool', COALESCE(r.voucher_from_pool, 0)),
                                  ('reserve', COALESCE(r.alloc_reserve, 0))) AS p (part, amount)
                    WHERE r.state = 'funded'
                   UNION ALL SELECT 'commission', r.alloc_commission
                    WHERE r.earned_move_id IS NOT NULL AND r.alloc_commission <> 0
                   UNION ALL SELECT 'forfeited', r.alloc_commission WHERE r.forfeit_move_id IS NOT NULL) AS c""",
        "alliance_deposit_entry": """
            SELECT company_id, 'deposit' AS ledger, '' AS part, amount FROM {rows}""",
        "alliance_merchant": """
            SELECT company_id, 'balance' AS ledger, '' AS part, deposit_balance AS amount
              FROM {rows} WHERE deposit_balance IS NOT NULL""",
        "promoter_commission": """
            SELECT company_id, 'commission' AS ledger, '' AS part, amount FROM {rows}
             WHERE kind IN ('payout', 'payout_undo') AND move_id IS NOT NULL""",
        "voucher_reimbursement": """
            SELECT company_id, 'reimbursement' AS ledger, '' AS part, amount FROM {rows} WHERE move_id IS NOT NULL""",
    })

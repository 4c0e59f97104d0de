"""What merchants' statements must say, reckoned a second time in plain SQL.

Shares nothing with the platform's own code: it looks at the raw tables by day, where the platform goes by the link
from each row to its statement; and at the general ledger as of each statement's last day.
Holds where every row was there when its interval was closed (nothing arrived late).
"""

RECKONING = """
WITH zone AS (
    SELECT c.id AS company_id, COALESCE(p.tz, 'UTC') AS name
      FROM res_company c JOIN res_partner p ON p.id = c.partner_id
), sales AS (
    SELECT s.merchant_id, (s.sale_datetime AT TIME ZONE 'UTC' AT TIME ZONE z.name)::date AS day, s.kind,
           s.cash_amount, s.concession_amount, COALESCE(s.alloc_commission, 0) AS commission
      FROM alliance_qualified_sale s JOIN zone z ON z.company_id = s.company_id
), spent AS (
    SELECT e.merchant_id, (e.date AT TIME ZONE 'UTC' AT TIME ZONE z.name)::date AS day, -e.amount AS amount,
           e.correction_id IS NOT NULL AS corrected
      FROM voucher_entry e JOIN zone z ON z.company_id = e.company_id WHERE e.kind IN ('redeem', 'restore')
), paid AS (
    SELECT r.merchant_id, m.date AS day, r.amount FROM voucher_reimbursement r JOIN account_move m ON m.id = r.move_id
), payouts AS (
    SELECT p.merchant_id, p.paid_on AS day, p.amount FROM payout_line p WHERE p.state = 'paid'
)
SELECT t.id, t.name,
    (SELECT COUNT(*) FROM sales x WHERE x.merchant_id = t.merchant_id AND x.kind = 'sale'
        AND x.day BETWEEN t.date_from AND t.date_to) AS sale_count,
    (SELECT COALESCE(SUM(x.cash_amount), 0) FROM sales x WHERE x.merchant_id = t.merchant_id
        AND x.day BETWEEN t.date_from AND t.date_to) AS cash_amount,
    (SELECT COALESCE(SUM(-x.concession_amount), 0) FROM sales x WHERE x.merchant_id = t.merchant_id
        AND x.day BETWEEN t.date_from AND t.date_to) AS concession_amount,
    (SELECT COALESCE(SUM(-x.commission), 0) FROM sales x WHERE x.merchant_id = t.merchant_id
        AND x.day BETWEEN t.date_from AND t.date_to) AS commission_amount,
    (SELECT COALESCE(SUM(d.amount), 0) FROM alliance_deposit_entry d WHERE d.merchant_id = t.merchant_id
        AND d.date < t.date_from) AS deposit_opening,
    (SELECT COALESCE(SUM(d.amount), 0) FROM alliance_deposit_entry d WHERE d.merchant_id = t.merchant_id
        AND d.date <= t.date_to) AS deposit_closing,
    (SELECT COALESCE(SUM(d.amount), 0) FROM alliance_deposit_entry d WHERE d.merchant_id = t.merchant_id
        AND d.kind = 'topup' AND d.date BETWEEN t.date_from AND t.date_to) AS deposit_in,
    (SELECT COALESCE(SUM(-d.amount), 0) FROM alliance_deposit_entry d WHERE d.merchant_id = t.merchant_id
        AND d.kind = 'funding' AND d.date BETWEEN t.date_from AND t.date_to) AS account_drawn,
    (SELECT COALESCE(SUM(p.amount), 0) FROM alliance_payment_share p WHERE p.merchant_id = t.merchant_id
        AND NOT COALESCE(p.is_voucher, FALSE) AND NOT COALESCE(p.is_own, FALSE)
        AND p.date BETWEEN t.date_from AND t.date_to) AS collected_amount,
    (SELECT COALESCE(SUM(x.amount), 0) FROM spent x WHERE x.merchant_id = t.merchant_id
        AND NOT x.corrected AND x.day BETWEEN t.date_from AND t.date_to) AS redeemed_amount,
    (SELECT COALESCE(SUM(x.amount), 0) FROM spent x WHERE x.merchant_id = t.merchant_id
        AND x.corrected AND x.day BETWEEN t.date_from AND t.date_to) AS corrected_amount,
    (SELECT COALESCE(SUM(-x.amount), 0) FROM paid x WHERE x.merchant_id = t.merchant_id
        AND x.day BETWEEN t.date_from AND t.date_to) AS reimbursed_amount,
    (SELECT COALESCE(SUM(-x.amount), 0) FROM payouts x WHERE x.merchant_id = t.merchant_id
        AND x.day BETWEEN t.date_from AND t.date_to) AS payout_amount,
    -- the account, all history in one sum
    (SELECT COALESCE(SUM(p.amount), 0) FROM alliance_payment_share p WHERE p.merchant_id = t.merchant_id
        AND NOT COALESCE(p.is_voucher, FALSE) AND NOT COALESCE(p.is_own, FALSE) AND p.date <= t.date_to)
    - (SELECT COALESCE(SUM(x.concession_amount), 0) FROM sales x WHERE x.merchant_id = t.merchant_id
        AND x.day <= t.date_to)
    - (SELECT COALESCE(SUM(d.amount), 0) FROM alliance_deposit_entry d WHERE d.merchant_id = t.merchant_id
        AND d.kind = 'funding' AND d.date <= t.date_to)
    + (SELECT COALESCE(SUM(x.amount), 0) FROM paid x WHERE x.merchant_id = t.merchant_id AND x.day <= t.date_to)
    - (SELECT COALESCE(SUM(x.amount), 0) FROM payouts x WHERE x.merchant_id = t.merchant_id AND x.day <= t.date_to)
        AS account_closing,
    (SELECT COALESCE(SUM(x.amount), 0) FROM spent x WHERE x.merchant_id = t.merchant_id AND x.day <= t.date_to)
    - (SELECT COALESCE(SUM(x.amount), 0) FROM paid x WHERE x.merchant_id = t.merchant_id AND x.day <= t.date_to)
        AS voucher_closing
FROM merchant_statement t ORDER BY t.id
"""

# From the general ledger alone: posted lines of the merchant's contact up to the statement's last day.
# Clearing also holds what vouchers paid of collected orders, until it is reimbursed: that part is left out, and so is
# what a reimbursement sets off (its debits; its credits where it returns). A payout counts when the bank has paid it,
# not when it is sent.
LEDGER = """
SELECT t.id, t.name,
    (SELECT COALESCE(-SUM(l.balance), 0) FROM account_move_line l
      WHERE l.account_id = c.merchant_deposit_account_id AND l.partner_id = m.partner_id
        AND l.parent_state = 'posted' AND l.date <= t.date_to) AS deposit_closing,
    (SELECT COALESCE(-SUM(l.balance), 0) FROM account_move_line l JOIN account_move v ON v.id = l.move_id
      WHERE l.account_id = c.merchant_clearing_account_id AND l.partner_id = m.partner_id
        AND l.parent_state = 'posted' AND l.date <= t.date_to
        AND (v.escrow_event NOT IN ('reimburse', 'reimburse_reversal', 'payout', 'payout_failed')
             OR v.escrow_event = 'reimburse' AND l.balance < 0
             OR v.escrow_event = 'reimburse_reversal' AND l.balance > 0))
    - (SELECT COALESCE(SUM(l.balance), 0) FROM account_move_line l JOIN account_move v ON v.id = l.move_id
        WHERE l.account_id = c.payout_transit_account_id AND l.partner_id = m.partner_id
          AND l.parent_state = 'posted' AND l.date <= t.date_to AND v.escrow_event = 'payout_paid')
    - (SELECT COALESCE(SUM(p.amount), 0) FROM alliance_payment_share p
        WHERE p.merchant_id = t.merchant_id AND p.is_voucher AND p.date <= t.date_to) AS account_closing,
    (SELECT COALESCE(-SUM(l.balance), 0) FROM account_move_line l JOIN account_account a ON a.id = l.account_id
      WHERE a.escrow_role = 'redeemed_due' AND l.partner_id = m.partner_id
        AND l.parent_state = 'posted' AND l.date <= t.date_to) AS voucher_closing
FROM merchant_statement t JOIN alliance_merchant m ON m.id = t.merchant_id JOIN res_company c ON c.id = m.company_id
ORDER BY t.id
"""


def find_differences(cursor):
    """Compare every statement with both reckonings.

    :param cursor: of a connection; everything must be booked
    :return: (number of statements, [(statement's name, figure, what it says, what it should say)])
    """
    count, differences = 0, []
    for query in (RECKONING, LEDGER):
        cursor.execute(query)
        names = [column.name for column in cursor.description][2:]
        rows = cursor.fetchall()
        cursor.execute(f"SELECT id, {', '.join(names)} FROM merchant_statement ORDER BY id")
        said = {row[0]: row[1:] for row in cursor.fetchall()}
        count = len(rows)
        for statement_id, name, *reckoned in rows:
            differences += [
                (name, figure, says, should)
                for figure, says, should in zip(names, said[statement_id], reckoned, strict=True) if says != should]
    return count, differences

"""What the platform's operators, makers and checkers do besides, behind the model's names."""

from decimal import Decimal
from fractions import Fraction

from odoo.exceptions import UserError

from tests.property.both_sides import get_policy_vals
from tests.property.real import Real

KINDS = ([("holder_kind", "=", "shopper")], [("holder_kind", "=", "merchant")])


class OperatedReal(Real):
    def __init__(self, case, start, prefix="life"):
        super().__init__(case, start, prefix)
        self.period = self.document = None
        self.env["green.points.cohort"]._lock_open(case.company)

    # -- rules -----------------------------------------------------------------------------

    def change_policy(self, policy, number=0):
        self.case._use_policy(
            period_days=self.case.PERIOD_DAYS, effective_number=number or 1, **get_policy_vals(policy))

    def add_rule(self, rule):
        """Put a point rule of the model in force here, too; the last one of all."""
        rules = self.env["green.points.rule"]
        rules.create({
            "name": "Rule", "company_id": self.case.company.id, "sequence": 1 + rules.search_count([]),
            "multiplier": float(rule.multiplier), "scene": rule.scene, "segment": rule.segment,
            "merchant_ids": self.case.merchants[rule.merchant].ids if rule.merchant else False,
            "date_from": f"{rule.begin} 00:00:00", "date_to": f"{rule.end} 00:00:00",
            "budget": (rule.budget or 0) / 100, "is_exclusive": rule.exclusive})

    def get_spent_budgets(self):
        self.env.flush_all()
        self.env.cr.execute("SELECT spent::text FROM green_points_rule WHERE budget > 0 ORDER BY sequence")
        return [int(Decimal(spent) * 100) for spent, in self.env.cr.fetchall()]

    # -- merchants -------------------------------------------------------------------------

    def amend(self, merchant, rate):
        """Let another rate be in force from tomorrow on."""
        contract = self.case.merchants[merchant].contract_ids.filtered(lambda found: found.state == "active")
        contract = contract.sorted("version")[-1:]
        version = self.env["alliance.contract"].browse(contract.action_amend()["res_id"])
        version.line_ids.rate = float(rate)
        version._activate("Test")

    def leave(self, merchant):
        record = self.case.merchants[merchant]
        if record.deposit_balance:
            record._deposit("withdrawal", -round(record.deposit_balance * 100), next(self.keys), "Test")
        record.action_close()

    def submit_reimbursement(self, merchant):
        """Return what the maker asks for, in cents; 0 when nothing is due."""
        document = self.env["voucher.reimbursement"].with_user(self.case.maker).create(
            {"merchant_id": self.case.merchants[merchant].id})
        try:
            with self.env.cr.savepoint():
                document.action_submit()
        except UserError as error:
            if "no redeemed vouchers" not in str(error):
                raise
            document.action_cancel()
            return 0
        self.document = document
        return round(document.amount * 100)

    def reimburse(self, merchant, cents):
        """Pay what was submitted; return False when that has become too much, and it is given up."""
        document = self.document.with_user(self.case.checker)
        assert (document.merchant_id, round(document.amount * 100)) == (self.case.merchants[merchant], cents)
        try:
            with self.env.cr.savepoint():
                document.action_approve()
        except UserError as error:
            if "has become less" not in str(error):
                raise
            document.action_cancel()
            return False
        return True

    # -- accounts --------------------------------------------------------------------------

    def merge(self, gone, kept):
        """Odoo's own wizard deletes the contact that is gone."""
        gone, kept = self.case.people.pop(gone), self.case.people[kept]
        self.env["base.partner.merge.automatic.wizard"]._merge((gone + kept).ids, kept)
        self.env.flush_all()
        self.env.invalidate_all()

    def close_account(self, shopper):
        """Return whether nothing stood in the way."""
        try:
            with self.env.cr.savepoint():
                self.case.people[shopper]._close_account("operator", "Moved away")
        except UserError as error:
            if "cannot be closed now" not in str(error):
                raise
            return False
        return True

    # -- corrections -----------------------------------------------------------------------

    def take_points(self, sale, side, cents):
        self._correct("points_entry_id", [("qualified_sale_id", "=", sale.id), ("base", ">", 0), *KINDS[side]], cents)

    def give_points(self, sale, side, cents):
        self._correct("points_entry_id", [
            ("qualified_sale_id", "=", sale.id), ("kind", "=", "correction"), ("base", "<", 0), *KINDS[side]], cents)

    def correct_payment(self, hold, cents):
        lot = hold.line_ids.sorted("id")[:1].lot_id
        self._correct("voucher_entry_id", [
            ("hold_id", "=", hold.id), ("lot_id", "=", lot.id), ("kind", "=", "redeem")], cents)

    def correct_expiry(self, sale, cents):
        self._correct("voucher_entry_id", [("lot_id", "in", sale.voucher_lot_ids.ids), ("kind", "=", "expire")], cents)

    def _correct(self, fname, domain, cents):
        """A maker reverses part of the last of these rows, and a checker books it."""
        corrections = self.env["ledger.correction"]
        entry = self.env[corrections._fields[fname].comodel_name].search(domain, order="id desc", limit=1)
        correction = corrections.with_user(self.case.maker).create({
            fname: entry.id, "amount": cents / 100, "reason": "Entered wrongly", "holder_text": "Entered wrongly"})
        correction.action_submit()
        correction.with_user(self.case.checker).action_approve()

    # -- settlement, step by step ----------------------------------------------------------

    def close(self):
        self.period = self.case._close()

    def compute(self):
        self.case._compute(self.period)

    def reset(self):
        self.period.with_user(self.case.maker).action_reset()

    def release_period(self):
        self.period.with_user(self.case.checker).action_approve()
        self.period.with_user(self.case.checker).action_settle()

    # -- looking ---------------------------------------------------------------------------

    def get_multiples(self):
        """Return ``{cohort: (how many times its base it has released, matured)}``."""
        self.env.flush_all()
        self.env.cr.execute("""
            SELECT c.number, COALESCE(MAX(i.accumulated), 0)::text, c.state = 'matured' FROM green_points_cohort c
         LEFT JOIN settlement_index i ON i.cohort_id = c.id WHERE c.company_id = %s GROUP BY c.id""",
                            [self.case.company.id])
        return {number: (Fraction(Decimal(multiple)), matured) for number, multiple, matured in self.env.cr.fetchall()}

    def get_flows(self):
        """Return the sums of the books' debits and credits on the rebate pool and of what merchants were paid."""
        self.env.flush_all()
        self.env.cr.execute("""
            SELECT m.escrow_event, a.escrow_role, SUM(l.balance)::text FROM account_move_line l
              JOIN account_move m ON m.id = l.move_id JOIN account_account a ON a.id = l.account_id
             WHERE m.company_id = %s AND m.state = 'posted' AND a.escrow_role IS NOT NULL GROUP BY 1, 2""",
                            [self.case.company.id])
        return {(event, role): int(Decimal(cents) * 100) for event, role, cents in self.env.cr.fetchall()}

    def get_chain_states(self):
        """Return what Odoo's own check says about the hash chains of journals."""
        self.env.user.group_ids += self.env.ref("account.group_account_user")  # whom Odoo lets ask
        return {row["status"] for row in self.case.company._check_hash_integrity()["results"]}

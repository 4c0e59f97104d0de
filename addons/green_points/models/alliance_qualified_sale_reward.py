from decimal import Decimal

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.merchant_alliance.tools.money import to_cents
from odoo.addons.merchant_alliance.tools.serialize import touch

BASE_BY_KIND = {"shopper": "base_shopper", "merchant": "base_merchant"}


class AllianceQualifiedSale(models.Model):
    """Life of a sale's rewards: pending → (held →) active, or rejected, or cancelled.

    A refund's ``reward_state`` follows its origin's: its part is ``active`` (taken back) once both
    the refund is funded and the origin's rewards are active.
    """

    _inherit = "alliance.qualified.sale"

    # -- giving --------------------------------------------------------------

    def _filter_rewardable(self):
        """Hook: return those of these funded sales whose rewards may begin now.

        An extension sets the ``reward_state`` of those it leaves out.
        """
        return self

    def _activate_rewards(self):
        """Put the points of these funded sales into the open cohort.

        Sales whose rewards are active, rejected or cancelled, or that have none, are left alone, so
        it may be called again. What refunds took meanwhile (a held sale's) is not given at all.

        :return: the sales activated by this call; what each gives is ``_get_due_cents()``
        :raise UserError: a sale is not funded, or its company has no active policy
        """
        sales = self.filtered(
            lambda sale: sale.kind == "sale" and sale.reward_state in ("pending", "held"))
        if unfunded := sales.filtered(lambda sale: sale.state != "funded"):
            raise UserError(self.env._(
                "The concession is not funded yet, so no rewards can begin: %s",
                ", ".join(unfunded.mapped("name"))))
        for company, company_sales in sales.grouped("company_id").items():
            cohort = self.env["green.points.cohort"]._lock_open(company)
            self.env["green.points.entry"].sudo()._record(  # sudo: nobody may write the ledger otherwise
                company_sales._prepare_earn_rows(cohort))
            company_sales._give_up_closed(cohort)
            for kind in BASE_BY_KIND:  # what is owed is paid out of what is earned
                self.env["green.points.debt"]._collect(company_sales._get_points_holders(kind), kind, company)
            (company_sales + company_sales._get_funded_refunds()).write(
                {"reward_state": "active", "cohort_id": cohort.id})
        return sales

    def _give_up_closed(self, cohort):
        """Shoppers whose account is closed give up at once what these sales have just given them in ``cohort``."""
        closed = self.filtered(lambda sale: sale.partner_id.sudo().alliance_closed_on)  # sudo: not for portal users
        rows = [row for row in closed._prepare_earn_rows(cohort) if row["holder_kind"] == "shopper"]
        self.env["green.points.entry"].sudo()._record([{  # sudo: nobody may write the ledger otherwise
            **row, "kind": "give_up", "cents": -row["cents"],
            "idempotency_key": f"give_up,{row['qualified_sale_id']}"} for row in rows])

    def _prepare_earn_rows(self, cohort):
        """Return the rows for ``green.points.entry._record`` that give these sales' points."""
        return [{
            "partner_id": sale._get_points_holder(kind).id,
            "holder_kind": kind,
            "cohort_id": cohort.id,
            "kind": "earn",
            "cents": cents[fname],
            "qualified_sale_id": sale.id,
            "idempotency_key": f"earn,{sale.id},{kind}",
        } for sale, cents in self._get_due_cents().items() for kind, fname in BASE_BY_KIND.items()]

    def _get_due_cents(self):
        """Return ``{sale: {field: cents}}``: what these sales give after their funded refunds.

        Fields: the five ``alloc_*`` and the two ``base_*``.
        """
        return self._get_left_cents(lambda refund: refund.state == "funded")

    def _get_funded_refunds(self):
        return self.refund_ids.filtered(
            lambda refund: refund.state == "funded" and refund.reward_state in ("pending", "held"))

    def _get_points_holder(self, kind):
        """Return the contact that holds this sale's points of ``kind`` (shopper or merchant)."""
        self.ensure_one()
        return self.partner_id if kind == "shopper" else self.merchant_id.partner_id

    def _get_points_holders(self, kind):
        """Return the contacts that hold the points of ``kind`` of these sales."""
        return self.env["res.partner"].union(*(sale._get_points_holder(kind) for sale in self))

    def _reject_rewards(self):
        """End the rewards of these held sales, and of their refunds, for good."""
        sales = self.filtered(lambda sale: sale.kind == "sale" and sale.reward_state == "held")
        (sales + sales._get_funded_refunds()).write({"reward_state": "rejected"})

    # -- taking back ---------------------------------------------------------

    def _revoke_rewards(self, refunds):
        """Take back from these sales what their funded ``refunds`` take.

        Active rewards: points leave the cohort that they joined. Pending, held and rejected ones
        have given nothing: the refund only follows the sale's state, and a sale of which nothing is
        left is cancelled. Refunds that were dealt with before are left alone.

        :param refunds: refund records with an origin in ``self``
        :return: the points entries made
        """
        refunds = refunds.filtered(lambda refund: refund.origin_id in self and refund.reward_state == "pending")
        touch(refunds.origin_id)  # else one that is released just now would not see these refunds
        taking = refunds.filtered(lambda refund: refund.origin_id.reward_state == "active")
        entries = taking._take_points()
        for refund in refunds - taking:
            refund.write({"reward_state": refund.origin_id.reward_state})
        waiting = (refunds - taking).origin_id.filtered(lambda sale: sale.reward_state in ("pending", "held"))
        for sale, cents in waiting._get_due_cents().items():
            if not any(cents.values()):
                (sale + sale._get_funded_refunds()).write({"reward_state": "cancelled"})
        return entries

    def _take_points(self):
        """Take the points of these refunds out of their origins' cohorts; return the entries."""
        entries = self._take_rows(self._prepare_refund_rows())
        for cohort, refunds in self.grouped(lambda refund: refund.origin_id.cohort_id).items():
            refunds.write({"reward_state": "active", "cohort_id": cohort.id})
        return entries

    def _take_rows(self, rows):
        """Take points of these sales or refunds back from their holders; what they gave away since is owed.

        :param list rows: as for ``green.points.entry._record``, all taking
        :return: the points entries made
        """
        partners = self.env["res.partner"].browse({row["partner_id"] for row in rows if row["cents"]})
        self._before_base_change(partners)
        # sudo: whoever refunds, whoever holds the points
        rows, missing = self.env["green.points.position"].sudo()._split_by_held(rows)
        # sudo: nobody may write the ledger otherwise
        entries = self.env["green.points.entry"].sudo()._record(rows)
        self._after_base_taken(entries)
        self._owe_points(missing)
        return entries

    def _give_rows(self, rows):
        """Give points of these sales again that were taken from their holders by mistake.

        They release from now on; what the holders owe is paid out of them.

        :param list rows: as for ``green.points.entry._record``, all giving
        :return: the points entries made
        :raise UserError: a holder's account is closed
        """
        partners = self.env["res.partner"].browse({row["partner_id"] for row in rows})
        if closed := partners.sudo().filtered("alliance_closed_on"):  # sudo: nothing but the name comes out
            raise UserError(self.env._(
                "The account of %s is closed: it cannot be given points. Open it again first.", closed[0].name))
        self._before_base_change(partners)
        entries = self.env["green.points.entry"].sudo()._record(rows)  # sudo: see _take_rows
        for (company, kind), given in entries.grouped(lambda entry: (entry.company_id, entry.holder_kind)).items():
            self.env["green.points.debt"]._collect(given.partner_id, kind, company)
        return entries

    def _owe_points(self, missing):
        """Let holders owe what could not be taken, and pay out of the other points that they have."""
        if not missing:
            return
        debts = self.env["green.points.debt"]._owe(missing)
        self._after_points_owed(debts)
        for (company, kind), owed in debts.grouped(lambda debt: (debt.company_id, debt.holder_kind)).items():
            debts._collect(owed.partner_id, kind, company)

    def _prepare_refund_rows(self):
        """Return the rows for ``green.points.entry._record`` that take these refunds' points.

        Of a sale whose points were corrected, a refund takes its share of what is left, rounded up.
        """
        corrected = self.origin_id._get_points_left(corrected_only=True)
        return [{
            "partner_id": refund.origin_id._get_points_holder(kind).id,
            "holder_kind": kind,
            "cohort_id": refund.origin_id.cohort_id.id,
            "kind": "refund",
            "cents": refund._get_share_of_left(kind, to_cents(refund[fname], refund.currency_id), corrected),
            "qualified_sale_id": refund.id,
            "idempotency_key": f"refund,{refund.id},{kind}",
        } for refund in self for kind, fname in BASE_BY_KIND.items()]

    def _get_share_of_left(self, kind, cents, corrected):
        """Return what this refund takes (cents, negative), where the rule says ``cents``.

        :param dict corrected: as of ``_get_points_left``; lowered by what is taken
        """
        key = self.origin_id, kind
        if key not in corrected or not cents:
            return cents
        due, left = corrected[key]
        share = cents * left // due  # rounded away from nought, in the pool's favour
        corrected[key] = due + cents, left + share
        return share

    def _get_points_left(self, corrected_only=False):
        """Return what of these sales' points is due and what is left, in cents.

        Due: what the sale gives less what its refunds, as far as they were dealt with, take. Left: its entries
        and its refunds' less what is owed for them. Both are the same but for corrections.

        :param bool corrected_only: leave out sales without corrections
        :return: ``{(sale, kind of holder): (due, left)}``
        """
        named = self + self.refund_ids
        if not named:
            return {}
        self.env["green.points.debt"].flush_model()
        rows = self.env.execute_query(SQL(
            """SELECT COALESCE(s.origin_id, s.id), r.holder_kind, SUM(r.amount)::text
                 FROM (SELECT qualified_sale_id, holder_kind, base AS amount, kind = 'correction' AS corrects
                         FROM green_points_entry WHERE qualified_sale_id = ANY(%(ids)s)
                        UNION ALL
                       SELECT d.qualified_sale_id, d.holder_kind, -d.amount, o.kind = 'sale'
                         FROM green_points_debt d JOIN alliance_qualified_sale o ON o.id = d.qualified_sale_id
                        WHERE d.qualified_sale_id = ANY(%(ids)s)) r
                 JOIN alliance_qualified_sale s ON s.id = r.qualified_sale_id
             GROUP BY 1, 2 HAVING NOT %(corrected_only)s OR bool_or(r.corrects)""",
            ids=named.ids, corrected_only=corrected_only))
        left = {}
        for sale_id, kind, amount in rows:
            sale = self.browse(sale_id)
            parts = sale + sale.refund_ids.filtered(lambda refund: refund.reward_state == "active")
            due = sum(to_cents(part[BASE_BY_KIND[kind]], part.currency_id) for part in parts)
            left[sale, kind] = due, to_cents(Decimal(amount), sale.currency_id)
        return left

    def _before_base_change(self, partners):
        """Hook: the points of ``partners`` are about to change (credit their wallets up to date)."""

    def _after_base_taken(self, entries):
        """Hook: ``entries`` (negative) have just taken points from their holders."""

    def _after_points_owed(self, debts):
        """Hook: these points were taken of holders who have them no more; ``debts`` are what they owe."""

    # -- cancelling ----------------------------------------------------------

    def _after_cancelled(self):
        """Rewards of a sale refunded whole before it was funded never begin."""
        super()._after_cancelled()
        self.write({"reward_state": "cancelled"})

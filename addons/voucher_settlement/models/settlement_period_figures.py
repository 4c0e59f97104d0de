from decimal import ROUND_FLOOR, Decimal

from odoo import models

from odoo.addons.merchant_alliance.tools.money import from_cents

from ..tools.release import ceil_cents, get_coverage, get_increment, get_sum

OF_COHORT = ("number", "company_id", "policy_id", "state", "base_shopper", "base_merchant", "settled_number")


class SettlementPeriod(models.Model):
    """Builders of a settlement's figures; nothing here writes."""

    _inherit = "settlement.period"

    def _get_maturing_cohorts(self):
        """Return the older cohorts that this period releases for, oldest first.

        Those past their last age are ``matured`` (see ``_mark_cohorts``).
        """
        self.ensure_one()
        # with its own one, whose policy says what is paid: read at once
        cohorts = self.env["green.points.cohort"].search_fetch(
            self._get_maturing_domain(self.number), OF_COHORT, order="number")
        return cohorts - self.cohort_id

    def _get_maturing_domain(self, last):
        return [("company_id", "=", self.company_id.id), ("state", "=", "maturing"), ("number", "<=", last)]

    def _get_kept_cents(self):
        """Return the money of ring-fenced cohorts that are not released for in this period, in cents."""
        young = self.env["green.points.cohort"].search([
            ("company_id", "=", self.company_id.id), ("number", ">=", self.number),
            ("policy_id.ring_fenced", "=", True)])
        return sum(young._get_own_money().values())

    def _prepare_figures(self, cohorts, pool_cents, kept_cents):
        """Return what settling this period would release. Exact.

        :param cohorts: those that take part (``_get_maturing_cohorts``)
        :param int pool_cents: balance of the rebate pool
        :param int kept_cents: part of it that belongs to ring-fenced cohorts still to come
        :return: ``payable``, ``reserved`` (cents), ``due`` (Decimal cents), ``coverage`` (Decimal)
            and ``lines``: values of ``settlement.proposal`` and ``settlement.index``
        """
        bases, accumulated = cohorts._get_bases(), cohorts._get_accumulated()
        steps = {cohort: cohort.policy_id._get_step(self.number - cohort.number) for cohort in cohorts}
        lines, payable, due, covered = [], 0, Decimal(0), Decimal(0)
        for group, group_payable in self._get_funding_groups(cohorts, pool_cents, kept_cents):
            group_due = get_sum(
                (bases[cohort, kind], steps[cohort]) for cohort, kind in bases if cohort in group)
            coverage = get_coverage(group_payable, group_due)
            payable += group_payable
            due += group_due
            covered += min(Decimal(group_payable), group_due)
            for cohort in group:
                increment = get_increment(coverage, steps[cohort])
                lines += [
                    self._prepare_line(
                        cohort, kind, bases[cohort, kind], steps[cohort], coverage, increment,
                        accumulated.get((cohort.id, kind), Decimal(0)) + increment)
                    for kind in ("shopper", "merchant")]
        reserved = ceil_cents(get_sum((line["base"], line["increment"]) for line in lines).scaleb(
            self.currency_id.decimal_places))
        return {
            "payable": payable, "reserved": reserved, "due": due,
            "coverage": get_coverage(covered, due), "lines": lines,
        }

    def _get_funding_groups(self, cohorts, pool_cents, kept_cents):
        """Return ``[(cohorts, payable cents)]``: who shares which money.

        Ring-fenced cohorts are a group each, paid from their own money; all others share the rest.
        Should the pool hold less than the ring-fenced money (a debt nobody paid yet), all of it shrinks alike.
        """
        ratio = self.cohort_id.policy_id._get_exact("payout_ratio")
        own = cohorts.filtered("policy_id.ring_fenced")._get_own_money()
        claimed = sum(own.values()) + kept_cents
        if claimed > pool_cents:
            own = {cohort: money * pool_cents // claimed for cohort, money in own.items()}
        groups = [(cohort, _share(ratio, money)) for cohort, money in own.items()]
        shared = cohorts.filtered(lambda c: not c.policy_id.ring_fenced)
        if shared or not groups:
            groups.append((shared, _share(ratio, max(pool_cents - claimed, 0))))
        return groups

    def _prepare_line(self, cohort, kind, base_cents, step, coverage, increment, accumulated):
        return {
            "cohort_id": cohort.id,
            "cohort_number": cohort.number,
            "holder_kind": kind,
            "age": self.number - cohort.number,
            "base": from_cents(base_cents, self.currency_id),
            "step": step,
            "coverage": coverage,
            "increment": increment,
            "accumulated": accumulated,
        }

    def _prepare_proposal_vals(self, line):
        """Return values of ``settlement.proposal`` from a line of ``_prepare_figures``."""
        vals = {name: value for name, value in line.items() if name != "cohort_id"}
        return {**vals, "period_id": self.id}

    def _prepare_index_vals(self, line):
        """Return values of ``settlement.index`` from a line of ``_prepare_figures``."""
        vals = {name: value for name, value in line.items() if name != "coverage"}
        return {**vals, "period_id": self.id, "period_number": self.number}


def _share(ratio, cents):
    return int((ratio * cents).to_integral_value(ROUND_FLOOR))

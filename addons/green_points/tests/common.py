from datetime import datetime
from unittest.mock import patch

from odoo import fields
from odoo.tests import TransactionCase

from odoo.addons.merchant_alliance.tools.money import to_cents


class GreenPointsCommon(TransactionCase):
    """One company with a merchant, a store, a 10 % contract and two shoppers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True))
        cls.company = cls.env["res.company"].create({"name": "Points Company"})
        # higher addons book what happens here
        cls.env["account.chart.template"].try_loading("generic_coa", cls.company, install_demo=False)
        if "settlement.period" in cls.env:
            # a higher addon gives each cohort a period that must be settled before the next one closes
            cls.classPatch(
                cls.env.registry["settlement.period"], "create", lambda periods, vals_list: periods.browse())
        cls.env.user.write({"company_ids": [(4, cls.company.id)], "company_id": cls.company.id})
        cls.policy = cls.env["green.points.policy"]._get_active(cls.company)
        cls.currency = cls.company.currency_id
        cls.shopper, cls.other_shopper = cls.env["res.partner"].create(
            [{"name": "Lin Shopper"}, {"name": "Wu Shopper"}])
        cls.merchant = cls._create_merchant("Noodle House", rate=10.0)
        cls.store = cls.merchant.store_ids
        cls.sale_count = 0

    @classmethod
    def _create_merchant(cls, name, rate, **vals):
        """Return an active merchant with one store, a signed contract and a full deposit."""
        merchant = cls.env["alliance.merchant"].create({
            "name": name,
            "company_id": cls.company.id,
            "partner_id": cls.env["res.partner"].create({"name": name, "is_company": True}).id,
            "state": "active",
            **vals,
        })
        cls.env["alliance.store"].create({"name": name, "merchant_id": merchant.id})
        contract = cls.env["alliance.contract"].create({
            "merchant_id": merchant.id,
            "date_start": "2020-01-01",
            "line_ids": [(0, 0, {"rate": rate})],
        })
        contract._activate("Test")
        merchant._deposit("topup", 100_000_000, f"test,{merchant.id}", "Test")
        return merchant

    @classmethod
    def _create_user(cls, login, partner=None, groups="base.group_portal"):
        vals = {"partner_id": partner.id} if partner else {"name": login}
        return cls.env["res.users"].with_context(no_reset_password=True).create({
            **vals,
            "login": login,
            "password": login,
            "company_id": cls.company.id,
            "company_ids": [(6, 0, cls.company.ids)],
            "group_ids": [(6, 0, [cls.env.ref(group).id for group in groups.split(",")])],
        })

    @classmethod
    def _open_website(cls):
        """Make every website this company's: pages show what is of the website's company."""
        for website in cls.env["website"].search([]):
            website.company_id = cls.company

    @classmethod
    def _register_sales(cls, cash_cents, partner=None, store=None, origin=None, key=None, **more):
        """Register one sale, or with ``origin`` a refund of ``cash_cents`` (positive)."""
        cls.sale_count += 1
        vals = {
            "idempotency_key": key or f"test,{cls.sale_count}",
            "partner": partner or cls.shopper,
            "store": store or cls.store,
            "sale_datetime": fields.Datetime.now(),
            "cash_cents": cash_cents,
            **more,
        }
        if origin:
            vals.update(
                origin=origin, partner=origin.partner_id, store=origin.store_id, cash_cents=-cash_cents)
        return cls.env["alliance.qualified.sale"]._register_sales([vals])

    @classmethod
    def _fund(cls, merchants=None):
        return cls.env["alliance.funding"]._fund_pending(merchants or cls.merchant)

    @classmethod
    def _sell(cls, cash_cents, **kw):
        """Return a new sale that has been funded."""
        sale = cls._register_sales(cash_cents, **kw)
        cls._fund(sale.merchant_id)
        return sale

    @classmethod
    def _sell_held(cls, cash_cents):
        """Return a new sale that has been funded, but whose rewards are held."""
        def hold_all(sales):
            sales.write({"reward_state": "held"})
            return sales.browse()

        with patch.object(cls.env.registry["alliance.qualified.sale"], "_filter_rewardable", hold_all):
            return cls._sell(cash_cents)

    @classmethod
    def _refund(cls, sale, cash_cents):
        """Return a new refund that has been funded."""
        refund = cls._register_sales(cash_cents, origin=sale)
        cls._fund(sale.merchant_id)
        return refund

    @classmethod
    def _close_period(cls):
        """Close the open cohort, freeze it and return it."""
        cohort = cls.env["green.points.cohort"]._get_open(cls.company)
        cohort._start_closing()
        cohort._open_next()
        cohort._freeze_totals()
        return cohort

    def _cents(self, record, *fnames):
        return [to_cents(record[fname], self.currency) for fname in fnames]

    def _entries(self, sale):
        return sale.points_entry_ids

    def assertLedgerSound(self):
        """Every position is the sum of its entries, and every frozen total that of its positions."""
        self.env.flush_all()
        self.env.cr.execute("""
            SELECT partner_id, holder_kind, cohort_id, sum(base) FROM green_points_entry GROUP BY 1, 2, 3
            EXCEPT
            SELECT partner_id, holder_kind, cohort_id, base FROM green_points_position""")
        self.assertFalse(self.env.cr.fetchall(), "positions differ from entries")
        self.env.cr.execute("""
            SELECT cohort.id FROM green_points_cohort AS cohort
             LEFT JOIN green_points_position AS position ON position.cohort_id = cohort.id
             WHERE cohort.state IN ('maturing', 'matured')
             GROUP BY cohort.id
            HAVING cohort.base_shopper <> COALESCE(sum(base) FILTER (WHERE holder_kind = 'shopper'), 0)
                OR cohort.base_merchant <> COALESCE(sum(base) FILTER (WHERE holder_kind = 'merchant'), 0)""")
        self.assertFalse(self.env.cr.fetchall(), "cohort totals differ from positions")
        self.env.cr.execute("""
            SELECT sale.id FROM alliance_qualified_sale AS sale
             LEFT JOIN alliance_qualified_sale AS part
                    ON sale.id IN (part.id, part.origin_id) AND part.reward_state = 'active'
             WHERE sale.kind = 'sale'
             GROUP BY sale.id
            HAVING COALESCE(sum(part.base_shopper + part.base_merchant), 0) <> COALESCE((
                   SELECT sum(base) FROM (
                       SELECT qualified_sale_id, base FROM green_points_entry
                       UNION ALL SELECT qualified_sale_id, -amount FROM green_points_debt) AS entry
                     JOIN alliance_qualified_sale AS named ON named.id = entry.qualified_sale_id
                    WHERE sale.id IN (named.id, named.origin_id)), 0)""")
        self.assertFalse(self.env.cr.fetchall(), "a sale's entries and what is owed differ from its active bases")
        self.env.cr.execute("""
            SELECT partner_id, holder_kind, sum(paid) FROM green_points_debt WHERE NOT given_up GROUP BY 1, 2
            EXCEPT
            SELECT partner_id, holder_kind, sum(-base) FILTER (WHERE kind = 'debt')
              FROM green_points_entry GROUP BY 1, 2""")
        self.assertFalse([row for row in self.env.cr.fetchall() if row[2]], "what was paid differs from the ledger")
        self.env.cr.execute("SELECT sum(base) FROM green_points_entry WHERE kind IN ('exchange_in', 'exchange_out')")
        self.assertFalse(self.env.cr.fetchone()[0], "an exchange made or lost points")

    @staticmethod
    def _at(text):
        return datetime.fromisoformat(text)

"""Shareholders of the supermarket stores, the profit of one, and its dividend."""

from datetime import timedelta

from odoo import Command

# holder's number among the shoppers, percent of the store
STAKES = {"market1": [(0, 20.0), (3, 15.5), (8, 10.25)], "market2": [(0, 5.0), (12, 30.0)]}
PROFIT_CENTS = {"market1": [1_860_000, -1_240_000], "market2": [1_420_000, -1_515_000]}  # income and costs booked
DIVIDEND = ("market1", 3_000.0)
AGREEMENT = ("Share agreement 2026-{}", "股权协议2026-{}")
PLAN = ("Stores", "门店")


def build(world):
    """Issue stakes, book income and costs of the stores, and approve one dividend.

    :param World world: its company has a chart of accounts
    """
    env, company = world.env, world.company
    accounts = env["account.account"]
    journals = env["account.journal"]
    own = accounts._check_company_domain(company)
    company.write({
        "dividend_journal_id": journals.search([
            *journals._check_company_domain(company), ("type", "=", "general"),
            ("id", "!=", company.escrow_journal_id.id)], limit=1).id,
        "dividend_equity_account_id": accounts.search([*own, ("code", "=like", "3104%")], limit=1).id,
        "dividend_payable_account_id": accounts.search([*own, ("code", "=like", "2232%")], limit=1).id})
    today = world.today()
    plan = env["account.analytic.plan"].create({"name": world.text(PLAN)})
    for key, stakes in STAKES.items():
        store = world.stores[key]
        store.analytic_account_id = env["account.analytic.account"].create({
            "name": store.name, "plan_id": plan.id, "company_id": company.id})
        for number, (holder, percent) in enumerate(stakes):
            store._move_shares(
                env["res.partner"], world.shoppers[holder], percent, today - timedelta(days=200),
                f"demo,{key},{number}", world.text(AGREEMENT).format(number + 1))
        _book_profit(world, store, key, today - timedelta(days=30))
    key, amount = DIVIDEND
    dividend = env["alliance.dividend"].with_user(world.users["operator"]).create({
        "store_id": world.stores[key].id, "date_from": today - timedelta(days=120),
        "date_to": today - timedelta(days=10), "amount": amount})
    dividend.action_submit()
    dividend.with_user(world.users["checker"]).action_approve()


def _book_profit(world, store, key, day):
    env = world.env
    own = env["account.account"]._check_company_domain(world.company)
    for cents in PROFIT_CENTS[key]:
        kind = "income" if cents > 0 else "expense"
        account = env["account.account"].search([*own, ("account_type", "=", kind)], limit=1)
        env["account.move"].create({
            "move_type": "entry", "journal_id": world.company.dividend_journal_id.id, "date": day, "ref": store.name,
            "line_ids": [
                Command.create({"account_id": account.id, "balance": -cents / 100,
                                "analytic_distribution": {str(store.analytic_account_id.id): 100}}),
                Command.create({"account_id": world.company.operating_bank_account_id.id, "balance": cents / 100}),
            ]}).action_post()

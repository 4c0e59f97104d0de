from .models.escrow_guard import remove_guard
from .tools.totals import BOOK_TALLY, LEDGER_TALLY


def post_init(env):
    """Set up what companies, points and journals older than this addon need."""
    companies = env["res.company"].search([("chart_template", "!=", False)], order="parent_path")
    for company in companies:
        env["account.chart.template"]._load_escrow(company)
    env["green.points.cohort"].search([])._create_missing_periods()
    env["res.company"]._setup_all_voucher_payments()
    for company in env["res.company"].search([]):
        env["voucher.wallet"]._create_missing(company)


def uninstall(env):
    """Take the triggers out of other addons' tables."""
    remove_guard(env.cr)
    for tally in (LEDGER_TALLY, BOOK_TALLY):
        tally.remove(env.cr)

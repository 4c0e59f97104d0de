from .models.escrow_guard import remove_guard


def post_init(env):
    """Set up what companies, points and journals older than this addon need."""
    companies = env["res.company"].search([("chart_template", "!=", False)], order="parent_path")
    for company in companies:
        env["account.chart.template"]._load_escrow(company)
    env["green.points.cohort"].search([])._create_periods()
    env["res.company"]._setup_all_voucher_payments()


def uninstall(env):
    """Take the escrow's triggers out of the accounting tables."""
    remove_guard(env.cr)

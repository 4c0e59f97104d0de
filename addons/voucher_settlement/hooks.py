from .models.escrow_guard import install_guard, remove_guard


def post_init(env):
    """Set the escrow up for companies that have a chart of accounts already."""
    companies = env["res.company"].search([("chart_template", "!=", False)], order="parent_path")
    for company in companies:
        env["account.chart.template"]._load_escrow(company)
    install_guard(env.cr)
    env["green.points.cohort"].search([])._create_periods()  # points may be older than this addon
    env["res.company"]._setup_all_voucher_payments()


def uninstall(env):
    """Take the escrow's triggers out of the accounting tables."""
    remove_guard(env.cr)

def post_init(env):
    """Give every company its limits, so that nothing is let through unjudged."""
    for company in env["res.company"].search([]):
        env["risk.policy"]._get_policy(company)

def post_init_hook(env):
    """Give each company that exists already a policy to start with."""
    env["res.company"].search([])._create_default_points_policy()

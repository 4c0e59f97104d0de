"""The people of the platform, one user for each role."""

from odoo.fields import Command

# Role -> its groups. ``public`` is Odoo's own user; merchants, their staff and shoppers differ by what is theirs.
GROUPS = {
    "shopper": ["base.group_portal"],
    "merchant": ["base.group_portal"],
    "staff": ["base.group_portal"],
    "cashier": ["base.group_user", "point_of_sale.group_pos_user"],
    "operator": ["base.group_user", "merchant_alliance.group_operator"],
    "maker": ["base.group_user", "voucher_settlement.group_settlement_maker"],
    "checker": [
        "base.group_user", "voucher_settlement.group_settlement_checker", "merchant_alliance.group_approver"],
    "analyst": ["base.group_user", "risk_controls.group_risk_analyst"],
    "auditor": ["base.group_user", "merchant_alliance.group_auditor"],
}
ROLES = ("public", *GROUPS)
OUTSIDERS = ("cashier", "shopper", "merchant", "staff", "public")


def create_user(env, role: str, login: str, company=None, partner=None):
    """Return a new user of a role; the password is the login, twice.

    :param partner: the contact that logs in, e.g. a shopper; a new one otherwise
    """
    company = company or env.company
    return env["res.users"].with_context(no_reset_password=True).create({
        **({"partner_id": partner.id} if partner else {"name": login}),
        "login": login,
        "password": get_password(login),
        "email": f"{login}@example.com",
        "company_id": company.id,
        "company_ids": [Command.set(company.ids)],
        "group_ids": [Command.set([env.ref(group).id for group in GROUPS[role]])],
    })


def create_users(env, company=None, prefix: str = "", partners: dict | None = None) -> dict:
    """Return ``{role: user}`` for every role.

    :param partners: ``{role: partner}`` of those who are known contacts already
    """
    users = {
        role: create_user(env, role, f"{prefix}{role}", company, (partners or {}).get(role)) for role in GROUPS}
    return {"public": env.ref("base.public_user"), **users}


def get_password(login: str) -> str:
    """Return the password of a user made here."""
    return login * 2

from odoo.tests import new_test_user


class PromoterMixin:
    """Builders of promoters; for test cases of every addon that have ``env`` and ``company``."""

    @classmethod
    def _apply_as_promoter(cls, login, partner=None, **vals):
        """Return a new application of a portal user; ``login`` is the password too."""
        user = new_test_user(
            cls.env, login, groups="base.group_portal", password=login, email=f"{login}@shop.example",
            company_id=cls.company.id, company_ids=[(6, 0, cls.company.ids)],
            **({"partner_id": partner.id} if partner else {}))
        return cls.env["alliance.promoter"].create({
            "partner_id": user.partner_id.id, "company_id": cls.company.id, "bank_name": "Bank of Shanghai",
            "motivation": "My neighbours and my reading circle.", "phone": f"+86138{user.id:08d}",
            "bank_account": f"62220202001{user.id:08d}", **vals})

    @classmethod
    def _make_promoter(cls, login, rate=100.0, binding_days=365, partner=None, accepted=True):
        """Return an approved promoter, with an agreement that is accepted."""
        promoter = cls._apply_as_promoter(login, partner)
        promoter.action_approve()
        agreement = promoter.agreement_ids
        agreement.action_take_back()
        agreement.write({"rate": rate, "binding_days": binding_days})
        agreement.action_send()
        if accepted:
            cls._accept(promoter)
        return promoter

    @classmethod
    def _accept(cls, promoter):
        agreement = promoter.agreement_ids.filtered(lambda found: found.state == "sent")
        agreement._accept("Test", promoter.partner_id.user_ids, "127.0.0.1")
        return agreement

    @classmethod
    def _bind(cls, shopper, promoter):
        return cls.env["alliance.promoter.binding"]._bind(shopper, promoter, "registration")

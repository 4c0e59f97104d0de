import base64
import io

from PIL import Image

from .common import AllianceCommon

# unified social credit codes with right check digits, of nobody in particular
CODES = ("91310115MA1K35J80W", "91110000600037341L", "91330100799655058B")


def make_picture(kind="PNG") -> bytes:
    """Return a small picture."""
    target = io.BytesIO()
    Image.new("RGB", (8, 6), "teal").save(target, kind)
    return target.getvalue()


class ApplicationCommon(AllianceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.country_id = cls.env.ref("base.cn")
        cls.operator = cls._make_user("app_operator", "merchant_alliance.group_operator")
        cls.picture = base64.b64encode(make_picture())

    @classmethod
    def _prepare_application(cls, **vals):
        return {
            "legal_name": "Old Street Foods Ltd.", "uscc": CODES[1], "scene": "alliance",
            "contact_name": "Wang Fang",
            "contact_email": "wang.fang@shop.example", "contact_phone": "13800138000",
            "store_name": "Old Street Noodles",
            "street": "1 Old Street", "city": "Shanghai", "bank_name": "Bank of Shanghai",
            "bank_account": "6222 0202 0011 2233 445", "rate": 8.0, "licence_image": cls.picture,
            "identity_front_image": cls.picture, "identity_back_image": cls.picture, "sun": False, **vals}

    @classmethod
    def _apply(cls, **vals):
        return cls.env["alliance.application"].create(cls._prepare_application(**vals))

    def _answer(self, application, outcome, reason="The licence can't be read."):
        self.env["alliance.application.decision"].with_user(self.operator).create({
            "application_ids": application.ids, "outcome": outcome, "reason": reason}).action_decide()

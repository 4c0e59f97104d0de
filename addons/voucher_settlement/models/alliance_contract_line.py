from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .voucher_kind import SPENDS_IN


class AllianceContractLine(models.Model):
    """A merchant may have agreed that what its sales give in shopping vouchers comes back to it."""

    _inherit = "alliance.contract.line"

    own_vouchers = fields.Boolean(
        string="Own-Store Vouchers",
        help="Shopping vouchers given with these sales spend only at this merchant. Holds for sales in the two malls:"
             " shopping vouchers spend nowhere else.")

    @api.constrains("own_vouchers", "scene", "store_id")
    def _check_own_vouchers(self):
        for line in self.filtered("own_vouchers"):
            scene = line.scene or line.store_id.scene
            if scene and scene not in SPENDS_IN["shopping"]:
                raise ValidationError(self.env._(
                    "Own-Store Vouchers: shopping vouchers spend in the two malls only; this rate is for another"
                    " scene."))

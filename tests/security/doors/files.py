"""Files: attachments and the binary fields of records."""

import io

from PIL import Image

from odoo.tools import mute_logger

from tests.support.surface import get_own_models

from .case import NOISE, SECRET


class Files:
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        stream = io.BytesIO()
        Image.new("RGB", (40, 40), "#123456").save(stream, "PNG")
        cls.picture = stream.getvalue()
        cls.files = {}  # record -> [(field or None, attachment)]
        for name in get_own_models(cls.env):
            model = cls.env[name].sudo().with_context(active_test=False)
            if model._abstract or model._transient:
                continue
            fields = [field.name for field in model._fields.values() if field.type == "binary" and field.attachment]
            for record in model.search([]):
                cls.files[record] = [(field, cls._attach(record, field)) for field in (None, *fields)]
        cls.env.flush_all()
        cls.env.invalidate_all()

    @classmethod
    def _attach(cls, record, field):
        attachments = cls.env["ir.attachment"].sudo()
        attachments.search([
            ("res_model", "=", record._name), ("res_id", "=", record.id), ("res_field", "=", field or False),
            ("name", "=", field or f"{SECRET}.png")]).unlink()
        return attachments.create({
            "name": field or f"{SECRET}.png", "raw": cls.picture, "res_model": record._name, "res_id": record.id,
            "res_field": field, "mimetype": "image/png"})

    def test_no_file_of_anothers_record(self):
        wrong, asked = [], 0
        for person, record in self._walk():
            for field, attachment in self.files.get(record, ()):
                paths = [f"/web/content/{attachment.id}", f"/web/image/{attachment.id}",
                         f"/web/content/{attachment.id}?access_token=invented",
                         f"/web/content?model=ir.attachment&id={attachment.id}&field=raw"]
                if field:
                    paths += [f"/web/content/{record._name}/{record.id}/{field}",
                              f"/web/image/{record._name}/{record.id}/{field}",
                              f"/web/image?model={record._name}&id={record.id}&field={field}&access_token=invented"]
                for path in paths:
                    if self._is_public_picture(record, field):
                        continue
                    asked += 1
                    with mute_logger(*NOISE, "odoo.addons.base.models.ir_binary"):
                        if self.picture in self.url_open(path).content:
                            wrong.append(f"{person}: {path} of {record}")
        self.assertFalse(wrong)
        self.assertGreater(asked, 150)

    def _is_public_picture(self, record, field):
        return record._name == "alliance.store" and record.is_listed and (field or "").startswith("image_")

    def test_a_file_is_there(self):
        """What is refused above is there for those whose it is."""
        self._login(self.users["merchant"])
        contract = self.merchant.contract_ids.filtered(lambda one: one.state == "active")[:1]
        for field, _attachment in self.files[contract]:
            if field:  # other attachments are for employees alone in Odoo
                picture = self.url_open(f"/web/image/alliance.contract/{contract.id}/{field}").content
                self.assertIn(self.picture, picture, field)

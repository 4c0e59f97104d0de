"""Forms that name a record in their body: the number of another's is not his to use."""

from odoo.fields import Date

from odoo.addons.merchant_alliance.models.alliance_campaign import SEGMENTS

from tests.support.surface import get_own_models


class Bodies:
    def test_ids_in_a_form(self):
        """Another merchant sends each form of the portal with the numbers of our records: nothing of ours changes."""
        rival, today = self.rivals["merchant"], Date.to_string(Date.today())
        ours = self._read_ours()
        self._login(rival)
        campaign = self._send(
            "/my/store/campaigns/save", campaign_id=self.world.campaigns[-1].id, name="Taken", body="Taken",
            segment=next(iter(SEGMENTS)))
        self.assertEqual(campaign.status_code, 404)
        offer = self._send(
            "/my/store/offers/send", name_en_US="Taken", date_from=today, date_to=today, store=self.store.id)
        self.assertIn("Please choose one of your stores.", offer.text)
        self._send("/my/store/services/send", name_en_US="Taken", points="5", store_id=self.store.id, date_from=today,
                   daily_limit="1", provide_days="5", cancel_days="1", household_limit="1")
        self._send("/my/store/products/send", name="Taken", price="5", store_id=self.store.id)
        self._send("/my/store/staff/invite", name="Taken", login="taken@example.com",
                   **{f"store_{self.store.id}": "on"})
        self.env.invalidate_all()
        self.assertEqual(self._read_ours(), ours)

    def _read_ours(self):
        """Return ``{model: values}`` of all records that belong to our merchant or one of its stores."""
        found = {}
        for name in get_own_models(self.env):
            model = self.env[name].sudo().with_context(active_test=False)
            if model._abstract or model._transient:
                continue
            for field, records in (("merchant_id", self.merchant), ("store_id", self.merchant.store_ids),
                                   ("store_ids", self.merchant.store_ids)):
                if field in model._fields and model._fields[field].store:
                    rows = model.search([(field, "in", records.ids)], order="id")
                    columns = [column.name for column in model._fields.values() if column.store and column.column_type]
                    found[name, field] = rows.read(columns, load=None)
        return found

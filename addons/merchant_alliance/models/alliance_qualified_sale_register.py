from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.exceptions import ConcurrencyError, ValidationError
from odoo.tools import SQL, mute_logger

from ..tools.money import from_cents, percent_of
from ..tools.serialize import touch


class AllianceQualifiedSale(models.Model):
    """Registration, on the order's path: one insert, nothing shared is locked."""

    _inherit = "alliance.qualified.sale"

    @api.model
    def _register_sales(self, vals_list):
        """Register paid sales or refunds, each once, whatever is retried.

        :param list vals_list: dicts with ``idempotency_key`` (str), ``partner`` (res.partner), ``sale_datetime``
            (naive UTC), ``store`` (alliance.store) and ``cash_cents`` (int, company currency; negative for a
            refund) and maybe ``parts`` (list of (alliance.store, product.category, cents > 0) that the cash of a sale
            is made up of; by default all of it in ``store``), ``origin`` (alliance.qualified.sale, whose
            store and shopper count), ``pos_order_id``, ``sale_order_id`` (ids), ``collected`` (bool: the platform
            took the payment)
        :return: their records, one for each store, rate and kind of goods counted apart, without those for which no
            contract was in force (noted on the order)
        :raise ValidationError: a refund takes back more than is left of its origin
        """
        # sudo: cashiers and shoppers have no rights on the ledger; amounts come from server documents
        self = self.sudo()
        if not vals_list:
            return self.browse()
        new = {vals["idempotency_key"]: vals for vals in reversed(vals_list)}  # the first one counts
        order = {key: position for position, key in enumerate(reversed(new))}
        known = self.browse(sale_id for sale_id, in self.env.execute_query(SQL(
            "SELECT id FROM alliance_qualified_sale WHERE idempotency_key IN %s", tuple(new))))
        for sale in known:
            new.pop(sale.idempotency_key, None)
        created = self._insert_registrations(self._prepare_registrations(list(reversed(new.values()))))
        if created:
            created._after_register()
        return (known | created).sorted(lambda sale: (order[sale.idempotency_key], sale.part))

    def _insert_registrations(self, vals_list):
        try:
            with mute_logger("odoo.sql_db"):
                return self.create(vals_list)
        except UniqueViolation as error:
            # a parallel request has just registered the same document: the retry, from the start, finds it
            raise ConcurrencyError("alliance.qualified.sale: registered in parallel") from error

    def _prepare_registrations(self, vals_list):
        """Return the values of the records to create, without those that no contract covers."""
        origins = self.browse().union(*(vals["origin"] for vals in vals_list if vals.get("origin")))
        touch(origins)  # of two refunds of one sale made at once, the later one sees the other
        left = {origin: (origin._get_cash_left_cents(), origin._get_concession_left_cents()) for origin in origins}
        self._fetch_parties(vals_list)
        rates = {}
        prepared = []
        for vals in vals_list:
            if vals.get("origin"):
                parts = [self._prepare_refund_vals(vals, left)]
            else:
                parts = self._prepare_sale_vals(vals, rates)
            prepared += [{
                "idempotency_key": vals["idempotency_key"],
                "part": number,
                "sale_datetime": vals["sale_datetime"],
                "pos_order_id": vals.get("pos_order_id"),
                "sale_order_id": vals.get("sale_order_id"),
                **specific,
            } for number, specific in enumerate(parts)]
        return prepared

    def _fetch_parties(self, vals_list):
        """Read at once what registering asks of stores, merchants, shoppers and companies' contacts.

        Contacts' time zone decides the day; they are read whole, for orders read them whole in any case.
        """
        stores = self.env["alliance.store"].union(*(
            store for vals in vals_list if not vals.get("origin")
            for store, _category, _cents in vals.get("parts") or [(vals["store"], None, None)]))
        partners = self.env["res.partner"].union(*(vals["partner"] for vals in vals_list if vals.get("partner")))
        stores.fetch(["merchant_id", "company_id", "scene"])
        stores.merchant_id.fetch(["state", "is_platform"])
        (partners | stores.company_id.partner_id).mapped("tz")

    def _prepare_sale_vals(self, vals, rates):
        """Return what is particular to each part of a sale: one for each store, rate in force and kind of goods.

        :param dict rates: found before in this batch, by merchant and day
        """
        cents_by_line, uncovered = {}, self.env["alliance.store"]
        for store, category, cents in vals.get("parts") or [(vals["store"], None, vals["cash_cents"])]:
            line = self._get_line_in_force(store, category, vals["sale_datetime"], rates)
            if line and cents > 0:
                goods = self._choose_category(category, self._get_categories_apart(store.company_id))
                cents_by_line[store, line, goods] = cents_by_line.get((store, line, goods), 0) + cents
            elif not line:
                uncovered |= store
        self._note_not_registered(vals, uncovered)
        return [{
            "kind": "sale",
            "company_id": store.company_id.id,
            "merchant_id": store.merchant_id.id,
            "store_id": store.id,
            "scene": store.scene,
            "partner_id": vals["partner"].id,
            "collected": vals.get("collected", False),
            "contract_line_id": line.id,
            "goods_category_id": goods.id,
            "rate": line.rate,
            "cash_amount": from_cents(cents, store.company_id.currency_id),
            "concession_amount": from_cents(percent_of(cents, line.rate), store.company_id.currency_id),
        } for (store, line, goods), cents in cents_by_line.items()]

    def _get_line_in_force(self, store, category, moment, rates):
        """Return the rate line for goods of a category sold in a store at ``moment``; may be empty."""
        merchant = store.merchant_id
        if merchant.state != "active":
            return self.env["alliance.contract.line"]
        key = (merchant, store.company_id._get_day(moment))
        if key not in rates:
            rates[key] = self.env["alliance.contract.line"]._get_in_force(*key)
        return rates[key]._choose(store, category)

    def _prepare_refund_vals(self, vals, left):
        """Return what is particular to a refund: a part of its origin, at the origin's rate.

        :param dict left: (cash, concession) cents left of each origin; lowered by this refund
        """
        origin, cents = vals["origin"], -vals["cash_cents"]
        cash_left, concession_left = left[origin]
        if origin.kind != "sale" or not 0 < cents <= cash_left:
            raise ValidationError(self.env._(
                "Refund of %(sale)s: more cash than was paid for it cannot be given back;"
                " %(left)s is left.", sale=origin.name,
                left=origin.currency_id.format(float(from_cents(cash_left, origin.currency_id)))))
        # the last refund takes what is left, so that all of them together take exactly all
        concession = concession_left if cents == cash_left else min(
            percent_of(cents, origin.rate), concession_left)
        left[origin] = (cash_left - cents, concession_left - concession)
        return {
            "kind": "refund",
            "origin_id": origin.id,
            "company_id": origin.company_id.id,
            "merchant_id": origin.merchant_id.id,
            "store_id": origin.store_id.id,
            "scene": origin.scene,
            "partner_id": origin.partner_id.id,
            "collected": origin.collected,
            "contract_line_id": origin.contract_line_id.id,
            "goods_category_id": origin.goods_category_id.id,
            "rate": origin.rate,
            "cash_amount": from_cents(-cents, origin.currency_id),
            "concession_amount": from_cents(-concession, origin.currency_id),
        }

    def _note_not_registered(self, vals, stores):
        """Say on the order's log why its shopper gets nothing for what these stores sold."""
        for store in stores:
            for model in ("pos.order", "sale.order"):
                if order_id := vals.get(f"{model.replace('.', '_')}_id"):
                    self.env[model].browse(order_id)._message_log(body=self.env._(
                        "No green points: %s has no concession contract in force at the time of this sale,"
                        " or is not active.", store.merchant_id.name))

"""Who may read, write, create and delete what: the whole table, as reviewed."""

import csv
from pathlib import Path

from tests.support.roles import GROUPS, ROLES
from tests.support.surface import get_own_models

TABLE = Path(__file__).with_name("rights.csv")
LETTERS = {"read": "R", "write": "W", "create": "C", "unlink": "D"}


class Rights:
    """``rights.csv`` has a row for each model and a column for each role; R W C D are its rights."""

    def _get_table(self):
        return {name: {role: self._get_rights(name, role) for role in ROLES} for name in get_own_models(self.env)}

    def _get_rights(self, name, role):
        model = self.env[name].with_user(self.users[role])
        if model._abstract:
            return ""
        return "".join(letter for operation, letter in LETTERS.items() if model.has_access(operation))

    def test_table(self):
        with TABLE.open(encoding="utf-8") as file:
            reviewed = {row.pop("model"): row for row in csv.DictReader(file)}
        self.assertEqual(self._get_table(), reviewed)

    def test_ledgers_are_nobodys_to_write(self):
        """Whatever the table says: no role may change what is only ever written by the platform."""
        ledgers = ("alliance.qualified.sale", "alliance.deposit.entry", "alliance.funding", "green.points.entry",
                   "green.points.position", "voucher.wallet", "voucher.lot", "voucher.hold", "voucher.entry",
                   "settlement.index", "settlement.proposal", "settlement.step", "settlement.crediting",
                   "risk.decision", "alliance.share.entry", "alliance.shareholding", "alliance.dividend.line",
                   "payout.line", "payout.ack", "escrow.bank.statement", "escrow.bank.line", "escrow.bank.match",
                   "escrow.reconciliation", "escrow.reconciliation.line", "green.points.exchange",
                   "green.points.exchange.line", "green.points.debt",
                   "alliance.promoter.binding", "promoter.commission", "split.order", "split.order.line",
                   "split.return", "split.entry", "split.receiver", "split.notice",
                   "alliance.holder.merge", "alliance.account.closure")
        table = self._get_table()
        for name in ledgers:
            self.assertLessEqual({*"".join(table[name].values())}, {"R"}, name)

    def test_whose_defaults_reach_what(self):
        """Of what the platform writes, no caller's context or default sets a field; who adds a model decides which."""
        by_hand = {  # all that the server sets of these it names itself when it makes them, or follows from the rest
            "alliance.blacklist", "alliance.campaign", "alliance.category", "alliance.contract.line",
            "alliance.product.request", "alliance.staff", "alliance.store", "escrow.reconciliation.line",
            "risk.policy", "voucher.scope"}
        tables = [
            model for name in get_own_models(self.env)
            if (model := self.env[name])._auto and not model._abstract and not model.is_transient()]
        free = {model._name for model in tables if not hasattr(model, "_get_server_fields")}
        self.assertEqual(free, by_hand)

    def test_own_records_alone(self):
        """Portal users find their own records, all of them, and nobody else's."""
        whose = {"alliance.qualified.sale": "partner_id", "green.points.entry": "partner_id",
                 "green.points.position": "partner_id", "voucher.wallet": "partner_id", "voucher.lot": "partner_id",
                 "voucher.entry": "partner_id", "voucher.hold": "partner_id"}
        for name, owner in whose.items():
            model = self.env[name]
            for users in (self.users, self.rivals):
                for role in ("shopper", "merchant"):
                    user = users[role]
                    if not model.with_user(user).has_access("read"):
                        continue
                    found = model.with_user(user).search([]).sudo()
                    own = model.search([(owner, "=", user.partner_id.id)])
                    if name == "alliance.qualified.sale" and role == "merchant":
                        own |= model.search([("merchant_id.partner_id", "=", user.partner_id.id)])
                    with self.subTest(model=name, role=role):
                        self.assertEqual(set(found.ids), set(own.ids))

    def test_every_role_has_a_column(self):
        self.assertEqual(set(ROLES), {"public", *GROUPS})

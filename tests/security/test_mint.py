"""Nobody from outside can make value: not cashiers, shoppers, merchants or the public, by any remote call."""

import logging
from collections import Counter

from odoo.tools import mute_logger

from tests.support.digest import get_difference, take_digest
from tests.support.invent import Inventor
from tests.support.roles import OUTSIDERS, get_password
from tests.support.rpc import Caller
from tests.support.surface import get_attack_surface, get_generic_methods, get_own_models
from tests.support.world import PlatformCase

_logger = logging.getLogger(__name__)
NOISE = ("odoo.http", "odoo.sql_db", "odoo.addons.rpc.controllers.jsonrpc", "odoo.addons.base.models.ir_model",
         "odoo.addons.base.models.ir_rule", "odoo.models", "odoo.service.model", "odoo.domains", "odoo.fields")
PARTS = 2
AMOUNTS = {"call_kw": 99999.99, "execute_kw": -99999.99}  # by the door that they are sent through


class MintCase(PlatformCase):
    """Each public method of our models, and of those that money passes through, with invented arguments.

    ``part`` says which of ``PARTS`` a class tries: it takes long, and they may run side by side.
    """

    part = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["voucher.wallet"]._cron_credit()

    def setUp(self):
        super().setUp()
        self.callers = {role: self._get_caller(role) for role in OUTSIDERS}
        self.inventors = {(role, door): Inventor(
            self.env, caller.user.partner_id, amount, session_id=self.world.session.id)
            for role, caller in self.callers.items() for door, amount in AMOUNTS.items()}
        self.generic = get_generic_methods(self.env)
        self.before = take_digest(self.env)
        self.calls, self.refused = Counter(), Counter()

    def _get_caller(self, role):
        user = self.users[role]
        return Caller(self, role, user, None if role == "public" else get_password(user.login))

    def _get_targets(self, model):
        """Return lists of ids: all records, and one in each state."""
        records = self.env[model].sudo().with_context(active_test=False)
        if records._abstract:
            return [[]]
        records = records.search([], limit=40)
        by_state = records.grouped("state") if "state" in records._fields else {}
        return [records.ids, *(group.ids[:1] for group in by_state.values())]

    def _get_attempts(self, model, method):
        """Yield (door, ids): what our own methods do depends on the state; what the ORM offers takes one try."""
        first, *single = self._get_targets(model)
        yield "call_kw", first
        if method not in self.generic:
            if model in self.own:
                yield "execute_kw", first
            for ids in single:
                yield "call_kw", ids

    def _attack(self, caller, model, method, door, ids):
        records = self.env[model]
        arguments = self.inventors[caller.role, door].make_arguments(records, method, max(len(ids), 1))
        if not getattr(getattr(type(records), method), "_api_model", False):
            arguments = [ids, *arguments]
        context = {"active_model": model, "active_ids": ids, "active_id": ids[:1] and ids[0], "tracking_disable": True}
        answer = getattr(caller, door)(model, method, arguments, {"context": context})
        self.calls[caller.role] += 1
        self.refused[caller.role] += answer.is_refused

    def _test_every_public_method(self):
        self.own = set(get_own_models(self.env))
        surface = dict(sorted(get_attack_surface(self.env).items())[self.part::PARTS])
        changed = {}
        with mute_logger(*NOISE):
            for model, methods in surface.items():
                for method in methods:
                    for door, ids in self._get_attempts(model, method):
                        for caller in self.callers.values():
                            self._attack(caller, model, method, door, ids)
                after = take_digest(self.env)
                if difference := get_difference(self.before, after):
                    changed[model] = difference
                    self.before = after
        _logger.info("%s methods; calls %s, refused %s",
                     sum(map(len, surface.values())), dict(self.calls), dict(self.refused))
        self.assertFalse(changed)
        self.assertGreater(min(self.calls.values()), 1000, "the surface was not found")
        self.assertEqual(self.refused["public"], self.calls["public"], "the public may call nothing")


class TestNobodyMints(MintCase):
    def test_every_public_method(self):
        self._test_every_public_method()


class TestNobodyMintsElsewhere(MintCase):
    part = 1

    def test_every_public_method(self):
        self._test_every_public_method()

"""What belongs to one is nobody else's to find: each record of the world × each outsider × each way to ask."""

import contextlib
import itertools
import logging

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from tests.support.ownership import get_owners, is_owner
from tests.support.roles import OUTSIDERS
from tests.support.surface import get_extended_models, get_own_models
from tests.support.world import PlatformCase

_logger = logging.getLogger(__name__)
REFUSED = (AccessError, UserError, ValueError)  # a field that may not be seen is not there: ValueError
PROBED = ("char", "text", "integer", "float", "monetary", "selection", "date", "datetime", "boolean")
NOISE = ("odoo.models", "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model", "odoo.domains",
         "odoo.fields", "odoo.osv.expression")

# Model -> why everybody who logs in may read its records, whoever they are about. Reviewed; nothing else is public.
MEANT_PUBLIC = {
    "alliance.category": "kinds of stores, the filter of the directory",
}


class LeakCase(PlatformCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["voucher.wallet"]._cron_credit()
        cls.people = {
            **{role: cls.users[role] for role in OUTSIDERS},
            **{f"rival {role}": user for role, user in cls.rivals.items()}}
        cls.env.flush_all()

    def _get_foreign(self, user, model):
        """Return the records (sudo) that are not the user's to know."""
        if model in MEANT_PUBLIC:
            return self.env[model]
        records = self.env[model].sudo().with_context(active_test=False).search([])
        owners = get_owners(records)
        return records.filtered(lambda record: not is_owner(user, owners[record.id]))

    def _get_cases(self, stored=True):
        """Yield ``(person, user, foreign records)`` of every model of ours."""
        for person, user in self.people.items():
            for model in get_own_models(self.env):
                if not self.env[model]._abstract and (foreign := self._get_foreign(user, model)):
                    yield person, user, foreign


class RecordMatrix:
    """Read, write, create, delete, and each way to search, by the model itself."""

    def test_rights_on_each_record(self):
        """Nobody from outside writes, creates or deletes at all, and reads only what is about him."""
        wrong, asked = [], 0
        with mute_logger(*NOISE):
            for person, user, foreign in self._get_cases():
                foreign = foreign.with_user(user)
                for record in foreign:
                    asked += 1
                    wrong += [f"{person} may {operation} {record}" for operation in ("read", "write", "unlink")
                              if record.has_access(operation)]
                if foreign.browse().has_access("create"):
                    wrong.append(f"{person} may create {foreign._name}")
                mine = foreign.sudo().with_context(active_test=False).search([]) - foreign.sudo()
                wrong += [f"{person} may {operation} his own {record}" for record in mine.with_user(user)
                          for operation in ("write", "unlink") if record.has_access(operation)]
        self.assertFalse(wrong)
        self.assertGreater(asked, 500, "the world was not found")

    def test_each_way_to_search(self):
        """Whatever asks for records or counts them answers as if those of others were not there."""
        wrong = []
        with mute_logger(*NOISE):
            for person, user, foreign in self._get_cases():
                model = self.env[foreign._name].with_user(user).with_context(active_test=False)
                for way, seen in self._ask(model, foreign).items():
                    self.env.invalidate_all()  # what a test has read is no proof that others may
                    with contextlib.suppress(*REFUSED):
                        if found := seen():
                            wrong.append(f"{person}: {way} on {foreign._name}: {found}")
        self.assertFalse(wrong)

    def _ask(self, model, foreign):
        """Return ``{way: call}``; each call returns something only where it shows a foreign record."""
        domain = [("id", "in", foreign.ids)]
        some = foreign[:5]
        names = {record.display_name for record in some.sudo() if record.display_name}
        specification = {"display_name": {}}
        ids = set(foreign.ids)
        return {
            "search": lambda: model.search(domain),
            "search_count": lambda: model.search_count(domain),
            "search_read": lambda: model.search_read(domain, ["id"]),
            "web_search_read": lambda: model.web_search_read(domain, specification)["records"],
            "read": lambda: [model.browse(record.id).read(["display_name"]) for record in some],
            "web_read": lambda: model.browse(some.ids).web_read(specification),
            "export_data": lambda: model.browse(some.ids).export_data(["id", "display_name"])["datas"],
            "formatted_read_group": lambda: [
                row for row in model.formatted_read_group(domain, [], ["__count"]) if row["__count"]],
            "web_read_group": lambda: [
                group for group in model.web_read_group(domain, ["create_uid"], ["__count"])["groups"]
                if group["__count"]],
            "name_search": lambda: [
                row for name in names for row in model.name_search(name, limit=None) if row[0] in ids],
            "copy_data": lambda: model.browse(some.ids).copy_data(),
            # without a log of who wrote it, it repeats the number asked for
            **({"get_metadata": lambda: model.browse(some.ids).get_metadata()} if model._log_access else {}),
        }

    def test_nothing_is_found_by_its_value(self):
        """A search on a field of a record that one may not read finds it no more often than a wrong value."""
        wrong = []
        with mute_logger(*NOISE):
            for person, user, foreign in self._get_cases():
                model = self.env[foreign._name].with_user(user).with_context(active_test=False)
                for field in model._fields.values():
                    if field.type not in PROBED or not field._description_searchable:
                        continue
                    for record in foreign[:3]:
                        with contextlib.suppress(*REFUSED):
                            found = model.search([(field.name, "=", record[field.name]), ("id", "in", foreign.ids)])
                            if found:
                                wrong.append(f"{person}: {model._name}.{field.name}")
        self.assertFalse(wrong)


class SearchOracle:
    """From a record that one may read, no path leads to the values of one that he may not."""

    def test_no_value_through_a_relation(self):
        wrong, asked = [], 0
        models = [
            *get_own_models(self.env), *get_extended_models(self.env), "res.users", "ir.attachment", "mail.message"]
        with mute_logger(*NOISE):
            for (person, user), name in itertools.product(self.people.items(), models):
                model = self.env[name].with_user(user).with_context(active_test=False)
                if model._abstract or not model.has_access("read"):
                    continue
                readable = model.search([], limit=200)
                for field, target in self._get_hops(readable, user):
                    for domain in self._get_probes(field, target):
                        asked += 1
                        with contextlib.suppress(*REFUSED):
                            if model.search([("id", "in", readable.ids), *domain]):
                                wrong.append(f"{person}: {name}: {domain}")
                    for group in (f"{field.name}.{leaf.name}" for leaf in target._fields.values()
                                  if leaf.type in ("char", "selection") and leaf.store):
                        with contextlib.suppress(*REFUSED):
                            rows = model.formatted_read_group([("id", "in", readable.ids)], [group], ["__count"])
                            if any(row[group] for row in rows):
                                wrong.append(f"{person}: {name} grouped by {group}")
        self.assertFalse(wrong)
        self.assertGreater(asked, 100, "no relation leads to a foreign record")

    def _get_hops(self, readable, user):
        """Yield ``(field, foreign record)`` where a readable record has a relation to a foreign one."""
        own = set(get_own_models(self.env))
        for field in readable._fields.values():
            if not (field.relational and field.comodel_name in own and field._description_searchable):
                continue
            foreign = self._get_foreign(user, field.comodel_name)
            try:
                linked = readable.sudo().mapped(field.name) & foreign
            except REFUSED:
                continue
            for target in linked[:2]:
                if not target.with_user(user).has_access("read"):
                    yield field, target

    def _get_probes(self, field, target):
        for leaf in target._fields.values():
            if leaf.type in PROBED and leaf.store and leaf.name not in ("id", "active") and target[leaf.name]:
                yield [(f"{field.name}.{leaf.name}", "=", target[leaf.name])]
                yield [(field.name, "any", [(leaf.name, "=", target[leaf.name])])]


class MessagesAndFiles:
    """What is written on a record, and attached to it, is as private as the record."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.secrets = {}  # record of ours -> (message or None, attachment)
        for name in get_own_models(cls.env):
            model = cls.env[name].sudo().with_context(active_test=False)
            if model._abstract or model._transient:
                continue
            for record in model.search([])[:4]:
                attachment = cls.env["ir.attachment"].create({
                    "name": "secret.txt", "raw": b"SECRET", "res_model": name, "res_id": record.id})
                message = record.message_post(body="SECRET", message_type="comment", subtype_xmlid="mail.mt_comment") \
                    if "message_ids" in record._fields else None
                cls.secrets[record] = message, attachment
        cls.env.flush_all()

    def _get_secrets(self, user):
        foreign = {name: self._get_foreign(user, name) for name in {record._name for record in self.secrets}}
        for record, secret in self.secrets.items():
            if record in foreign[record._name]:
                yield record, *secret

    def test_messages(self):
        wrong, asked = [], 0
        with mute_logger(*NOISE):
            for person, user in self.people.items():
                for record, message, attachment in self._get_secrets(user):
                    asked += 1
                    if message:
                        own = message.with_user(user)
                        wrong += [f"{person}: {way} {message} of {record}" for way, seen in {
                            "read": lambda own=own: own.read(["body"]),
                            "search": lambda own=own: own.search([("id", "=", own.id)]),
                            "by its record": lambda own=own, record=record: own.search(
                                [("model", "=", record._name), ("res_id", "=", record.id)]),
                            "by its text": lambda own=own: own.search(
                                [("body", "ilike", "SECRET"), ("id", "=", own.id)]),
                            # Odoo shows every employee who follows what
                            "followers": lambda own=own, record=record: not own.env.user._is_internal()
                            and own.env["mail.followers"].search(
                                [("res_model", "=", record._name), ("res_id", "=", record.id)]),
                            "subscribe": lambda user=user, record=record: record.with_user(user).message_subscribe(
                                partner_ids=user.partner_id.ids),
                            "post": lambda user=user, record=record: record.with_user(user).message_post(body="x"),
                        }.items() if self._answers(seen)]
                    own = attachment.with_user(user)
                    wrong += [f"{person}: {way} {attachment} of {record}" for way, seen in {
                        "read": lambda own=own: own.read(["datas"]),
                        "search": lambda own=own: own.search([("id", "=", own.id)]),
                        "by its record": lambda own=own, record=record: own.search(
                            [("res_model", "=", record._name), ("res_id", "=", record.id)]),
                        "write": lambda own=own: own.write({"name": "taken"}) and own,
                    }.items() if self._answers(seen)]
        self.assertFalse(wrong)
        self.assertGreater(asked, 100)

    def _answers(self, call):
        self.env.invalidate_all()
        try:
            with self.env.cr.savepoint():
                return bool(call())
        except REFUSED:
            return False

    def test_an_owner_reads_his(self):
        """The secrets can be seen by those they are for, so the tests above look at the right thing."""
        contract = self.merchant.contract_ids[:1]
        _message, attachment = self.env["ir.attachment"], self.env["ir.attachment"].create({
            "name": "mine.txt", "raw": b"MINE", "res_model": contract._name, "res_id": contract.id})
        self.assertTrue(contract.with_user(self.users["merchant"]).has_access("read"))
        self.assertEqual(attachment.with_user(self.users["merchant"]).raw, b"MINE")


class TestLeaks(RecordMatrix, SearchOracle, MessagesAndFiles, LeakCase):
    """All of them on one world, which takes long to build."""

"""Messages: the addresses by which a record's log is read, written, followed and marked."""

from tests.support.roles import OUTSIDERS
from tests.support.surface import get_own_models

from .case import SECRET

OF_ODOO = ("sale.order", "account.move")
PARTS = ["followers", "attachments", "activities", "suggestedRecipients"]


class Messages:
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        entries = cls.env["account.move"].search([("partner_id", "!=", False)], limit=2)
        cls.logged = {"sale.order": cls.world.web_orders, "account.move": entries}
        for name in get_own_models(cls.env):
            model = cls.env[name].sudo().with_context(active_test=False)
            if not model._abstract and "message_ids" in model._fields:
                cls.logged[name] = model.search([])
        cls.secrets_said = {
            record: record.message_post(
                body=cls._get_secret(record), message_type="comment", subtype_xmlid="mail.mt_comment")
            for records in cls.logged.values() for record in records}
        for record in (*cls.world.web_orders, *entries):
            record._portal_ensure_token()
        cls.env.flush_all()

    @classmethod
    def _get_secret(cls, record):
        return f"{SECRET}.{record._name}.{record.id}.said"

    def test_nothing_is_read_written_or_followed(self):
        wrong, asked = [], 0
        for person in OUTSIDERS:
            user = self.people[person]
            self._login(user)
            strange = [records for name in self.logged if (records := self._get_strange(user, name))]
            wrong += self._ask_for_all(person, strange)
            for records in strange:
                if self._is_worth_asking(user, records):
                    asked += 1
                    wrong += self._ask_for_one(person, user, records[0])
        self.assertFalse(wrong)
        self.assertGreater(asked, 20)

    def _get_strange(self, user, name):
        """Return the records of a model, with a log, that are not the user's."""
        records = self.logged[name]
        if name in get_own_models(self.env):
            return records & self._get_foreign(user, name)
        if user._is_internal():
            return records.browse()  # a cashier's own documents are Odoo's to decide
        return records.filtered(lambda record: user.partner_id not in (
            record.partner_id | record.partner_id.commercial_partner_id))

    def _is_worth_asking(self, user, records):
        """Whether more than the right to the model, which the first way tries, decides about a record."""
        return "access_token" in records._fields or records.with_user(user).browse().has_access("read")

    def _ask_for_all(self, person, strange):
        """Ask for the logs of all of them at once, as the web client can."""
        wanted = [["mail.thread", {"thread_model": record._name, "thread_id": record.id, "request_list": PARTS}]
                  for records in strange for record in records]
        refused, said = self._ask("/mail/data", fetch_params=wanted)
        if refused or '"hasReadAccess": true' in said or SECRET in said:
            return [f"{person}: /mail/data: {said[:300]}"]
        return []

    def _ask_for_one(self, person, user, record):
        thread = {"thread_model": record._name, "thread_id": record.id}
        message, secret = self.secrets_said[record], self._get_secret(record)
        before = self._get_log(record)
        ways = [
            ("/mail/thread/messages", thread), ("/mail/chatter_fetch", thread), ("/mail/thread/recipients", thread),
            ("/mail/message/post", {**thread, "post_data": {"body": "x"}}),
            ("/mail/message/update_content", {"message_id": message.id, "update_data": {"body": "x"}}),
            ("/mail/message/reaction", {"message_id": message.id, "content": "x", "action": "add"}),
            ("/mail/thread/subscribe", {
                "res_model": record._name, "res_id": record.id, "partner_ids": user.partner_id.ids})]
        for key in self._get_keys(user, record):
            ways += [
                ("/mail/chatter_fetch", {**thread, **key}), ("/portal/chatter_init", {**thread, **key}),
                ("/mail/message/post", {**thread, "post_data": {"body": "x"}, **key}),
                ("/mail/message/update_content", {
                    "message_id": message.id, "update_data": {"body": "x"}, **key})]
        said = [(path, self._ask(path, **params)[1]) for path, params in ways]
        wrong = [f"{person}: {path} on {record}" for path, text in said
                 if secret in text or '"hasReadAccess": true' in text]
        self.env.invalidate_all()
        if self._get_log(record) != before:
            wrong.append(f"{person} changed the log of {record}")
        return wrong

    def _get_keys(self, user, record):
        """Return what opens no log: invented keys, and those of another record that the user may have."""
        keys = [{"token": "invented"}, {"hash": "invented", "pid": user.partner_id.id}]
        if "access_token" in record._fields and (others := self.logged[record._name] - record):
            keys += [{"token": others[0].access_token},
                     {"hash": others[0]._sign_token(user.partner_id.id), "pid": user.partner_id.id}]
        return keys

    def _get_log(self, record):
        log = record.sudo()
        return log.message_ids.ids, log.message_partner_ids.ids, log.message_ids.mapped("body"), (
            log.message_ids.reaction_ids.ids)

    def test_a_log_is_there(self):
        """What is refused above is there for those whose it is, and for the right key."""
        contract = self.merchant.contract_ids.filtered(lambda one: one.state == "active")[:1]
        self._login(self.users["merchant"])
        thread = {"thread_model": contract._name, "thread_id": contract.id}
        self.assertIn(self._get_secret(contract), self._ask("/mail/thread/messages", **thread)[1])
        self.assertIn('"hasReadAccess": true', self._ask("/portal/chatter_init", **thread)[1])
        self._login(self.users["public"])
        application = self.world.application
        thread = {"thread_model": application._name, "thread_id": application.id, "token": application.access_token}
        self.assertIn(self._get_secret(application), self._ask("/mail/chatter_fetch", **thread)[1])
        self._ask("/mail/message/post", post_data={"body": "answered"}, **thread)
        self.env.invalidate_all()
        self.assertIn("answered", application.message_ids[0].body)

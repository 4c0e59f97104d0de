from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

ASKED = "mail.mail_activity_data_todo"  # the activity that checkers get


class AllianceMakerChecker(models.AbstractModel):
    """A document that one person makes and another one checks; its own steps alone move it on.

    A model that inherits this has a ``name`` and a ``state``, and says in ``_draft_fields`` what its maker fills in.
    A step begins with ``_start_step``, asks ``_check_second_person`` where it is the checker's, and ends with
    ``_write_step``.
    """

    _name = "alliance.maker.checker"
    _description = "Document of Maker and Checker"
    _inherit = ["alliance.server.fields", "mail.thread", "mail.activity.mixin"]

    # What may be given by hand, while it is a draft; all else is set by steps. None: guarded otherwise, by rights.
    _draft_fields = None

    maker_id = fields.Many2one("res.users", readonly=True, tracking=True, copy=False)
    checker_id = fields.Many2one("res.users", readonly=True, tracking=True, copy=False)

    _two_people = models.Constraint(
        "CHECK (maker_id IS NULL OR checker_id IS NULL OR maker_id <> checker_id)",
        "Maker and checker must be two people.")

    # -- guarded writing -----------------------------------------------------------------------

    def _get_guarded(self, names):
        """Return those of ``names`` that only steps set: neither the maker's nor the chatter's."""
        if self._draft_fields is None:
            return set()
        chatter = self.env["mail.thread"]._fields.keys() | self.env["mail.activity.mixin"]._fields.keys()
        return set(names) - set(self._draft_fields) - chatter

    def _get_server_fields(self):
        # nor do defaults set what belongs to steps; without a maker's own fields nobody makes it by hand
        names = super()._get_server_fields()
        return names if self._draft_fields is None else self._get_guarded(names)

    @api.model_create_multi
    def create(self, vals_list):
        if self._draft_fields is not None:
            vals_list = [self._prepare_draft(vals) for vals in vals_list]
        return super().create(vals_list)

    def _prepare_draft(self, vals):
        """Return what a new document is made of: whoever may create may name nothing but the maker's fields."""
        return {
            **{name: vals[name] for name in self._draft_fields if name in vals},
            "name": self.env["ir.sequence"].next_by_code(self._name) or "/"}

    def write(self, vals):
        if guarded := self._get_guarded(vals):
            raise UserError(self.env._(
                "%(document)s: only its own steps set this (%(fields)s).",
                document=self._get_names(), fields=", ".join(sorted(guarded))))
        if set(self._draft_fields or ()) & set(vals) and (others := self._filter_no_draft()):
            raise UserError(self.env._(
                "%s is no draft any more and cannot be changed: give it up and make a new one.", others._get_names()))
        return super().write(vals)

    def _write_step(self, **vals):
        """Write what a step changes, past ``write``, which refuses it, and to the database at once."""
        super().write(vals)
        self.flush_recordset()

    @api.ondelete(at_uninstall=False)
    def _unlink_only_draft(self):
        if others := self._filter_no_draft():
            raise UserError(self.env._("%s is no draft any more and cannot be deleted.", others._get_names()))

    def _filter_no_draft(self):
        return self.filtered(lambda record: record.state != "draft")

    def _get_names(self):
        return ", ".join(self.mapped("display_name"))

    # -- steps ---------------------------------------------------------------------------------

    def _start_step(self, groups, *states):
        """Check who asks for a step and in which state these are; lock them.

        :param groups: XML id of the group whose users may take the step, or several in a tuple
        :param str states: each document is in one of these
        :return: self (sudo)
        :raise AccessError: the user is in none of ``groups``, or may not read these
        :raise UserError: another state; ``LockError``: somebody is at it
        """
        self._check_step_groups((groups,) if isinstance(groups, str) else groups)
        records = self.sudo()  # sudo: what steps change belongs to them, nobody writes it by hand
        records._lock_for_step()
        records.invalidate_recordset()
        self.check_access("read")
        labels = dict(self._fields["state"]._description_selection(self.env))
        for record in records:
            if record.state not in states:
                raise UserError(self.env._(
                    "%(name)s: not possible now, the state is “%(state)s”; this step needs: %(wanted)s.",
                    name=record.display_name, state=labels[record.state],
                    wanted=", ".join(labels[state] for state in states)))
        return records

    def _check_step_groups(self, groups):
        if not any(self.env.user.has_group(group) for group in groups):
            names = [self.env.ref(group).sudo().name for group in groups]  # sudo: of groups one is not in
            raise AccessError(self.env._("Only these may do this: %s.", ", ".join(names)))

    def _lock_for_step(self):
        """Keep others from taking a step at the same time; models lock here what else their steps decide about."""
        self.lock_for_update(allow_referencing=True)

    def _check_second_person(self, text=None):
        """Raise where the user has made it; ``text`` says so if there is more to say."""
        for record in self:
            if record.maker_id == self.env.user:
                raise UserError(text or self.env._(
                    "%(user)s made %(document)s and cannot check it: another person must.",
                    user=self.env.user.name, document=record.display_name))

    def _ask_checkers(self, group, summary):
        """Give an activity to everybody of a group who works in the company, but the maker."""
        self.ensure_one()
        for checker in self.company_id._get_people(group) - self.maker_id:
            self.activity_schedule(ASKED, user_id=checker.id, summary=summary)

    def _end_asking(self, approved=False):
        """Note on what the checkers were asked for that it is done; not approved, take it off their lists."""
        if approved:
            self.activity_feedback([ASKED])
        else:
            self.activity_unlink([ASKED])

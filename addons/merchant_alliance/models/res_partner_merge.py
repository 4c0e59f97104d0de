from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class ResPartner(models.Model):
    """What becomes of a shopper's things when Odoo merges the contact into another.

    Odoo's wizard moves rows by SQL and *deletes* those that meet a unique key, so nothing of ours may be left for it.
    """

    _inherit = "res.partner"

    @api.model
    def _merge_holders(self, source, target):
        """Move everything that ``source`` holds to ``target``; only the merging wizard calls this.

        Amounts of ledger rows stay; whose they are changes, and is logged (``alliance.holder.merge``).

        :raise UserError: with what to do instead
        """
        source, target = source.sudo(), target.sudo()  # sudo: who merges need not read what is moved
        if source == target:
            return
        self.env.flush_all()
        # whoever is about to add something to either waits, and finds the contact gone
        self.env.execute_query(SQL(
            "SELECT id FROM res_partner WHERE id IN %s ORDER BY id FOR UPDATE", (source.id, target.id)))
        self._before_merge(source, target)
        if refusal := self._get_merge_refusal(source, target):
            raise UserError(refusal)
        moved = {company: self._prepare_merge_vals(source, target, company)
                 for company in self._get_merge_companies(source)}
        self._move_holder(source, target, moved)
        self.env.invalidate_all()
        # sudo: nobody may write the log otherwise
        merges = self.env["alliance.holder.merge"].sudo()._record(list(moved.values()))
        self._log_merge(merges)

    # -- whether ---------------------------------------------------------------------------------

    @api.model
    def _get_merge_refusal(self, source, target):
        """Return why ``source`` cannot be merged into ``target``, and what to do instead; or None. Hook."""
        names = {"gone": source.display_name, "kept": target.display_name}
        for found, both, one in self._get_merge_roles():
            if found(source):
                return (both if found(target) else one) % names
        bindings = self.env["alliance.promoter.binding"].sudo().search_count([
            ("partner_id", "=", source.id), ("promoter_partner_id", "=", target.id)], limit=1)
        if bindings:
            return self.env._(
                "%(gone)s is, or was, bound to %(kept)s as a promoter: nobody is his own promoter. Keep both"
                " contacts, and archive the one that is not used any more.", **names)
        return None

    def _get_merge_roles(self):
        """Return ``[(whether a contact has the role, why not if both have, why not if the one to go has)]``."""
        env, choose = self.env, self.env._(
            "%(gone)s must be the destination: it is kept, and the other contact is merged into it.")

        def has(model):
            records = env[model].sudo().with_context(active_test=False)  # sudo: see _merge_holders
            return lambda partner: bool(records.search_count([("partner_id", "=", partner.id)], limit=1))

        return [
            (has("alliance.merchant"), env._(
                "%(gone)s and %(kept)s are two merchants, each with accounts of its own. End one's contract and"
                " keep both contacts."), choose),
            (has("alliance.promoter"), env._(
                "%(gone)s and %(kept)s are two promoters, each with an account of commissions. End one's agreement"
                " and keep both contacts."), choose),
            (has("alliance.share.entry"), env._(
                "%(gone)s and %(kept)s are two shareholders, each with a history of shares. Move the shares to one"
                " of them and keep both contacts."), choose),
        ]

    # -- what ------------------------------------------------------------------------------------

    @api.model
    def _before_merge(self, source, target):
        """Hook: what both hold is about to be added up (lock it, and bring it up to date)."""

    @api.model
    def _get_merge_companies(self, source):
        """Return the companies in which ``source`` has something. Hook."""
        companies = self.env["res.company"].sudo()
        for model in ("alliance.qualified.sale", "alliance.promoter.binding", "alliance.consent", "alliance.coupon"):
            companies |= companies.browse(company.id for company, in self.env[model].sudo()._read_group(
                [("partner_id", "=", source.id)], ["company_id"]))
        return companies

    @api.model
    def _prepare_merge_vals(self, source, target, company):
        """Return the values of the log: what ``source`` holds in ``company``. Hook."""
        return {
            "partner_id": target.id,
            "source_number": source.id,
            "source_name": source.display_name,
            "company_id": company.id,
            "user_id": self.env.uid,
            "sale_count": self.env["alliance.qualified.sale"].sudo().search_count(
                [("partner_id", "=", source.id), ("company_id", "=", company.id)]),
        }

    @api.model
    def _move_holder(self, source, target, moved):
        """Move it, by SQL: nothing else may write these records. Hook.

        :param dict moved: values of the log by company, to which may be added what came of it
        """
        self._end_later_bindings(source, target, moved)
        people = {"source": source.id, "target": target.id}
        # in one statement: a sale and the binding that it names are one shopper's, always
        self.env.execute_query(SQL(
            """WITH bound AS (UPDATE alliance_promoter_binding SET partner_id = %(target)s
                               WHERE partner_id = %(source)s RETURNING id)
               UPDATE alliance_qualified_sale SET partner_id = %(target)s WHERE partner_id = %(source)s
               RETURNING id""", **people))
        self._move_consents(people)
        self._move_coupons(people)
        self.env.execute_query(SQL(
            "UPDATE alliance_holder_merge SET partner_id = %(target)s WHERE partner_id = %(source)s RETURNING id",
            **people))

    def _end_later_bindings(self, source, target, moved):
        """One promoter for each shopper: where both are bound, who was bound first stays so; the other one ends."""
        bindings = self.env["alliance.promoter.binding"].sudo()
        for company, held in bindings.search([("partner_id", "in", (source + target).ids)]).grouped(
                "company_id").items():
            current = held.filtered(lambda binding: not binding.ended_on)
            if len(current) < 2:
                continue
            first = {partner: min((binding.bound_on, binding.id) for binding in held if binding.partner_id == partner)
                     for partner in current.partner_id}
            later = max(current, key=lambda binding: first[binding.partner_id])
            self.env.execute_query(SQL(
                "UPDATE alliance_promoter_binding SET ended_on = GREATEST(%s, bound_on) WHERE id = %s RETURNING id",
                fields.Datetime.now(), later.id))
            moved[company]["ended_binding_id"] = later.id

    def _move_consents(self, people):
        """The last word counts: consent that the same person took back later, at the other contact, has ended."""
        self.env.execute_query(SQL(
            """UPDATE alliance_consent c SET withdrawn_at = %(now)s, withdrawn_by = 'merge'
                WHERE c.withdrawn_at IS NULL AND c.partner_id IN (%(source)s, %(target)s) AND EXISTS (
                      SELECT FROM alliance_consent o
                       WHERE o.merchant_id = c.merchant_id AND o.partner_id IN (%(source)s, %(target)s)
                         AND o.partner_id <> c.partner_id
                         AND CASE WHEN o.withdrawn_at IS NULL THEN (o.given_at, o.id) < (c.given_at, c.id)
                                  ELSE o.withdrawn_by <> 'merge' AND o.withdrawn_at > c.given_at END)
            RETURNING id""", now=fields.Datetime.now(), **people))
        self.env.execute_query(SQL(
            "UPDATE alliance_consent SET partner_id = %(target)s WHERE partner_id = %(source)s RETURNING id", **people))
        # a person gets a campaign once: who has got it, or will as the other contact, is not sent it again
        self.env.execute_query(SQL(
            """UPDATE alliance_campaign_recipient r SET state = 'skipped', reason = 'merged'
                WHERE r.state = 'waiting' AND r.partner_id IN (%(source)s, %(target)s) AND EXISTS (
                      SELECT FROM alliance_campaign_recipient o
                       WHERE o.campaign_id = r.campaign_id AND o.partner_id IN (%(source)s, %(target)s)
                         AND o.partner_id <> r.partner_id
                         AND (o.state = 'sent' OR o.state = 'waiting' AND r.partner_id = %(source)s))
            RETURNING id""", **people))
        self._move_once_a_campaign("alliance_campaign_recipient", people)

    def _move_coupons(self, people):
        """A shopper has one coupon of a campaign: of two, only one can still be used."""
        self.env.execute_query(SQL(
            """UPDATE alliance_coupon c SET state = 'void'
                WHERE c.state = 'open' AND c.partner_id IN (%(source)s, %(target)s) AND EXISTS (
                      SELECT FROM alliance_coupon o
                       WHERE o.campaign_id = c.campaign_id AND o.partner_id IN (%(source)s, %(target)s)
                         AND o.partner_id <> c.partner_id
                         AND (o.state IN ('reserved', 'used') OR o.state = 'open' AND c.partner_id = %(source)s))
            RETURNING id""", **people))
        self._move_once_a_campaign("alliance_coupon", people)

    def _move_once_a_campaign(self, table, people):
        self.env.execute_query(SQL(
            """UPDATE %(table)s r SET partner_id = %(target)s, merged = r.merged IS TRUE OR EXISTS (
                      SELECT FROM %(table)s o WHERE o.campaign_id = r.campaign_id AND o.partner_id = %(target)s)
                WHERE r.partner_id = %(source)s RETURNING id""", table=SQL.identifier(table), **people))

    # -- telling ---------------------------------------------------------------------------------

    def _log_merge(self, merges):
        """Say on the chatter of who is left what came from whom; the chatter of who goes moves there, too."""
        for partner, found in merges.grouped("partner_id").items():
            rows = Markup().join(
                Markup("<li>%s: %s</li>") % (merge.company_id.name, ", ".join(merge._describe())) for merge in found)
            partner.message_post(body=self.env._(
                "What %(name)s (number %(number)s) had has passed to this contact: %(rows)s",
                name=found[0].source_name, number=found[0].source_number, rows=Markup("<ul>%s</ul>") % rows))

import re
from collections import Counter

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.merchant_alliance.tools.money import from_cents, to_cents

SWEEP = "SWEEP {}"  # what people write on a transfer, with the day
PROVIDED = "PROVIDER {}"  # what a provider that splits brings itself, with the day on which it was funded
SWEEP_EVENTS = ("funded", "fund_reversal")
OPENING = "OPENING"  # reference of the line that stands for the balance before the first statement


class EscrowBankLine(models.Model):
    """Finds what of the ledger each movement is: sweeps by day, reimbursements by document."""

    _inherit = "escrow.bank.line"

    @api.model
    def _get_open_items(self, company):
        """Return what the ledger says of the escrow bank and no movement explains yet, the oldest first.

        :return: dicts with ``kind`` (``sweep``: all of a day; ``reimburse``: one document; ``provider``: what the
            provider of a day's split payments brings, or takes back for refunds), ``day`` (date), ``name`` (to be
            written on the transfer), ``cents`` (positive: into the escrow) and ``ids`` of journal items
        """
        self.env.flush_all()
        account = self.env["escrow.posting"]._get_account("escrow_bank", company)
        rows = self.env.execute_query(SQL(
            """SELECT CASE WHEN r.id IS NOT NULL THEN 'reimburse'
                           WHEN EXISTS (SELECT FROM alliance_funding f WHERE f.at_source AND f.move_id = l.move_id)
                             OR EXISTS (SELECT FROM alliance_funding f
                                         WHERE f.at_source AND f.reversal_move_id = l.move_id) THEN 'provider'
                           ELSE 'sweep' END, l.date, r.name, SUM(l.balance)::text, array_agg(l.id)
                 FROM account_move_line l LEFT JOIN voucher_reimbursement r ON r.move_id = l.move_id
                WHERE l.account_id = %(account)s AND l.company_id = %(company)s AND l.parent_state = 'posted'
                  AND NOT EXISTS (SELECT FROM escrow_bank_match x WHERE x.move_line_id = l.id)
             GROUP BY 1, l.date, r.name HAVING SUM(l.balance) <> 0 OR bool_or(r.id IS NOT NULL)
             ORDER BY l.date, 1 DESC, r.name""", account=account.id, company=company.id))
        return [{
            "kind": kind, "day": day, "name": name or (PROVIDED if kind == "provider" else SWEEP).format(day),
            "cents": self.env["escrow.posting"]._to_cents(amount, company), "ids": ids,
        } for kind, day, name, amount, ids in rows]

    @api.model
    def _match(self, company):
        """Explain the movements of ``company`` that can be, by what is written on them or by their amount.

        :return: the lines explained now
        """
        self = self.sudo()  # sudo: matches are the platform's
        lines = self.search([("company_id", "=", company.id), ("matched", "=", False)], order="date, id")
        items = self._get_open_items(company)
        explained = self.browse()
        # what names its document first, so that nothing else takes that
        for find in (self._find_opening, self._find_named, self._find_by_amount):
            amounts = Counter(to_cents(line.amount, line.currency_id) for line in lines - explained)
            for line in lines - explained:
                cents = to_cents(line.amount, line.currency_id)
                found = find(line, cents, [item for item in items if item["day"] <= line.date], amounts)
                if found and sum(item["cents"] for item in found) == cents:
                    line._explain(found)
                    items = [item for item in items if item not in found]
                    explained |= line
        return explained | self._match_parts(lines - explained, items)

    def _match_parts(self, lines, items):
        """Explain transfers that were made in several parts, each of which names the whole; return their lines."""
        explained, left = self.browse(), items
        for names, parts in lines.grouped(lambda line: tuple(
                item["name"] for item in line._find_named(line, 0, items, None))).items():
            found = [item for item in left if item["name"] in names]
            if len(parts) > 1 and found and parts._is_split_of(found):
                parts._explain(found)
                left = [item for item in left if item not in found]
                explained |= parts
        return explained

    def _is_split_of(self, items):
        """Return whether these movements, all in one direction and none too early, are ``items`` in parts."""
        cents = [to_cents(line.amount, line.currency_id) for line in self]
        return (sum(cents) == sum(item["cents"] for item in items) and len({part > 0 for part in cents}) == 1
                and max(item["day"] for item in items) <= min(self.mapped("date")))

    def _find_whole(self, cents):
        """Return the items that these movements are parts of, which a person says belong together; maybe none."""
        items = [item for item in self._get_open_items(self.company_id) if item["day"] <= min(self.mapped("date"))]
        found = self._find_by_amount(self, cents, items, Counter([cents]))
        return found if found and self._is_split_of(found) else []

    def _find_opening(self, line, cents, items, amounts):
        """Return everything of the days before the first statement, if the balance before it is that."""
        if not line.reference.startswith(OPENING) or line.statement_id.previous_id:
            return []
        return [item for item in items if item["day"] < line.date]

    def _find_named(self, line, cents, items, amounts):
        """Return the items whose names stand on a movement."""
        text = f"{line.reference} {line.description or ''}".upper()
        return [item for item in items if re.search(rf"(?<!\w){re.escape(item['name'].upper())}(?!\d)", text)]

    def _find_by_amount(self, line, cents, items, amounts):
        """Return the only item of this amount, or the oldest sweeps that add up to it, or what the provider brought.

        Nothing if there is a doubt.
        """
        same = [item for item in items if item["cents"] == cents]
        if len(same) == 1 and amounts[cents] == 1:
            return same
        sums = [] if same else [self._find_oldest(cents, items, kind) for kind in ("sweep", "provider")]
        found = [oldest for oldest in sums if oldest]
        return found[0] if len(found) == 1 else []

    def _find_oldest(self, cents, items, kind):
        """Return the oldest items of ``kind`` that add up to ``cents``; nothing if none do."""
        total, found = 0, []
        for item in items:
            if item["kind"] == kind:
                total, found = total + item["cents"], [*found, item]
                if total == cents:
                    return found
        return []

    def _explain(self, items, text=None):
        """Note what of the ledger a movement is, or several that are its parts (``_is_split_of``).

        :param str text: the explanation, if not the items' names
        """
        rows = self.env.execute_query(SQL(
            "SELECT id, balance::text FROM account_move_line WHERE id IN %s",
            tuple(line_id for item in items for line_id in item["ids"])))
        posting, company = self.env["escrow.posting"], self.company_id
        cents = {line_id: posting._to_cents(amount, company) for line_id, amount in rows}
        self.env["escrow.bank.match"].create([{
            "line_id": line.id, "move_line_id": line_id, "part": part,
            "amount": from_cents(amount, company.currency_id)}
            for line, line_id, part, amount in self._divide_among(cents)])
        self.write({"matched": True, "explanation": (text or ", ".join(item["name"] for item in items))[:500]})

    def _divide_among(self, cents):
        """Return ``[(movement, journal item id, number of its part, cents)]``: each movement gets its amount.

        :param dict cents: of each journal item; what goes the other way is the last movement's
        """
        total, parts, number = sum(cents.values()), [], Counter()
        left = dict(sorted(cents.items(), key=lambda item: item[1] * total < 0))
        for line in self[:-1]:
            missing = to_cents(line.amount, line.currency_id)
            for line_id in list(left):
                part = min(left[line_id], missing, key=abs)
                parts.append((line, line_id, number[line_id], part))
                number[line_id] += 1
                missing, left[line_id] = missing - part, left[line_id] - part
                if not left[line_id]:
                    del left[line_id]
                if not missing:
                    break
        return parts + [(self[-1:], line_id, number[line_id], part) for line_id, part in left.items()]

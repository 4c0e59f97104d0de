import numpy as np
from markupsafe import Markup

from odoo import models

from ..tools.line_chart import render_lines

STEADY = ("flat", "decline", "stop", "run", "refund_wave", "default")  # all but growth
SETTLED = 0.5  # of the cohorts that mature, the later half shows what lasts
MUCH = 1.1


class GreenPointsSimulation(models.TransientModel):
    """A simulation's figures, drawn and put into words; nothing here reckons."""

    _inherit = "green.points.simulation"

    def _prepare_report_vals(self, rules, result):
        """Return the values of the fields that show ``result`` (``tools.simulation.Result``)."""
        lasting = self._get_lasting(result)
        return {
            "expectation": self._render_list(self._get_expectations(rules, result, lasting)),
            "warnings": self._render_list(self._get_warnings(result, lasting)),
            "has_wording": bool(self.policy_id._get_wordings()),
            "table": self._render_table(result),
            "chart_coverage": self._render_chart(result, result.coverage * 100, self.env._(
                "Paid share of what could be released, in percent"), "%"),
            "chart_multiple": self._render_multiples(result),
            "chart_escrow": self._render_chart(result, self._to_units(result.bank), self.env._(
                "Escrow bank: always what the platform owes")),
            "chart_vouchers": self._render_chart(result, self._to_units(result.outstanding), self.env._(
                "Vouchers that shoppers and merchants hold")),
            "chart_breakage": self._render_chart(result, self._to_units(result.expired), self.env._(
                "Vouchers expired so far: back in the rebate pool")),
        }

    def _get_labels(self):
        """Return ``{key: name}`` of the scenarios."""
        return {
            "growth": self.env._("Sales grow 15 % a year"), "flat": self.env._("Sales stay as they are"),
            "decline": self.env._("Sales fall 20 % a year"), "stop": self.env._("Sales stop"),
            "run": self.env._("Everybody spends at once"), "refund_wave": self.env._("A wave of refunds"),
            "default": self.env._("Half of the concessions fail for a year")}

    def _get_lasting(self, result):
        """Return ``{key: (lowest, highest)}`` multiple of the later half of the cohorts that matured."""
        lasting = {}
        for key in result.keys:
            multiples = self._get_multiples(result, key)
            later = multiples[int(len(multiples) * SETTLED):]
            lasting[key] = (float(later.min()), float(later.max())) if len(later) else (0.0, 0.0)
        return lasting

    # -- words ---------------------------------------------------------------

    def _get_expectations(self, rules, result, lasting):
        """Return what may be told to shoppers, as sentences."""
        policy, flat, decline = self.policy_id, lasting["flat"], lasting["decline"]
        weeks = policy.period_count * policy.period_days / 7
        texts = [
            self.env._(
                "A purchase of 100 at a store that concedes 10 %% gives the shopper points with a base value of "
                "%(base).2f. If sales stay as they are, they turn into vouchers of about %(vouchers).2f in all, over "
                "%(weeks)d weeks.", base=10 * policy.beta, vouchers=10 * policy.beta * flat[0], weeks=weeks),
            self.env._(
                "Later, a cohort releases %(low).2f to %(high).2f times its base value if sales stay as they are, and "
                "as little as %(fall).2f times if they fall by 20 %% a year. No multiple is promised.",
                low=flat[0], high=flat[1], fall=decline[0]),
            self.env._(
                "The most that lasts is the pool's share of the concessions divided by the base value given for "
                "them: %.2f times. What expires unspent adds a little.",
                rules.pool / rules.base if rules.base else 0.0)]
        gap = float(np.abs(result.bank - result.owed).max())
        if gap < max(1.0, 1e-6 * float(result.owed.max())):
            texts.append(self.env._(
                "In every scenario the escrow holds what the platform owes, also when everybody spends at once."))
        return texts

    def _get_warnings(self, result, lasting):
        """Return what the public wording must not say, as sentences."""
        policy, warnings = self.policy_id, []
        best = max(lasting[key][1] for key in STEADY if key != "stop")
        if policy.max_multiple > MUCH * best:
            warnings.append(self.env._(
                "The highest multiple of this policy is %(maximum).2f, but what lasts is %(best).2f. Words like “up to "
                "%(maximum).2f times” would promise what is not there.", maximum=policy.max_multiple, best=best))
        first, later = self._get_multiples(result, "flat")[:1], lasting["flat"][1]
        if len(first) and first[0] > MUCH * later:
            warnings.append(self.env._(
                "The first cohorts release more (%(first).2f times) than those that come later (%(later).2f times): "
                "do not show early results as an example.", first=first[0], later=later))
        growth = lasting["growth"][1]
        if growth > MUCH * later:
            warnings.append(self.env._(
                "Growth adds to what is released (%(growth).2f instead of %(flat).2f times): results of growing years "
                "do not last.", growth=growth, flat=later))
        texts = {
            "word": self.env._("The public wording says “%s”, which must not be said."),
            "multiple": self.env._("The public wording says “%s”: more than any cohort released without growth."),
            "percent": self.env._("The public wording says “%s”: more than what comes back."),
        }
        warnings += [texts[kind] % words for kind, words in policy._find_promises(best)]
        return list(dict.fromkeys(warnings))

    def _render_list(self, sentences):
        return Markup("<ul>%s</ul>") % Markup("").join(
            Markup("<li>%s</li>") % sentence for sentence in sentences) if sentences else False

    # -- figures -------------------------------------------------------------

    def _render_table(self, result):
        titles = (
            self.env._("Scenario"), self.env._("Lowest coverage"), self.env._("Mean coverage"),
            self.env._("Multiple, lowest"), self.env._("Multiple, mean"), self.env._("Multiple, highest"),
            self.env._("Vouchers spent"), self.env._("Expired"), self.env._("Outstanding at the end"))
        labels, rows = self._get_labels(), Markup("")
        for number, key in enumerate(result.keys):
            multiples = self._get_multiples(result, key)
            figures = [f"{100 * result.coverage[number].min():.1f} %", f"{100 * result.coverage[number].mean():.1f} %"]
            figures += [f"{figure(multiples):.3f}" if len(multiples) else "–" for figure in (np.min, np.mean, np.max)]
            figures += [self.currency_id.format(float(self._to_units(values[number, -1])))
                        for values in (result.spent, result.expired, result.outstanding)]
            rows += Markup("<tr><th>%s</th>%s</tr>") % (labels[key], Markup("").join(
                Markup("<td class='text-end text-nowrap'>%s</td>") % figure for figure in figures))
        return Markup("<div class='table-responsive'><table class='table table-sm'><thead><tr>%s</tr></thead>"
                      "<tbody>%s</tbody></table></div>") % (
            Markup("").join(Markup("<th>%s</th>") % title for title in titles), rows)

    def _render_chart(self, result, values, title, suffix=""):
        labels = self._get_labels()
        return render_lines(
            [(labels[key], values[number]) for number, key in enumerate(result.keys)], title,
            self._get_years(values.shape[1]), suffix)

    def _render_multiples(self, result):
        labels = self._get_labels()
        shown = result.multiples[:, result.first:result.matured]
        return render_lines(
            [(labels[key], shown[number]) for number, key in enumerate(result.keys)],
            self.env._("Times its base value that each cohort has released when it has matured"),
            self._get_years(shown.shape[1]), "×")

    def _get_years(self, count):
        """Return the labels of an axis of ``count`` periods."""
        year = 365 / self.policy_id.period_days
        return [(round(number * year), self.env._("year %s", number))
                for number in range(0, int(count / year) + 1, 1 if count < 6 * year else 2)
                if round(number * year) < count]

    def _to_units(self, cents):
        return cents / 10 ** self.currency_id.decimal_places

"""A consumption-rewards platform in a few pages of plain Python, to compare the real one with.

Everything is whole cents or exact fractions; nothing is kept that could be derived, nothing is fast.
Written from the product's description; it shares no code with the addons.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from .accounts import Accounts
from .commission import Commissions
from .exchange import Exchange
from .money import floor, half_up, split
from .policy import Policy, Rule
from .settling import Settling
from .spending import MALLS, Spending
from .taking import Given, Taking
from .wallet import Lot, Wallet


@dataclass(eq=False)
class Sale:
    shopper: str
    merchant: str
    cash: int
    concession: int
    parts: list
    bases: list
    rate: Fraction
    policy: Policy
    split: bool = False  # the concession is taken out of what the platform collected, not out of the deposit
    state: str = "pending"
    reward: str = "pending"
    cohort: int | None = None
    given: list = field(default_factory=list)  # what became of its points: the shopper's, the merchant's
    refunds: list = field(default_factory=list)
    origin: "Sale | None" = None
    number: int = 0  # of a refund, in the order in which they were made
    day: date | None = None
    promoter: str | None = None
    earned: bool = False  # its commission is in the promoter's account
    forfeited: bool = False  # its commission went to the pool

    @property
    def commission(self) -> int:
        return self.parts[2]

    @property
    def holders(self) -> tuple:
        """Who gets points for it."""
        return self.shopper, self.merchant

    @property
    def refundable(self) -> int:
        """Cash not given back yet, whatever became of the refunds."""
        return self.cash - sum(refund.cash for refund in self.refunds)

    def left(self, name: str, counts=lambda refund: refund.state != "cancelled"):
        """What is left of a figure after the refunds that count."""
        taken = [getattr(refund, name) for refund in self.refunds if counts(refund)]
        mine = getattr(self, name)
        if isinstance(mine, int):
            return mine - sum(taken)
        return [value - sum(other[i] for other in taken) for i, value in enumerate(mine)]


class Platform(Accounts, Commissions, Exchange, Settling, Spending, Taking):
    """All of it.

    :param dict rates: merchant -> percent conceded; each merchant has one store of its name
    :param dict scenes: merchant -> scene
    :param policy: the one in force
    :param period_days: how long a period is; None: until it is closed
    :param own: merchants that are the platform's own shops and earn no points
    :param splitters: merchants whose tills' payments the platform collects
    :param own_vouchers: merchants whose sales in the malls give shopping vouchers that spend only there
    """

    def __init__(self, rates: dict, scenes: dict, today: date, policy: Policy, period_days=None, own=(), splitters=(),
                 own_vouchers=()):
        self.rates, self.scenes, self.own, self.splitters = dict(rates), scenes, own, splitters
        self.own_vouchers = own_vouchers
        self.today = today
        self.deposits = dict.fromkeys(rates, 0)
        self.gone_merchants = set()
        self.rules: list[Rule] = []
        self.sales: list[Sale] = []
        self.wallets: dict[str, Wallet] = {}
        self.points: dict[tuple, int] = {}  # (holder, cohort) -> base value
        self.gone: dict[tuple, list] = {}  # (holder, cohort) -> [(base given away or paid as a debt, index then)]
        self.away: dict[tuple, int] = {}  # (holder, cohort) -> base of that which is still away, and not owed
        self.given_up: dict[tuple, int] = {}  # (holder, cohort) -> base of that which went with a closed account
        self.debts: dict[str, list] = {}  # holder -> [base still owed], the oldest first
        self.pool = self.outstanding = self.redeemed = self.reserve = 0
        self.due = dict.fromkeys(rates, 0)  # what merchants took in vouchers and are not paid for
        self.submitted, self.returned = set(), 0  # merchants who wait for an approval; how often money came back
        self.begin_periods(policy, period_days)
        self.set_promoters({}, 0)

    def deposit(self, merchant, cents) -> None:
        self.deposits[merchant] += cents

    # -- sales -----------------------------------------------------------------------------

    def sell(self, shopper, merchant, cash, collected=False) -> Sale | None:
        if merchant in self.gone_merchants:
            return None
        policy, rate = self.policy, self.rates[merchant]
        concession = half_up(cash * rate / 100)
        shopper_base = min(floor(concession * policy.beta), concession)
        merchant_base = min(floor(concession * policy.gamma), concession - shopper_base)
        bases = [shopper_base, 0 if merchant in self.own else merchant_base]
        bases[0] += self._get_extra(shopper, merchant, *bases, concession)
        promoter = self.find_promoter(shopper)
        pool, voucher, commission, reserve, fee = policy.weights
        share = commission * self.get_share(promoter)
        parts = split(concession, [pool + commission - share, voucher, share, reserve, fee])
        sale = Sale(shopper, merchant, cash, concession, parts, bases, rate, policy, day=self.today, promoter=promoter,
                    split=collected or merchant in self.splitters)
        self.sales.append(sale)
        return sale

    def _get_extra(self, shopper, merchant, base, merchant_base, concession) -> int:
        """Return what the rules add to the shopper's points: never more than the concession leaves."""
        segment = "returning" if any(sale.shopper == shopper for sale in self.sales) else "new"
        room, extra = concession - base - merchant_base, 0
        for rule in self.rules if base else ():
            if room - extra > 0 and rule.is_for(self.scenes[merchant], merchant, segment, self.today):
                given = rule.give(base, room - extra)
                extra += given
                if given and rule.exclusive:
                    break
        return extra

    def refund(self, sale, cash) -> Sale:
        concession_left = sale.concession - sum(other.concession for other in sale.refunds)
        concession = concession_left if cash == sale.refundable else min(
            half_up(cash * sale.rate / 100), concession_left)
        bases = sale.left("bases")
        taken_bases = split(concession, [*bases, concession_left - sum(bases)])[:2] if concession else [0, 0]
        parts = split(concession, sale.left("parts")) if concession else [0] * len(sale.parts)
        refund = Sale(sale.shopper, sale.merchant, cash, concession, parts, taken_bases, sale.rate, sale.policy,
                      split=sale.split, origin=sale, promoter=sale.promoter)
        refund.number = 1 + max((other.number for other in self.in_order_of_refunds), default=0)
        sale.refunds.append(refund)
        return refund

    def leave(self, merchant) -> None:
        """A merchant is paid its deposit back and sells nothing here any more; what it holds stays its own."""
        self.deposits[merchant] = 0
        self.gone_merchants.add(merchant)

    # -- funding ---------------------------------------------------------------------------

    def fund(self, merchant, hold=False) -> None:
        for sale in self.sales:
            if sale.merchant == merchant and sale.state == "pending" and sale.refunds and not sale.left("cash"):
                for record in (sale, *sale.refunds):
                    record.state = record.reward = "cancelled"
        self._fund_refunds(merchant)
        for is_split in (True, False):
            funded = self._reach(merchant, is_split)
            for sale in funded:
                sale.state = "funded"
                pool, voucher, _commission, reserve, _fee = sale.parts
                self.pool, self.outstanding = self.pool + pool, self.outstanding + voucher
                self.reserve += reserve
            if hold:
                for sale in funded:
                    sale.reward = "held"
            else:
                self._activate(funded)
        self._fund_refunds(merchant)  # what the first ones brought back to the pool may pay others

    def _reach(self, merchant, is_split) -> list[Sale]:
        """Return what can be funded: all that is split off, the others, oldest first, out of the deposit."""
        reached = []
        for sale in self.sales:
            if (sale.merchant, sale.state, sale.split) != (merchant, "pending", is_split):
                continue
            if not is_split:
                if sale.concession > self.deposits[merchant]:
                    break
                self.deposits[merchant] -= sale.concession
            reached.append(sale)
        return reached

    def _fund_refunds(self, merchant) -> None:
        refunds = [refund for refund in self.in_order_of_refunds if refund.merchant == merchant
                   and refund.state == "pending" and refund.origin.state == "funded"]
        left, payable = self.pool, []
        for refund in refunds:
            needed = refund.parts[0] + (0 if refund.origin.reward == "held" else refund.parts[1])
            if needed <= left:
                left -= needed
                payable.append(refund)
        for is_split in dict.fromkeys(refund.split for refund in payable):
            self._return([refund for refund in payable if refund.split == is_split])

    def _return(self, refunds) -> None:
        for refund in refunds:
            pool, voucher, _commission, reserve, _fee = refund.parts
            refund.state = "funded"
            if not refund.split:
                self.deposits[refund.merchant] += refund.concession
            self.reserve -= reserve
            if refund.origin.reward == "held":  # its voucher was never given
                self.pool, self.outstanding = self.pool - pool, self.outstanding - voucher
            else:
                self.pool -= pool + voucher
        self._take_back([refund for refund in refunds if refund.origin.reward == "active"])
        for refund in refunds:
            refund.reward = refund.origin.reward
        for sale in {id(refund.origin): refund.origin for refund in refunds}.values():
            if sale.reward == "held" and not any(
                    sale.left("parts", is_funded) + sale.left("bases", is_funded)):
                for record in (sale, *filter(is_funded, sale.refunds)):
                    record.reward = "cancelled"

    # -- rewards ---------------------------------------------------------------------------

    def _activate(self, sales) -> None:
        for sale in sales:
            sale.reward, sale.cohort = "active", self.open
            for refund in filter(is_funded, sale.refunds):
                refund.reward = "active"
            sale.given = [Given(base) for base in sale.left("bases", is_funded)]
            for holder, given in zip(sale.holders, sale.given, strict=True):
                self.wallets.setdefault(holder, Wallet())
                self.points[holder, self.open] = self.points.get((holder, self.open), 0) + given.due
                if self.wallets[holder].closed:
                    self._give_up(holder, self.open, given.due)
        for sale in sales:
            self._pay_points_owed(sale.shopper)
        for sale in sales:
            if voucher := sale.left("parts", is_funded)[1]:
                keeps = sale.merchant in self.own_vouchers and self.scenes[sale.merchant] in MALLS
                self.wallets[sale.shopper].add(Lot(
                    "shopping", voucher, self.today + timedelta(days=sale.policy.shopping_days), sale=sale,
                    only_at=sale.merchant if keeps else None))
        self._sweep()

    def release_held(self, sale) -> None:
        self._activate([sale])

    def reject_held(self, sale) -> None:
        voucher = sale.left("parts", is_funded)[1]
        self.pool, self.outstanding = self.pool + voucher, self.outstanding - voucher
        for record in (sale, *filter(is_funded, sale.refunds)):
            record.reward = "rejected"

    # -- the whole -------------------------------------------------------------------------

    @property
    def in_order_of_refunds(self) -> list[Sale]:
        return sorted((refund for sale in self.sales for refund in sale.refunds), key=lambda refund: refund.number)

    @property
    def bank(self) -> int:
        return self.pool + self.outstanding + self.redeemed + self.reserve

    def _sweep(self) -> None:
        """What wallets gave back goes to the rebate pool."""
        for wallet in self.wallets.values():
            wallet.lapse()
            self.pool, self.outstanding = self.pool + wallet.to_pool, self.outstanding - wallet.to_pool
            wallet.to_pool = 0


def is_funded(refund) -> bool:
    return refund.state == "funded"

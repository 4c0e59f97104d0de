"""A consumption-rewards platform in a few pages of plain Python, to compare the real one with.

Everything is whole cents or exact fractions; nothing is kept that could be derived, nothing is fast.
Written from the product's description; it shares no code with the addons.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from .commission import Commissions
from .exchange import Exchange
from .money import ceil, floor, floor12, half_up, split
from .spending import Spending
from .wallet import Lot, Wallet

POOL, VOUCHER, COMMISSION, RESERVE, FEE = 60, 10, 5, 5, 20  # weights
BETA, GAMMA, HIGHEST = Fraction(6, 10), Fraction(4, 10), 5


@dataclass(eq=False)
class Sale:
    shopper: str
    merchant: str
    cash: int
    concession: int
    parts: list
    bases: list
    state: str = "pending"
    reward: str = "pending"
    cohort: int | None = None
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


class Platform(Commissions, Exchange, Spending):
    def __init__(self, rates: dict, scenes: dict, today: date, periods: int, deduction_days: int, shopping_days: int):
        self.rates, self.scenes = rates, scenes
        self.today, self.periods = today, periods
        self.deduction_days, self.shopping_days = deduction_days, shopping_days
        self.deposits = dict.fromkeys(rates, 0)
        self.sales: list[Sale] = []
        self.wallets: dict[str, Wallet] = {}
        self.points: dict[tuple, int] = {}  # (holder, cohort) -> base value
        self.gone: dict[tuple, list] = {}  # (holder, cohort) -> [(base given away or paid as a debt, index then)]
        self.away: dict[tuple, int] = {}  # (holder, cohort) -> base of that which is still away, and not owed
        self.debts: dict[str, list] = {}  # holder -> [base still owed], the oldest first
        self.open = 1
        self.settled: list[dict] = []  # {cohort: increment, ...} of each period, with its last day and reserve
        self.pool = self.outstanding = self.redeemed = self.reserve = 0
        self.dust = 0
        self.dust_due = False
        self.set_promoters({}, 0)

    # -- sales -----------------------------------------------------------------------------

    def sell(self, shopper, merchant, cash) -> Sale:
        concession = half_up(cash * self.rates[merchant] / 100)
        shopper_base = min(floor(concession * BETA), concession)
        bases = [shopper_base, min(floor(concession * GAMMA), concession - shopper_base)]
        promoter = self.find_promoter(shopper)
        share = COMMISSION * self.get_share(promoter)
        parts = split(concession, [POOL + COMMISSION - share, VOUCHER, share, RESERVE, FEE])
        sale = Sale(shopper, merchant, cash, concession, parts, bases, day=self.today, promoter=promoter)
        self.sales.append(sale)
        return sale

    def refund(self, sale, cash) -> Sale:
        concession_left = sale.concession - sum(other.concession for other in sale.refunds)
        concession = concession_left if cash == sale.refundable else min(
            half_up(cash * self.rates[sale.merchant] / 100), concession_left)
        bases = sale.left("bases")
        taken_bases = split(concession, [*bases, concession_left - sum(bases)])[:2] if concession else [0, 0]
        parts = split(concession, sale.left("parts")) if concession else [0] * len(sale.parts)
        refund = Sale(sale.shopper, sale.merchant, cash, concession, parts, taken_bases, origin=sale,
                      promoter=sale.promoter)
        refund.number = 1 + max((other.number for other in self.in_order_of_refunds), default=0)
        sale.refunds.append(refund)
        return refund

    # -- funding ---------------------------------------------------------------------------

    def fund(self, merchant, hold=False) -> None:
        for sale in self.sales:
            if sale.merchant == merchant and sale.state == "pending" and sale.refunds and not sale.left("cash"):
                for record in (sale, *sale.refunds):
                    record.state = record.reward = "cancelled"
        self._fund_refunds(merchant)
        funded = []
        for sale in (sale for sale in self.sales if sale.merchant == merchant and sale.state == "pending"):
            if sale.concession > self.deposits[merchant]:
                break
            self.deposits[merchant] -= sale.concession
            funded.append(sale)
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

    def _fund_refunds(self, merchant) -> None:
        refunds = [refund for refund in self.in_order_of_refunds if refund.merchant == merchant
                   and refund.state == "pending" and refund.origin.state == "funded"]
        left, payable = self.pool, []
        for refund in refunds:
            needed = refund.parts[0] + (0 if refund.origin.reward == "held" else refund.parts[1])
            if needed <= left:
                left -= needed
                payable.append(refund)
        for refund in payable:
            pool, voucher, _commission, reserve, _fee = refund.parts
            refund.state = "funded"
            self.deposits[merchant] += refund.concession
            self.reserve -= reserve
            if refund.origin.reward == "held":  # its voucher was never given
                self.pool, self.outstanding = self.pool - pool, self.outstanding - voucher
            else:
                self.pool -= pool + voucher
        self._take_back([refund for refund in payable if refund.origin.reward == "active"])
        for refund in payable:
            refund.reward = refund.origin.reward
        for sale in {id(refund.origin): refund.origin for refund in payable}.values():
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
            for holder, base in zip((sale.shopper, sale.merchant), sale.left("bases", is_funded), strict=True):
                self.wallets.setdefault(holder, Wallet())
                self.points[holder, self.open] = self.points.get((holder, self.open), 0) + base
        for sale in sales:
            self._pay_points_owed(sale.shopper)
        for sale in sales:
            if voucher := sale.left("parts", is_funded)[1]:
                self.wallets[sale.shopper].add(
                    Lot("shopping", voucher, self.today + timedelta(days=self.shopping_days), sale=sale))
        self._sweep()

    def _take_back(self, refunds) -> None:
        shares, owed = [], []
        for refund in refunds:
            for holder, base in zip((refund.shopper, refund.merchant), refund.bases, strict=True):
                if base:
                    self.credit(holder)
        for refund in refunds:
            cohort = refund.origin.cohort
            for holder, base in zip((refund.shopper, refund.merchant), refund.bases, strict=True):
                missing = min(max(base - self.points[holder, cohort], 0), max(self.away.get((holder, cohort), 0), 0))
                self.points[holder, cohort] -= base - missing
                shares.append((holder, (base - missing) * self.index(cohort)))
                if missing:
                    self.away[holder, cohort] -= missing
                    owed.append((holder, cohort, missing))
        for holder, share in shares:
            self.wallets[holder].cancel(share)
        for holder, cohort, missing in owed:
            self.debts.setdefault(holder, []).append(missing)
            gone = self.gone[holder, cohort]
            released = sum((base * index for base, index in gone), Fraction(0)) / 100  # as amounts have 12 decimals
            self.wallets[holder].cancel(100 * floor12(missing * released / sum(base for base, _index in gone)))
        for holder in dict.fromkeys(holder for holder, _cohort, _missing in owed):
            self._pay_points_owed(holder)
        for refund in refunds:
            wallet = self.wallets[refund.shopper]
            wallet.claw(refund.parts[1], [lot for lot in wallet.lots if lot.sale is refund.origin])
        self._sweep()

    def release_held(self, sale) -> None:
        self._activate([sale])

    def reject_held(self, sale) -> None:
        voucher = sale.left("parts", is_funded)[1]
        self.pool, self.outstanding = self.pool + voucher, self.outstanding - voucher
        for record in (sale, *filter(is_funded, sale.refunds)):
            record.reward = "rejected"

    # -- settlement ------------------------------------------------------------------------

    def index(self, cohort) -> Fraction:
        return sum((period["increments"].get(cohort, Fraction(0)) for period in self.settled), Fraction(0))

    def multiple(self, age) -> Fraction:
        return floor12(Fraction(HIGHEST * min(age, self.periods), self.periods))

    def settle(self) -> None:
        self.forfeit()  # all is booked before the pool is looked at
        closing, self.open = self.open, self.open + 1
        steps = {cohort: self.multiple(closing - cohort) - self.multiple(closing - cohort - 1)
                 for cohort in range(max(1, closing - self.periods), closing)}
        bases = {cohort: sum(base for (_holder, own), base in self.points.items() if own == cohort) for cohort in steps}
        due = sum((bases[cohort] * step for cohort, step in steps.items()), Fraction(0))
        coverage = Fraction(1) if due <= self.pool else floor12(self.pool / due)
        increments = {cohort: floor12(coverage * step) for cohort, step in steps.items()}
        reserved = ceil(sum((bases[cohort] * inc for cohort, inc in increments.items()), Fraction(0)))
        assert reserved <= self.pool
        self.pool, self.outstanding = self.pool - reserved, self.outstanding + reserved
        self.settled.append({"increments": increments, "reserved": reserved, "day": self.today})
        self.dust_due = True

    def credit(self, holder) -> None:
        wallet = self.wallets[holder]
        while wallet.seen < len(self.settled):
            period = self.settled[wallet.seen]
            wallet.seen += 1
            share = sum((self.points.get((holder, cohort), 0) * increment
                         for cohort, increment in period["increments"].items()), Fraction(0))
            wallet.credit(share, period["day"] + timedelta(days=self.deduction_days))
        self._sweep()

    def credit_all(self) -> None:
        if not self.dust_due:
            return
        for holder in self.wallets:
            self.credit(holder)
        claims = sum((wallet.earned - wallet.credited for wallet in self.wallets.values()), Fraction(0))
        reserved = sum(period["reserved"] for period in self.settled)
        credited = sum(wallet.credits_total for wallet in self.wallets.values())
        dust = floor(reserved - self.dust - credited - claims)
        self.dust, self.dust_due = self.dust + dust, False
        self.pool, self.outstanding = self.pool + dust, self.outstanding - dust

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
            self.pool, self.outstanding = self.pool + wallet.to_pool, self.outstanding - wallet.to_pool
            wallet.to_pool = 0


def is_funded(refund) -> bool:
    return refund.state == "funded"

"""Sixty periods of one life with everything in it: the platform and an independent model agree to the cent.

Twenty cohorts mature over forty periods meanwhile, under rules that change six times.
"""

from datetime import datetime, timedelta
from fractions import Fraction

from odoo.tests import tagged

from tests.model.policy import Policy, Rule
from tests.property.both_sides import BothSidesCase
from tests.property.life_accounts import ManagedLife

PERIODS, SEED = 60, 20
START = datetime(2026, 3, 2, 8, 0)
SLEEPERS = ("jin", "kai", "lin")  # nobody looks into their wallets for 45 periods
WAKE_UP = 48
QUIET = (17, 33, 52, 55)  # nothing happens at all
DAYS = {26: 16, 35: 8, 36: 8, 44: 5}  # else seven; 5: the period is closed before its end

FIRST = Policy(deduction_days=84, shopping_days=28)
COMPOUNDING = Policy(
    weights=(55, 12, 8, 5, 20), beta=Fraction(45, 100), gamma=Fraction(3, 10), curve="compounding",
    ratio=Fraction(9, 10), deduction_days=120, shopping_days=35)
STEPPED = Policy(
    weights=(70, 5, 5, 4, 16), beta=Fraction(5, 10), gamma=Fraction(3, 10), curve="stepped", stages=8,
    deduction_days=200, shopping_days=21)
FENCED = Policy(
    weights=(60, 8, 6, 6, 20), beta=Fraction(3, 10), gamma=Fraction(2, 10), periods=12, highest=Fraction(3),
    fenced=True, ratio=Fraction(3, 4), deduction_days=60, shopping_days=28)
POOLED_AGAIN = Policy(
    weights=(64, 6, 5, 5, 20), beta=Fraction(4, 10), gamma=Fraction(25, 100), curve="compounding",
    growth=Fraction(35, 10), periods=30, highest=Fraction(42, 10), deduction_days=90, shopping_days=40)
FENCED_STEPS = Policy(
    beta=Fraction(3, 10), gamma=Fraction(1, 10), curve="stepped", stages=5, periods=16, highest=Fraction(15, 10),
    fenced=True, deduction_days=70, shopping_days=28)
SPARING = Policy(beta=Fraction(2, 10), gamma=Fraction(1, 10), ratio=Fraction(1, 2), deduction_days=50, shopping_days=14)


def first_purchases(life):
    for shopper, promoter in (("bo", "eva"), ("cai", "bo")):
        assert life.both("bind", shopper, promoter) == (True, True)
    life.both("deposit", "tailor", 100_000)
    for shopper, merchant, cash in (("ann", "teahouse", 80_000), ("bo", "market", 45_555), ("cai", "brands", 70_001),
                                    ("jin", "mall", 33_333)):
        life.sell_funded(shopper, merchant, cash)
    life.sell("eli", "brands", 51_111)
    early_purchases(life)


def early_purchases(life):
    for number, sleeper in enumerate(SLEEPERS):
        life.sell(sleeper, "brands", 60_000 + 1_357 * number)
    life.fund("brands")


def given_back_before_funding(life):
    life.refund(life.sell("ann", "bakery", 50_000), 1)
    life.refund(life.sell("dou", "bakery", 90_000), 1 / 3)
    life.fund("bakery")
    life.both("deposit", "bakery", 40_000)


def keep_a_payment(life):
    """In the mall, of shopping vouchers above all, which lapse long before it is given back."""
    life.kept["payment"] = life.pay("ann", "mall")


def give_the_kept_payment_back(life):
    life.give_back(life.kept.pop("payment"), 1 / 2)


def begin_rules(life):
    begin, end = life.model.today, life.model.today + timedelta(days=200)
    for rule in (Rule(Fraction(3, 2), segment="new", budget=1_500),
                 Rule(Fraction(2), scene="alliance", begin=begin, end=end, budget=9_000),
                 Rule(Fraction(5, 4), merchant="market", exclusive=True),
                 Rule(Fraction(11, 10))):
        life.model.rules.append(rule)
        life.real.add_rule(rule)


def change_to(policy, number=0):
    def change_policy(life):
        life.both("change_policy", policy, number)
        life.reached["policy changed"] += 1
    return change_policy


def hold_two(life):
    life.kept["held"] = [life.sell_funded("cai", "brands", 44_444, hold=True),
                         life.sell_funded("bo", "brands", 51_003, hold=True)]
    life.refund(life.kept["held"][0], 1 / 3)


def decide_on_both(life):
    """The second one's commission is nobody's then."""
    for pair, release in zip(life.kept.pop("held"), (True, False), strict=True):
        if pair[0].reward == "held":
            life.review(pair, release)
    life.pay_promoters()


def owe_points(life):
    life.give_away_and_refund("dou", "brands", "market")


def owe_vouchers(life):
    life.spend_and_refund("ann", "teahouse")
    life.spend_and_refund("eli", "bakery")


def payment_fails(life):
    life.pay_promoters(fails=True)


def changes_her_mind(life):
    life.kept["changed"] = life.sell_funded("fay", "teahouse", 23_456)
    life.refund(life.kept["changed"], 1 / 3)


def changes_it_again(life):
    life.refund(life.kept.pop("changed"), 1 / 2)


def buys(life):
    life.kept["bought"] = life.sell_funded("gao", "brands", 34_567)


def brings_it_back(life):
    life.refund(life.kept.pop("bought"), 1)


def other_rate(life):
    life.amend("market", Fraction(475, 100))


def tailor_leaves(life):
    life.kept["tailored"] = life.sell_funded("fay", "tailor", 30_000)
    life.fund("tailor")
    life.leave("tailor")
    life.sell("ann", "tailor", 10_000)


def return_to_who_left(life):
    life.refund(life.kept.pop("tailored"), 1 / 2)
    life.fund("tailor")


def more_money(life):
    life.sell_funded("gao", "brands", 12_345)


def wake_up(life):
    """Two of them open their wallets; the third one's is left to the job."""
    assert {life.model.wallets[name].seen for name in SLEEPERS} == {0}
    life.both("credit", "jin")
    life.pay("kai", "teahouse", 1 / 2)
    life.shoppers += SLEEPERS[:2]


def run_the_job(life):
    before = life.model.dust
    life.both("credit_all")
    life.reached["rounding returned"] += life.model.dust > before


def ida_is_gao(life):
    """She bought under two contacts, and is owed and owes under both."""
    for name, cash in (("ida", 40_000), ("gao", 30_000)):
        life.sell_funded(name, "teahouse", cash)
        life.exchange(name, "bakery")
    life.pay("ida", "teahouse", 1 / 3, then="time out")
    life.merge("ida", "gao")


def hal_closes(life):
    """Not while a service is booked."""
    life.kept["of hal"] = life.sell_funded("hal", "brands", 70_000)
    life.exchange("hal", "bakery", 1 / 5)
    life.kept["paid by hal"] = life.pay("hal", "mall", 1 / 2)
    life.close_account("hal")
    for booking in [booking for booking in life.bookings if booking[0] == "hal"]:
        life.cancel_booking(booking)
    life.close_account("hal")


def comes_in_too_late(life):
    """A payment given back, a purchase given back and a new one: nothing of it stays with a closed account."""
    life.give_back(life.kept.pop("paid by hal"), 1 / 2)
    life.refund(life.kept.pop("of hal"), 1 / 3)
    life.sell_funded("hal", "market", 20_000)
    life.reached["bought with a closed account"] += 1


def corrects_points(life):
    """Of a shopper, of her merchant, and of one who has given them away since."""
    bought = life.sell_funded("fay", "bakery", 55_555)
    life.kept["corrected"] = [life.take_points(bought, 0, 1 / 3), life.take_points(bought, 1, 1 / 2)]
    given_away = life.sell_funded("dou", "teahouse", 12_000)
    life.exchange("dou", "market", 1)
    life.take_points(given_away, 0, 1)
    life.kept["refunded"] = bought


def corrects_itself(life):
    """Part of what was taken is given again, after it had missed some periods; and the purchase is given back."""
    for taken in life.kept.pop("corrected"):
        life.give_points_again(taken, 1 / 2)
    life.refund(life.kept["refunded"], 1 / 3)
    life.fund("bakery")


def refunds_what_was_corrected(life):
    life.refund(life.kept.pop("refunded"), 1 / 2)
    life.fund("bakery")


def corrects_vouchers(life):
    payment = next(filter(None, (life.pay(name, "teahouse") for name in life.shoppers)))
    life.correct_payment(payment, 2 / 3)
    life.correct_expiry(life.find_expired(), 1 / 2)


def reimburse(life):
    life.reimburse()


def give_back_what_was_paid_for(life):
    """A shopper gets vouchers back for which the merchant has been paid, who owes that now."""
    pair = next(pair for pair in life.holds if pair[0].state == "captured" and pair[0].store not in life.model.submitted
                and pair[0].restorable > max(life.model.due[pair[0].store], 0))
    life.give_back(pair, 1)


SCRIPT = {
    1: [first_purchases],
    2: [early_purchases, payment_fails],
    3: [early_purchases, keep_a_payment],
    4: [given_back_before_funding],
    5: [begin_rules, hold_two],
    7: [decide_on_both],
    8: [change_to(COMPOUNDING), reimburse],
    9: [reimburse],
    10: [owe_vouchers, corrects_points],
    11: [give_the_kept_payment_back],
    12: [corrects_vouchers],
    13: [change_to(STEPPED), changes_her_mind],
    14: [owe_points, changes_it_again, corrects_itself],
    15: [change_to(FENCED, 21), other_rate],
    16: [ida_is_gao],
    18: [owe_vouchers, reimburse],
    19: [hold_two, reimburse],
    20: [refunds_what_was_corrected],
    22: [decide_on_both],
    23: [hal_closes],
    24: [change_to(POOLED_AGAIN), owe_points],
    25: [buys],
    26: [brings_it_back],
    27: [owe_vouchers],
    28: [comes_in_too_late],
    29: [reimburse],
    30: [tailor_leaves, reimburse, change_to(FENCED_STEPS, 33)],
    34: [return_to_who_left],
    35: [more_money],
    36: [change_to(SPARING, 39)],
    37: [more_money],
    38: [owe_points],
    41: [hold_two],
    43: [decide_on_both, reimburse],
    45: [owe_vouchers, reimburse],
    WAKE_UP: [wake_up],
    49: [run_the_job],
    53: [run_the_job, owe_vouchers],
    57: [owe_points, reimburse],
    58: [reimburse],
    59: [give_back_what_was_paid_for],
    60: [run_the_job],
}
BETWEEN = {12: (more_money, True), 23: (more_money, False), 40: (more_money, True), 46: (owe_vouchers, True)}
REACHED = (
    *(f"sold in {scene}" for scene in ("own_mall", "brand_mall", "alliance", "supermarket")),
    *(f"refund {when}, {part}" for when in ("before funding", "in its period", "in the next period", "after release")
      for part in ("whole", "in part")),
    "capped by its concession", "nothing sold by who left", "waits for a deposit", "refund of held, in part",
    "held, then released", "held, then rejected", "payment: capture", "payment: release", "payment: time out",
    "payment refused", "given back", "given back after expiry", "reimbursed",
    "reimbursement returned", "exchanged", "exchange cancelled",
    "points owed", "vouchers owed", "commission paid", "commission payment failed", "merchant left", "policy changed",
    "contacts merged", "account closed", "closing refused", "bought with a closed account", "points corrected",
    "points owed after correction", "correction corrected", "payment corrected", "expiry corrected",
    "computed again", "wallet opened", "rounding returned",
    *(f"{curve}, {money}, covered {how}" for curve, money in (
        ("linear", "pooled"), ("compounding", "pooled"), ("stepped", "pooled"), ("linear", "fenced"),
        ("stepped", "fenced")) for how in ("in full", "in part")),
)


@tagged("post_install", "-at_install")
class TestSixtyPeriods(BothSidesCase):
    START, POLICY, PERIOD_DAYS = START, FIRST, 7
    RATES = {"teahouse": Fraction(10), "bakery": Fraction(35, 10), "tailor": Fraction(125, 10), "mall": Fraction(20),
             "brands": Fraction(825, 100), "market": Fraction(3)}
    SCENES = {"teahouse": "alliance", "bakery": "alliance", "tailor": "alliance", "mall": "own_mall",
              "brands": "brand_mall", "market": "supermarket"}
    OWN, SPLITTERS = ("mall",), ("brands",)
    SHOPPERS = ("ann", "bo", "cai", "dou", "eli", "fay", "gao", "hal", "ida", *SLEEPERS)
    PROMOTERS = {"eva": (Fraction(2, 5), 120), "bo": (Fraction(1), 365)}
    REFUND_DAYS = 3

    def test_all_agrees_after_each(self):
        self._run_clock()
        life = ManagedLife(self, SEED, SLEEPERS)
        for number in range(1, PERIODS + 1):
            try:
                self._live(life, number)
            except AssertionError as error:
                raise AssertionError(f"period {number}") from error
        self._check_end(life)

    def _live(self, life, number):
        for happens in SCRIPT.get(number, ()):
            happens(life)
        if number not in QUIET:
            life.live_a_week()
        life.pass_days(DAYS.get(number, 7))
        life.settle(BETWEEN.get(number))
        life.all_agrees()

    def _check_end(self, life):
        model, real = life.model, life.real
        life.subledgers_agree()
        life.reached["reimbursement returned"] = model.returned
        self.assertFalse([what for what in REACHED if not life.reached[what]], life.reached)
        multiples = real.get_multiples()
        for number, (multiple, matured) in multiples.items():
            self.assertEqual((multiple, matured), (model.index(number), model.is_matured(number)), number)
            self.assertLessEqual(multiple, 5)
        self.assertTrue(all(multiples[number][1] for number in range(1, 21)))
        self.assertEqual(real.get_chain_states() - {"no_data", "not_restricted"}, {"verified"})
        self._check_flows(real.get_flows())

    def _check_flows(self, flows):
        """What was released came in, and what merchants are paid was released or given with a purchase."""
        pool = [cents for (_event, role), cents in flows.items() if role == "rebate_pool"]
        out = flows["release", "rebate_pool"]
        self.assertLessEqual(out, -sum(cents for cents in pool if cents < 0))
        self.assertLessEqual(
            -flows["redeem", "redeemed_due"],
            -flows["funded", "rebate_pool"] - flows["funded", "vouchers_outstanding"]
            - flows["forfeit", "rebate_pool"] - flows["fund_reversal", "rebate_pool"])
        paid = flows["reimburse", "redeemed_due"] + flows["reimburse_reversal", "redeemed_due"]
        self.assertLessEqual(paid, -flows["redeem", "redeemed_due"] - flows["redeem_reversal", "redeemed_due"])

"""Settling a period, reading a wallet and bulk crediting, with few and with many wallets.

Aims: closing a period takes at most 50 ms in the database, and with many wallets at most twice as long as with few;
a wallet is read up to date (what it has, and what is released and not credited yet) in at most 2 ms; the job credits
at least half as many rows a second as PostgreSQL inserts the same rows into the same tables by one bare
``INSERT … SELECT``.
"""

import contextlib
import random
import statistics
import time
from collections import defaultdict

from tests.support.databases import ScratchDatabase, clone, forget
from tests.support.platform import prepare_step

from .wallets import STEPS, add_positions, add_wallets, live, sell
from .watch import Watch

CLOSE_MS, CLOSE_RATIO, READ_MS, CREDIT_SHARE = 50, 2.0, 2.0, 0.5
CLOSINGS, READS = 7, 300
CREDIT_ROUNDS, CREDIT_SECONDS = 15, 5  # short ones, taking turns with the bare insert: the machine has slower spells
MATURING, MATURING_SMALL, SMALL = 40, 12, 100_000
LEDGERS = ("voucher_lot", "voucher_entry")
YUAN_PER_WALLET = 10  # sold in each measured period, so that the pool releases some cents to each wallet
SEED = 20261126


def measure(database: str, options) -> bool:
    """Print the figures for each number of wallets; return whether all aims are met."""
    sizes = options.wallets
    first = ScratchDatabase(database)
    with first.open_env() as env:
        ids = live(env, MATURING if max(sizes) >= SMALL else MATURING_SMALL)
    forget(database)  # what is open cannot be cloned
    with contextlib.ExitStack() as stack:
        platforms = [
            Platform(stack.enter_context(clone(database)) if size != sizes[-1] else first, ids, size)
            for size in sizes]
        figures = defaultdict(dict)
        for platform in platforms:
            platform.fill()
        for number in range(CLOSINGS):
            for platform in platforms:  # taking turns
                platform.close(number)
            if not number:
                for platform in platforms:
                    platform.read()
                    platform.credit()
        for platform in platforms:
            figures[platform.size] = platform.get_figures()
    return judge(figures)


class Platform:
    """One database with a number of wallets, and what was measured on it."""

    def __init__(self, scratch, ids, size):
        self.scratch, self.ids, self.size = scratch, ids, size
        self.steps, self.reads, self.openings, self.rates = defaultdict(list), [], [], []
        self.bookings = []

    def fill(self):
        with self.scratch.open_env() as env:
            self.partners = add_wallets(env, self.ids, self.size)
        self.tidy()

    def tidy(self):
        """Let PostgreSQL know what it holds, as it does by itself sooner or later."""
        with contextlib.closing(self.scratch.connect()) as connection:
            connection.autocommit = True
            connection.cursor().execute("VACUUM ANALYZE")
            connection.cursor().execute("CHECKPOINT")

    def close(self, number):
        """Bring a period's sales and points, then take the four steps; note the time in the database of each."""
        with self.scratch.open_env() as env:
            cohort = env["green.points.cohort"]._lock_open(env.company)
            add_positions(env.cr, cohort, number, 40, self.partners, self.size)
            sell(env, self.ids, f"measured,{number}", self.size * YUAN_PER_WALLET * 100)
            env["escrow.posting"]._cron_post()
        for step in STEPS:
            with self.scratch.open_env() as env:
                take = prepare_step(env, self.ids, step)
                with Watch(env.cr) as watch:
                    take()
                    env.cr.commit()
            self.steps[step].append(watch)
        with self.scratch.open_env() as env, Watch(env.cr) as watch:  # what the job does after it
            env["escrow.posting"]._cron_post()
            env.cr.commit()
        self.bookings.append(watch)
        steps = ", ".join(f"{step} {watches[-1]}" for step, watches in self.steps.items())
        print(f"{self.size:,} wallets, period closed: {steps}; booked by the job {watch}", flush=True)

    def read(self):
        """Read wallets that one settlement was not credited to yet, then open them; each in its own transaction."""
        chance = random.Random(SEED)
        with self.scratch.open_env() as env:
            company = env.company.id
            for number in range(READS + 20):
                partner = self.partners + chance.randrange(self.size)
                with Watch(env.cr) as reading:
                    [found] = env["voucher.wallet"].search_read(
                        [("partner_id", "=", partner), ("company_id", "=", company)],
                        ["balance_deduction", "balance_shopping", "debt", "uncredited"])
                env.cr.commit()
                env.invalidate_all()
                with Watch(env.cr) as opening:
                    env["voucher.wallet"].browse(found["id"])._credit_up_to_date()
                env.cr.commit()
                env.invalidate_all()
                if number >= 20:  # the first ones warm up
                    self.reads.append(reading)
                    self.openings.append(opening)

    def credit(self):
        """Let the job credit for a while, then insert the very rows it made once more, bare; several rounds."""
        for _round in range(CREDIT_ROUNDS):
            with self.scratch.open_env() as env:
                first = self.get_last_ids(env.cr)
                started = time.perf_counter()
                run_credit_job(env, CREDIT_SECONDS)
                seconds = time.perf_counter() - started
                made = self.count_since(env.cr, first)
                if not made:
                    break
                bare = insert_bare(env, first)
            self.rates.append((made / seconds, made / bare))
            print(f"{self.size:,} wallets: job {made:,} rows in {seconds:.1f} s, bare insert of the same {bare:.1f} s",
                  flush=True)

    @staticmethod
    def get_last_ids(cr):
        cr.execute("SELECT (SELECT max(id) FROM voucher_lot), (SELECT max(id) FROM voucher_entry)")
        return [last or 0 for last in cr.fetchone()]

    @staticmethod
    def count_since(cr, first):
        cr.execute("SELECT (SELECT count(*) FROM voucher_lot WHERE id > %s)"
                   " + (SELECT count(*) FROM voucher_entry WHERE id > %s)", first)
        return cr.fetchone()[0]

    def get_figures(self):
        closings = [sum(watch.worked for watch in watches) for watches in zip(*self.steps.values(), strict=True)]
        return {
            "close": statistics.median(closings) * 1000,
            "close waited": statistics.median(
                sum(watch.waited for watch in watches) for watches in zip(*self.steps.values(), strict=True)) * 1000,
            "book": statistics.median(watch.worked for watch in self.bookings) * 1000,
            "open": statistics.median(watch.worked for watch in self.openings) * 1000,
            "read": statistics.median(watch.worked for watch in self.reads) * 1000,
            "read waited": statistics.median(watch.waited for watch in self.reads) * 1000,
            "read p99": sorted(watch.worked for watch in self.reads)[int(READS * 0.99)] * 1000,
            "credit": statistics.median(job for job, _bare in self.rates),
            "bare": statistics.median(bare for _job, bare in self.rates),
            "share": statistics.median(job / bare for job, bare in self.rates),
        }


def run_credit_job(env, seconds):
    """Run the crediting job as cron does, until there is nothing left to credit or its time is over."""
    cron = env.ref("voucher_settlement.ir_cron_credit_wallets")
    progress = env["ir.cron.progress"].create({"cron_id": cron.id})
    env.cr.commit()
    env["voucher.wallet"].with_context(
        ir_cron_progress_id=progress.id, cron_id=cron.id, cron_end_time=time.monotonic() + seconds)._cron_credit()
    env.cr.commit()


def insert_bare(env, first):
    """Insert copies of the lots and entries after ``first`` by one bare statement each, and take them back.

    :return: seconds that both statements took
    """
    cr, seconds = env.cr, 0.0
    for table, last in zip(LEDGERS, first, strict=True):
        cr.execute(f"CREATE TEMP TABLE same_{table} ON COMMIT DROP AS SELECT * FROM {table} WHERE id > %s", [last])
        cr.execute(f"ANALYZE same_{table}")
    for table in LEDGERS:
        cr.execute("SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
                   " AND NOT attisdropped AND attname NOT IN ('id', 'idempotency_key')", (table,))
        names = ", ".join(f'"{name}"' for name, in cr.fetchall())
        started = time.perf_counter()
        cr.execute(f"INSERT INTO {table} (idempotency_key, {names})"
                   f" SELECT concat('bare,', idempotency_key), {names} FROM same_{table} ORDER BY id")
        seconds += time.perf_counter() - started
    cr.rollback()
    return seconds


def judge(figures):
    """Print all figures and say of each aim whether it is met; return whether all are."""
    sizes = list(figures)
    few, many = sizes[0], sizes[-1]
    print(f"{'':34}" + "".join(f"{size:>14,}" for size in figures) + "   (medians)")
    for label, name, form in (
            ("closing a period, in the database", "close", "{:.1f} ms"),
            ("… with waiting for a processor", "close waited", "{:.1f} ms"),
            ("booking it, by the job after it", "book", "{:.1f} ms"),
            ("reading a wallet, in the database", "read", "{:.2f} ms"),
            ("… the slowest in a hundred", "read p99", "{:.2f} ms"),
            ("… with waiting for a processor", "read waited", "{:.2f} ms"),
            ("crediting one wallet when opened", "open", "{:.2f} ms"),
            ("the crediting job", "credit", "{:,.0f} rows/s"), ("bare INSERT … SELECT", "bare", "{:,.0f} rows/s"),
            ("the job's share of it", "share", "{:.0%}")):
        print(f"{label:34}" + "".join(f"{form.format(found[name]):>14}" for found in figures.values()))
    ratio = figures[many]["close"] / figures[few]["close"]
    aims = {f"closing at most {CLOSE_MS} ms": all(found["close"] <= CLOSE_MS for found in figures.values()),
            f"closing {many:,} / {few:,}: {ratio:.2f}, at most {CLOSE_RATIO}": ratio <= CLOSE_RATIO,
            f"reading at most {READ_MS} ms": all(found["read"] <= READ_MS for found in figures.values()),
            f"crediting at least {CREDIT_SHARE:.0%}": all(
                found["share"] >= CREDIT_SHARE for found in figures.values())}
    for aim, met in aims.items():
        print(f"{'met   ' if met else 'MISSED'} {aim}")
    return all(aims.values())

"""A platform at work in a process that is killed again and again, on a server that is stopped in mid-work.

One process loads Odoo and never touches the database itself: it forks children that do, as Odoo's own server
forks its workers. A child sells, pays, settles and credits in threads. What a client was told (a transaction
was committed) goes into a log that outlives the child; what was not told is asked for again, with the same key.
"""

import json
import os
import random
import signal
import sys
import threading
import time
import traceback
from functools import partial
from pathlib import Path

import psycopg2

from tests.support.platform import build, prepare_sale, settle_step

SHOPPERS = 12
CHUNK = 5
STEPS = {"open": "close", "closing": "compute", "computed": "approve", "approved": "settle"}
PAUSE = 0.02


class Herd:
    """What the children of one run do.

    :param str log: file of what was told to clients: ``kind key cents`` a line
    :param dict ids: the platform's
    """

    def __init__(self, database, log, ids):
        self.database, self.log, self.ids = database, Path(log), ids

    # -- processes ---------------------------------------------------------------------------------

    def fork(self, work):
        """Run ``work()`` in a child; return its process id. The child ends with 0 if all went well."""
        pid = os.fork()
        if pid:
            return pid
        status = 1
        try:
            work()
            status = 0
        except BaseException:  # noqa: BLE001 - a child must never return into its parent's code
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    @staticmethod
    def wait(pid):
        """Wait for a child; raise unless it went well."""
        if os.waitpid(pid, 0)[1]:
            raise AssertionError("a child failed, see above")

    def in_transaction(self, work):
        import odoo.api
        from odoo.modules.registry import Registry

        with Registry(self.database).cursor() as cr:
            return work(odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {}))

    def until_told(self, work):
        """Do ``work(env)`` until it is committed; return what it returns, None if it is refused for good.

        Other transactions may be in the way, and the server may be gone for a while.
        """
        from odoo.exceptions import ConcurrencyError, UserError

        while True:
            try:
                return self.in_transaction(work)
            except UserError:
                return None
            except (psycopg2.DatabaseError, psycopg2.InterfaceError, ConcurrencyError) as error:
                # without a code: the connection broke, and nobody knows whether it was committed
                if getattr(error, "pgcode", None) and not isinstance(error, psycopg2.OperationalError):
                    raise
                time.sleep(random.uniform(0.01, 0.1))

    def tell(self, kind, key, cents):
        """Write down what a client was told; one write, so that lines of many threads stay whole."""
        with self.log.open("ab", buffering=0) as log:
            log.write(f"{kind} {key} {cents}\n".encode())

    def get_told(self):
        """Return ``{(kind, key): cents}``."""
        lines = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
        return {(kind, key): int(cents) for kind, key, cents in (line.split() for line in lines)}

    # -- the platform at work ----------------------------------------------------------------------

    def work(self, seconds=None):
        """Sell, pay, settle and credit at the same time, for ``seconds`` or until killed, or the parent is gone."""
        end, parent = time.monotonic() + (seconds or 10**6), os.getppid()
        told = self.get_told()
        failed = []

        def loop(step):
            number = 0
            try:
                while time.monotonic() < end and not failed and os.getppid() == parent:
                    step(number, told)
                    number += 1
                    time.sleep(PAUSE)
            except BaseException as error:
                failed.append(error)
                raise

        threads = [threading.Thread(target=loop, args=(step,), daemon=True)
                   for step in (self.sell, self.pay, self.settle, self.credit)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failed:
            raise failed[0]

    def sell(self, number, told):
        """One sale; of every third one, half is refunded; all is funded."""
        key, chance = f"sale-{number}", random.Random(number)
        store, cents = number % 2, chance.randrange(1_000, 90_000)
        vals = (self.ids["shoppers"][number % SHOPPERS], self.ids["stores"][store])
        if ("sale", key) not in told:
            assert self.until_told(lambda env: env["alliance.qualified.sale"]._register_sales([
                prepare_sale(env, key, *vals, cents)]).ids), "refused"
            self.tell("sale", key, cents)
        if number % 3 == 2 and ("sale", f"refund-{number}") not in told:
            assert self.until_told(lambda env: self.refund(env, key, f"refund-{number}", cents // 2)), "refused"
            self.tell("sale", f"refund-{number}", -(cents // 2))
        if ("fund", key) not in told:
            self.until_told(lambda env: env["alliance.funding"]._fund_pending(
                env["alliance.merchant"].browse(self.ids["merchants"][store])).ids)
            self.tell("fund", key, 0)

    def refund(self, env, key, refund_key, cents):
        sale = env["alliance.qualified.sale"].search([("idempotency_key", "=", key)])
        return env["alliance.qualified.sale"]._register_sales([
            prepare_sale(env, refund_key, sale.partner_id.id, sale.store_id.id, -cents, origin=sale)]).ids

    def pay(self, number, told):
        """One payment with vouchers, if there are any; every second is given back in part."""
        key, back = f"pay-{number}", f"back-{number}"
        last = ("back", back) if number % 2 else ("pay", key)
        if last in told or ("refused", key) in told:
            return
        shopper, store = self.ids["shoppers"][number * 5 % SHOPPERS], self.ids["stores"][number % 2]
        cents = random.Random(number).randrange(1, 120)
        hold = self.until_told(lambda env: env["voucher.wallet"]._get_or_create(
            env["res.partner"].browse(shopper), env.company)._authorize(
                cents, env["alliance.store"].browse(store), key).id)
        if not hold:
            self.tell("refused", key, 0)
            time.sleep(PAUSE * 5)
            return
        self.until_told(lambda env: env["voucher.hold"].browse(hold)._capture() or True)
        if ("pay", key) not in told:
            self.tell("pay", key, cents)
        if number % 2:
            self.until_told(lambda env: env["voucher.hold"].browse(hold)._restore(1, back))
            self.tell("back", back, 1)

    def settle(self, _number, _told):
        """The next step of the period that is under way."""
        def step(env):
            period = env["settlement.period"].search([("state", "!=", "settled")], order="number", limit=1)
            settle_step(env, self.ids, STEPS[period.state])

        self.until_told(step)
        time.sleep(0.1)

    def credit(self, number, _told):
        """The crediting job in small chunks; now and then the books and the folding of totals."""
        jobs = [("voucher_settlement.ir_cron_credit_wallets", "voucher.wallet", lambda m: m._cron_credit(chunk=CHUNK)),
                ("voucher_settlement.ir_cron_escrow_post", "escrow.posting", lambda m: m._cron_post()),
                ("voucher_settlement.ir_cron_escrow_fold", "escrow.posting", lambda m: m._cron_fold_totals())]
        xmlid, model, job = jobs[(0, 1, 0, 2)[number % 4]]

        def run(env):
            cron = env.ref(xmlid)
            progress = env["ir.cron.progress"].create({"cron_id": cron.id})
            env.cr.commit()
            job(env[model].with_context(
                ir_cron_progress_id=progress.id, cron_id=cron.id, cron_end_time=float("inf")))

        self.until_told(run)
        time.sleep(0.1)


def main():
    """Load Odoo, then obey: each line of input is a command, each answer a line of output."""
    import odoo.tools
    from odoo.modules.registry import Registry
    from odoo.sql_db import close_all

    from tests.crash.invariants import check

    order = json.loads(sys.argv[1])
    from tests.support.databases import workspace_path
    odoo.tools.config.parse_config(
        ["-d", order["database"], f"--addons-path={workspace_path('addons')}",
         f"--data-dir={workspace_path('data_dir')}", "--no-http", "--max-cron-threads=0", "--log-level=critical"],
        setup_logging=True)
    Registry(order["database"])
    close_all()  # forked children must not share a connection
    herd, child = Herd(order["database"], order["log"], order.get("ids")), None
    answer = sys.__stdout__
    for line in sys.stdin:
        command, _, argument = line.strip().partition(" ")
        result = "ok"
        try:
            if command == "build":
                path = Path(argument)
                herd.wait(herd.fork(lambda path=path: path.write_text(json.dumps(
                    herd.in_transaction(lambda env: build(env, shopper_count=SHOPPERS))), encoding="utf-8")))
                herd.ids = json.loads(path.read_text(encoding="utf-8"))
            elif command == "start":
                child = herd.fork(herd.work)
            elif command == "kill":
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
            elif command == "work":
                herd.wait(herd.fork(partial(herd.work, float(argument))))
            elif command == "check":
                herd.wait(herd.fork(partial(check, herd, is_end=argument == "end")))
        except AssertionError as error:
            result = f"failed: {error}"
        answer.write(f"ANSWER {result}\n")
        answer.flush()

"""What must agree between the platform and the model."""


class Comparison:
    """Of ``model``, ``real`` and ``case``; ``sales`` are pairs of (model, real) records."""

    def wallets_agree(self):
        expected = {
            name: (wallet.seen, wallet.earned, wallet.credited, wallet.debt, wallet.balance("deduction"),
                   wallet.balance("shopping"), wallet.held()) for name, wallet in self.model.wallets.items()}
        found = self.real.get_wallets()
        assert set(found) == set(expected)
        for name, figures in expected.items():
            assert found[name] == figures, ("wallet", name, found[name], figures)

    def lots_agree(self):
        """What is left of each voucher, of which kind, and until when."""
        expected = {name: sorted((lot.kind, lot.expires, lot.left, lot.held) for lot in wallet.lots if lot.left)
                    for name, wallet in self.model.wallets.items()}
        found = self.real.get_lots()
        for name, lots in expected.items():
            assert found.get(name, []) == lots, ("lots", name, found.get(name), lots)

    def points_agree(self):
        expected = {key: base for key, base in self.model.points.items() if base}
        found = self.real.get_points()
        assert found == expected, ("points", set(found.items()) ^ set(expected.items()))
        owed = {name: sum(parts) for name, parts in self.model.debts.items() if parts}
        assert self.real.get_points_owed() == owed, ("points owed", self.real.get_points_owed(), owed)

    def sales_agree(self):
        found = self.real.get_states([real for _sale, real in self.sales])
        for sale, real in self.sales:
            assert found[real.id] == (sale.state, sale.reward), ("sale", sale, found[real.id])

    def commissions_agree(self):
        """Payable and paid of each promoter: of the own shoppers' purchases, and of nothing else."""
        model = self.model
        expected = {name: (model.commissions[name], model.paid[name]) for name in model.promoters}
        assert self.real.get_commissions() == {name: amounts for name, amounts in expected.items() if any(amounts)}
        for name, (payable, paid) in expected.items():
            own = [record for sale in model.sales if sale.promoter == name for record in (sale, *sale.refunds)]
            assert payable + paid == sum(
                -record.commission if record.origin else record.commission for record in own if record.earned)

    def indexes_agree(self):
        """What each settlement released for each cohort, to the last of 12 decimals."""
        expected = {(number, cohort): increment for number, period in enumerate(self.model.settled, 1)
                    for cohort, increment in period["increments"].items()}
        found = self.real.get_increments()
        assert found == expected, ("increments", sorted(set(found.items()) ^ set(expected.items()))[:6])

    def books_agree(self):
        self.model.forfeit()
        self.model.return_given_back()
        books, expected = self.real.get_books(), {}
        for name in books:
            expected[name] = getattr(self.model, name)
        assert books == expected, ("books", books, expected)
        assert {name: merchant.deposit_balance for name, merchant in self.case.merchants.items()} == {
            name: cents / 100 for name, cents in self.model.deposits.items()}

    def subledgers_agree(self):
        assert self.real.env["escrow.posting"]._check_subledger(self.case.company) == []

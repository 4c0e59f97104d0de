from odoo import api, models


class SplitAdapter(models.AbstractModel):
    """How a provider splits a payment where it is taken. Each kind of provider is an adapter of its own: a model named
    ``split.adapter.<code>`` that inherits this one, with ``code`` in ``payment.provider.split_adapter``.

    The payer is the merchant's number with the provider: it gets the payment, receivers get their parts of it. Every
    method may raise the errors of ``tools.split``; amounts are integer cents. Answers are ``tools.split.SplitAnswer``.
    """

    _name = "split.adapter"
    _description = "Split Adapter"

    @api.model
    def _get_missing(self, provider):
        """Return the fields of ``provider`` (sudo) that must be filled in first; while there are any it is off."""
        return []

    @api.model
    def _add_receiver(self, receiver):
        """Register a ``split.receiver``: the payer may split to it from then on. Again is no error."""
        raise NotImplementedError

    @api.model
    def _delete_receiver(self, receiver):
        """Undo :meth:`_add_receiver`."""
        raise NotImplementedError

    @api.model
    def _request(self, order):
        """Ask for the pending lines of a ``split.order`` under ``order.out_order_no``; the same number splits once."""
        raise NotImplementedError

    @api.model
    def _query(self, order, number):
        """Return where the request ``number`` of an order stands; SplitMissingError: it never arrived."""
        raise NotImplementedError

    @api.model
    def _finish(self, order, number):
        """Give what was not split to the payer, under a number of its own."""
        raise NotImplementedError

    @api.model
    def _return(self, giveback):
        """Ask for a ``split.return``: a receiver gives its part back to the payer, before a refund."""
        raise NotImplementedError

    @api.model
    def _query_return(self, giveback):
        """Return where a return stands; SplitMissingError: its request never arrived."""
        raise NotImplementedError

    @api.model
    def _get_cap(self, provider, payer):
        """Return what of a payment to ``payer`` may be split off at most, in hundredths of a per cent (int)."""
        raise NotImplementedError

    @api.model
    def _read_notice(self, provider, headers, body):
        """Return ``{"id", "nonce", "out_order_no"}`` of a notice that is the provider's own and of now, else None."""
        raise NotImplementedError

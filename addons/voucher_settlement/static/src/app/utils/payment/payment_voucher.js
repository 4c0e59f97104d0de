import { _t } from "@web/core/l10n/translation";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { handleRPCError } from "@point_of_sale/app/utils/error_handlers";
import { PaymentInterface } from "@point_of_sale/app/utils/payment/payment_interface";
import { register_payment_method } from "@point_of_sale/app/services/pos_store";

/** Vouchers: authorised by the server, captured by it when the order is paid. */
export class PaymentVoucher extends PaymentInterface {
    setup() {
        super.setup(...arguments);
        this.supports_reversals = true;
    }

    async sendPaymentRequest(uuid) {
        const order = this.pos.getOrder();
        const line = order.getPaymentlineByUuid(uuid);
        return line.getAmount() < 0 ? this.refund(order, line) : this.authorize(order, line);
    }

    async sendPaymentCancel(order, uuid) {
        return this.release(uuid);
    }

    async sendPaymentReversal(uuid) {
        return this.release(uuid);
    }

    async authorize(order, line) {
        const partner = order.getPartner() || (await this.pos.selectPartner(order));
        if (!partner) {
            return this.refuse(_t("Choose the shopper first: vouchers belong to a person."));
        }
        if (this.pos.currency.round(line.getAmount() - order.remainingDue) > 0) {
            line.setAmount(order.remainingDue);
            return this.refuse(
                _t("Vouchers give no change: %s is due.", this.format(order.remainingDue))
            );
        }
        const answer = await this.call("voucher_authorize", line.uuid, partner.id, line.getAmount());
        if (answer?.status === "approved") {
            line.transaction_id = answer.hold;
            this.pos.notification.add(
                _t("%(amount)s of %(name)s's vouchers reserved, %(balance)s left.", {
                    amount: this.format(answer.amount),
                    name: answer.partner,
                    balance: this.format(answer.balance),
                }),
                { type: "success" }
            );
            return true;
        }
        return answer ? this.offerAvailable(line, answer) : false;
    }

    /** Never pay less than asked silently: set what there is, the cashier sends it again. */
    offerAvailable(line, { available, partner: name }) {
        if (!available) {
            return this.refuse(_t("%s has no vouchers to spend at this store.", name));
        }
        line.setAmount(available);
        return this.refuse(
            _t(
                "%(name)s has %(amount)s of vouchers for this store. The amount has been set to that: press Retry to use them.",
                { name, amount: this.format(available) }
            )
        );
    }

    /** The server gives vouchers back when the refund is paid; tell beforehand how much that can be. */
    async refund(order, line) {
        const origin = order.lines.find((l) => l.refunded_orderline_id)?.refunded_orderline_id.order_id;
        const refundable = origin && (await this.call("voucher_refundable", origin.id));
        if (refundable === undefined) {
            return origin ? false : this.refuse(_t("Only an order paid with vouchers is refunded so."));
        }
        if (this.pos.currency.round(-line.getAmount() - refundable) > 0) {
            line.setAmount(-refundable);
            return this.refuse(
                _t("%s of the order was paid with vouchers and can go back.", this.format(refundable))
            );
        }
        return true;
    }

    async release(uuid) {
        return Boolean(await this.call("voucher_release", uuid));
    }

    /** @returns {Promise<*|undefined>} undefined: not answered, the cashier has been told why */
    async call(method, ...args) {
        try {
            return await this.pos.data.call("pos.payment.method", method, [
                [this.payment_method_id.id],
                this.pos.session.id,
                ...args,
            ]);
        } catch (error) {
            if (error instanceof RPCError) {
                handleRPCError(error, this.env.services.dialog);
            } else if (error instanceof ConnectionLostError) {
                this.refuse(_t("Vouchers need a connection to the server. Try again, or take another payment."));
            } else {
                throw error;
            }
        }
    }

    refuse(body) {
        this.env.services.dialog.add(AlertDialog, { title: _t("Vouchers"), body });
        return false;
    }

    format(amount) {
        return this.env.utils.formatCurrency(amount);
    }
}

register_payment_method("voucher", PaymentVoucher);

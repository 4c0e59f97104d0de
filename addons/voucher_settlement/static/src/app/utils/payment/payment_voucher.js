import { _t } from "@web/core/l10n/translation";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { handleRPCError } from "@point_of_sale/app/utils/error_handlers";
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { TextInputPopup } from "@point_of_sale/app/components/popups/text_input_popup/text_input_popup";
import { PaymentInterface } from "@point_of_sale/app/utils/payment/payment_interface";
import { register_payment_method } from "@point_of_sale/app/services/pos_store";

/** Vouchers: authorised by the server, captured by it when the order is paid. */
export class PaymentVoucher extends PaymentInterface {
    setup() {
        super.setup(...arguments);
        this.supports_reversals = true;
        this.codes = {}; // what was shown for each payment line: sent again, it need not be shown again
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
        if (this.pos.currency.round(line.getAmount() - order.remainingDue) > 0) {
            line.setAmount(order.remainingDue);
            return this.refuse(
                _t("Vouchers give no change: %s is due.", this.format(order.remainingDue))
            );
        }
        const code = await this.askCode(line);
        const answer =
            code &&
            (await this.call(
                "voucher_authorize",
                line.uuid,
                order.getPartner()?.id || false,
                line.getAmount(),
                code
            ));
        if (!answer) {
            return false;
        }
        if (answer.status === "code") {
            delete this.codes[line.uuid];
            return this.refuse(answer.reason);
        }
        await this.setShopper(order, answer.partner_id);
        if (answer.status === "short") {
            return this.offerAvailable(line, answer);
        }
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

    /** The shopper's code proves that the shopper is here and wants to pay. */
    async askCode(line) {
        if (this.pos.data.network.offline) {
            return this.refuseOffline();
        }
        const code = await makeAwaitable(this.env.services.dialog, TextInputPopup, {
            title: _t("Shopper's payment code"),
            placeholder: _t("Scan it, or type its 16 digits"),
            startingValue: this.codes[line.uuid] || "",
        });
        this.codes[line.uuid] = code;
        return code;
    }

    /** The code also says who the shopper is. */
    async setShopper(order, partnerId) {
        if (!order.getPartner()) {
            const known = this.pos.models["res.partner"].get(partnerId);
            order.setPartner(known || (await this.pos.data.read("res.partner", [partnerId]))[0]);
        }
    }

    /** Never pay less than asked silently: set what there is, the cashier sends it again. */
    offerAvailable(line, { available, elsewhere, partner: name }) {
        if (!available) {
            return this.refuse(
                `${_t("%s has no vouchers to spend at this store.", name)} ${elsewhere}`.trim()
            );
        }
        line.setAmount(available);
        const offer = _t(
            "%(name)s has %(amount)s of vouchers for this store. The amount has been set to that: press Retry to use them.",
            { name, amount: this.format(available) }
        );
        return this.refuse(`${offer} ${elsewhere}`.trim());
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
                this.refuseOffline();
            } else {
                throw error;
            }
        }
    }

    refuseOffline() {
        return this.refuse(_t("Vouchers need a connection to the server. Try again, or take another payment."));
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

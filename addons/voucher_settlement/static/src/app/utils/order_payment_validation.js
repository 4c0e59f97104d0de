import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";

patch(OrderPaymentValidation.prototype, {
    /**
     * Vouchers are captured by the server together with the order. Refused, the order is a draft
     * again and its voucher lines can be sent again or removed; without connection it cannot be
     * finished offline, since the hold would run out meanwhile. It may be paid then: the answer is
     * what was lost. Until the server says so, its vouchers stay (see askBeforeValidation).
     */
    handleValidationError(error) {
        const vouchers = this.paymentLines.filter((line) => line.isVoucher);
        if (vouchers.length && error instanceof ConnectionLostError) {
            this.order.state = "draft";
            this.order.uiState.vouchersUnsure = true;
            this.pos.dialog.add(AlertDialog, {
                title: _t("Vouchers"),
                body: _t(
                    "An order paid with vouchers cannot be finished without a connection. Press Retry beside them and validate it again when the connection is back. It may be paid already: until the server has answered, the vouchers cannot be removed."
                ),
            });
            this.allowAgain(vouchers);
            return new RPCError(); // keeps the payment screen open
        }
        if (error instanceof RPCError) {
            this.allowAgain(vouchers);
        }
        return super.handleValidationError(error);
    },

    /** Payment lines that are not done are dropped: not those that may have paid the order. */
    async askBeforeValidation() {
        const dropped = this.paymentLines.filter((line) => line.mayHavePaid && !line.isDone());
        for (const line of this.order.isPaid() ? dropped : []) {
            if (!(await line.releaseVouchers())) {
                return false;
            }
        }
        return super.askBeforeValidation();
    },

    allowAgain(vouchers) {
        for (const line of vouchers) {
            line.setPaymentStatus("retry");
        }
    },
});

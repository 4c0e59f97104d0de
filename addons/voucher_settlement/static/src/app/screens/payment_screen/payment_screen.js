import { patch } from "@web/core/utils/patch";
import { PaymentScreen } from "@point_of_sale/app/screens/payment_screen/payment_screen";

patch(PaymentScreen.prototype, {
    async sendPaymentRequest(line) {
        await super.sendPaymentRequest(line);
        // Unlike a card payment, a hold can be released whatever was paid after it.
        for (const other of this.paymentLines) {
            if (other.isVoucher && other.payment_status === "done" && !this.isRefundOrder) {
                other.can_be_reversed = true;
            }
        }
    },

    /** Nobody but the server approves vouchers. */
    async sendForceDone(line) {
        if (!line.isVoucher) {
            return super.sendForceDone(line);
        }
        line.setPaymentStatus("retry");
        this.pos.paymentTerminalInProgress = false;
    },

    async deletePaymentLine(uuid) {
        const line = this.paymentLines.find((line) => line.uuid === uuid);
        if (line.mayHavePaid && !(await line.releaseVouchers())) {
            return;
        }
        if (line.mayHoldVouchers && !line.mayHavePaid && line.getPaymentStatus() === "retry") {
            // The answer to an earlier request may have been lost.
            line.releaseVouchers();
        }
        if (this.paymentLines.includes(line)) {
            return super.deletePaymentLine(uuid);
        }
    },
});

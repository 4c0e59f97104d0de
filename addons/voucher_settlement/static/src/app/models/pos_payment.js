import { patch } from "@web/core/utils/patch";
import { PosPayment } from "@point_of_sale/app/models/pos_payment";

patch(PosPayment.prototype, {
    get isVoucher() {
        return this.payment_method_id?.use_payment_terminal === "voucher";
    },

    /** Whether the server may hold vouchers for this line. */
    get mayHoldVouchers() {
        return this.isVoucher && this.getAmount() >= 0 && this.payment_status !== "pending";
    },

    /** Whether the vouchers may have paid an order of which the till does not know that it is paid. */
    get mayHavePaid() {
        return this.mayHoldVouchers && Boolean(this.pos_order_id.uiState.vouchersUnsure);
    },

    /** @returns {Promise<boolean>} false: not answered, or they have paid; the cashier has been told why */
    async releaseVouchers() {
        return this.payment_method_id.payment_terminal.release(this.uuid);
    },
});

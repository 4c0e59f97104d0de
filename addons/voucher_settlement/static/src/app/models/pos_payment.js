import { patch } from "@web/core/utils/patch";
import { PosPayment } from "@point_of_sale/app/models/pos_payment";

patch(PosPayment.prototype, {
    get isVoucher() {
        return this.payment_method_id?.use_payment_terminal === "voucher";
    },

    /** Whether the server may hold vouchers for this line. */
    get mayHoldVouchers() {
        return this.isVoucher && this.getAmount() > 0 && this.payment_status !== "pending";
    },
});

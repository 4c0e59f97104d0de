import { patch } from "@web/core/utils/patch";
import { PosStore } from "@point_of_sale/app/services/pos_store";

patch(PosStore.prototype, {
    /**
     * A cancelled order gives its vouchers back at once; if that fails, their time-out does. An order
     * that may be paid stays until the server has answered.
     */
    async _onBeforeDeleteOrder(order) {
        const result = await super._onBeforeDeleteOrder(order);
        if (result) {
            for (const line of order.payment_ids.filter((payment) => payment.mayHoldVouchers)) {
                if (!(await line.releaseVouchers()) && line.mayHavePaid) {
                    return false;
                }
            }
        }
        return result;
    },
});

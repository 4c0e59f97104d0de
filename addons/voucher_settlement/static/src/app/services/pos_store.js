import { patch } from "@web/core/utils/patch";
import { PosStore } from "@point_of_sale/app/services/pos_store";

patch(PosStore.prototype, {
    /** A cancelled order gives its vouchers back at once; if that fails, their time-out does. */
    async _onBeforeDeleteOrder(order) {
        const result = await super._onBeforeDeleteOrder(order);
        if (result) {
            for (const line of order.payment_ids.filter((payment) => payment.mayHoldVouchers)) {
                await line.payment_method_id.payment_terminal.release(line.uuid);
            }
        }
        return result;
    },
});

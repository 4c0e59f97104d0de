/** A receipt without a known shopper bears a code with which its points can be claimed. */

import { OrderReceipt } from "@point_of_sale/app/screens/receipt_screen/receipt/order_receipt";
import { generateQRCodeDataUrl } from "@point_of_sale/utils";
import { patch } from "@web/core/utils/patch";

patch(OrderReceipt.prototype, {
    get canBeClaimed() {
        const { order } = this;
        return Boolean(
            order.config.raw.alliance_store_id &&
                !order.partner_id &&
                order.finalized &&
                !order.isRefund &&
                order.access_token
        );
    },

    get claimCode() {
        return generateQRCodeDataUrl(`${this.order.config._base_url}/alliance/claim/${this.order.access_token}`);
    },
});

import { registry } from "@web/core/registry";
import { rpc, RPCError } from "@web/core/network/rpc";
import { Interaction } from "@web/public/interaction";

/** The box "Pay with vouchers" of the payment page. */
export class VoucherCheckout extends Interaction {
    static selector = ".o_voucher_checkout";
    dynamicContent = {
        "form[name='apply']": { "t-on-submit.prevent": this.locked(this.apply) },
        "button[name='remove']": { "t-on-click": this.locked(this.remove) },
        ".o_voucher_error": {
            "t-out": () => this.error,
            "t-att-class": () => ({ "d-none": !this.error }),
        },
    };

    setup() {
        this.error = "";
    }

    async apply(ev) {
        const form = ev.target;
        const [amount, holder] = ["amount", "holder"].map((name) => form.elements[name]);
        await this.send("apply", { amount: amount.valueAsNumber || 0, holder: Number(holder.value) });
    }

    async remove() {
        await this.send("remove", {});
    }

    /** What is left to pay concerns the whole page: show it anew. */
    async send(action, params) {
        this.error = "";
        try {
            await this.waitFor(rpc(`${this.el.dataset.route}/${action}`, params));
            window.location.reload();
        } catch (error) {
            if (!(error instanceof RPCError)) {
                throw error;
            }
            this.error = error.data.message;
        }
    }
}

registry.category("public.interactions").add("voucher_settlement.voucher_checkout", VoucherCheckout);

import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

const STEP = 30; // seconds that a code is shown

/** The shopper's payment code: the server makes the next one when the time of this one is over. */
export class PaymentCode extends Interaction {
    static selector = ".o_payment_code";
    dynamicContent = {
        _document: { "t-on-visibilitychange": this.onVisibilityChange },
        ".o_payment_code_picture, .o_payment_code_digits": {
            "t-att-class": () => ({ "opacity-25": this.failed }),
        },
        ".o_payment_code_time": { "t-att-style": () => ({ width: `${(100 * this.left) / STEP}%` }) },
        ".o_payment_code_error": { "t-att-class": () => ({ "d-none": !this.failed }) },
    };

    setup() {
        this.failed = false;
        this.until = Date.now() + Number(this.el.dataset.seconds) * 1000;
        this.left = Number(this.el.dataset.seconds);
    }

    start() {
        const timer = setInterval(() => this.tick(), 1000);
        this.registerCleanup(() => clearInterval(timer));
    }

    async tick() {
        this.left = Math.max(0, (this.until - Date.now()) / 1000);
        if (!this.left && !document.hidden) {
            await this.renew();
        }
        this.updateContent();
    }

    async renew() {
        try {
            const shown = await this.waitFor(rpc(this.el.dataset.route, {}, { silent: true }));
            this.el.querySelector(".o_payment_code_picture").src = shown.picture;
            this.el.querySelector(".o_payment_code_digits").textContent = shown.digits;
            this.until = Date.now() + shown.seconds * 1000;
            this.left = shown.seconds;
            this.failed = false;
        } catch {
            this.failed = true; // tried again with the next tick
        }
    }

    /** A phone that slept shows an old code. */
    onVisibilityChange() {
        this.tick();
    }
}

registry.category("public.interactions").add("voucher_settlement.payment_code", PaymentCode);

import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

/** The store's screen: a payment made with its QR code is there at once. */
export class ScanDesk extends Interaction {
    static selector = "#scan_desk";
    dynamicContent = {
        _document: { "t-on-visibilitychange": this.onVisibilityChange },
    };

    setup() {
        this.bus = this.services.bus_service;
        this.onPaid = () => window.location.reload();
    }

    start() {
        this.bus.subscribe("alliance.scan_payment", this.onPaid);
        this.bus.start();
    }

    destroy() {
        this.bus.unsubscribe("alliance.scan_payment", this.onPaid);
    }

    /** A phone that slept has missed what came meanwhile. */
    onVisibilityChange() {
        if (document.visibilityState === "visible") {
            window.location.reload();
        }
    }
}

registry.category("public.interactions").add("merchant_alliance.scan_desk", ScanDesk);

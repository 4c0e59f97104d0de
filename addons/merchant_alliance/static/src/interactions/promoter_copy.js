/** Copies the promoter's link, and says so. */

import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

export class PromoterCopy extends Interaction {
    static selector = ".o_promoter_copy";
    dynamicContent = { _root: { "t-on-click": this.onClick } };

    async onClick() {
        await this.waitFor(browser.navigator.clipboard.writeText(this.el.dataset.text));
        this.el.textContent = _t("Copied");
    }
}

registry.category("public.interactions").add("merchant_alliance.promoter_copy", PromoterCopy);

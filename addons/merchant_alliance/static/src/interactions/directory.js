import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

/** The directory's button "Near me": the browser tells where the visitor is, if the visitor allows it. */
export class Directory extends Interaction {
    static selector = "#alliance_directory";
    dynamicContent = {
        "button[name='near']": { "t-on-click": this.locked(this.findNear) },
        "input[name='city']": { "t-on-focusin.once": this.suggestCities, "t-on-change": this.onCityChange },
        "input[name='district']": { "t-on-focusin": this.suggestDistricts },
        "[name='near_error']": { "t-att-class": () => ({ "d-none": !this.refused }) },
    };

    setup() {
        this.refused = false;
    }

    async suggestCities() {
        await this.suggest("/alliance/cities", "#directory_cities");
    }

    async suggestDistricts() {
        const city = this.el.querySelector("input[name='city']").value.trim();
        await this.suggest(`/alliance/districts?${new URLSearchParams({ city })}`, "#directory_districts");
    }

    /** A district belongs to its city. */
    onCityChange() {
        this.el.querySelector("input[name='district']").value = "";
    }

    async suggest(url, list) {
        const answer = await this.waitFor(fetch(url));
        const names = await this.waitFor(answer.json());
        this.el
            .querySelector(list)
            .replaceChildren(...names.map((name) => Object.assign(document.createElement("option"), { value: name })));
    }

    async findNear() {
        this.refused = false;
        try {
            const { coords } = await this.waitFor(
                new Promise((resolve, reject) =>
                    navigator.geolocation.getCurrentPosition(resolve, reject, { timeout: 15000, maximumAge: 300000 })
                )
            );
            const url = new URL(window.location.href);
            url.searchParams.set("near", `${coords.latitude.toFixed(4)},${coords.longitude.toFixed(4)}`);
            url.searchParams.delete("page");
            window.location.assign(url);
        } catch {
            this.refused = true;
        }
    }
}

registry.category("public.interactions").add("merchant_alliance.directory", Directory);

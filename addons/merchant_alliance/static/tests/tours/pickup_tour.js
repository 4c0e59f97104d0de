/** Ordered on the phone, collected in the supermarket for the code that the shopper shows. */

import * as tourUtils from "@website_sale/js/tours/tour_utils";
import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const typeCode = (code) => ({
    content: "what the shopper shows",
    trigger: "#pickup_desk input[name='code']",
    run: ({ anchor }) => {
        anchor.value = code();
    },
});
const handOver = {
    content: "hand over",
    trigger: "#pickup_desk button[type='submit']",
    run: "click",
    expectUnloadPage: true,
};

tours.add("pickup_shopper", {
    steps: () => [
        { content: "into the cart", trigger: "#add_to_cart", run: "click" },
        tourUtils.goToCart(),
        tourUtils.goToCheckout(),
        {
            content: "collected in the store",
            trigger: "input[name='o_delivery_radio'][data-delivery-type='in_store']:checked",
        },
        { content: "in that one", trigger: "b[name='o_pickup_location_name']:contains('Market East')" },
        tourUtils.confirmOrder(),
        ...tourUtils.payWithDemo(),
        { content: "the code to show", trigger: "#pickup_code .font-monospace" },
    ],
});

tours.add("pickup_store", {
    steps: () => [
        {
            content: "the shopper has told the code: the test puts it into the address",
            trigger: "a[href='/my/store/pickups']",
            run: () => sessionStorage.setItem("pickup_code", location.hash.slice(1)),
        },
        { content: "my store's orders", trigger: "a[href='/my/store/pickups']", run: "click", expectUnloadPage: true },
        typeCode(() => "x"),
        handOver,
        { content: "not for a wrong code", trigger: "#pickup_error:contains('not the code')" },
        typeCode(() => sessionStorage.getItem("pickup_code")),
        handOver,
        { content: "it is handed over", trigger: "#pickup_done:contains('handed over')" },
        { content: "nothing waits", trigger: "#pickup_empty" },
    ],
});

tours.add("pickup_shopper_collected", {
    steps: () => [{ content: "collected", trigger: "#pickup_code:contains('Collected in')" }],
});

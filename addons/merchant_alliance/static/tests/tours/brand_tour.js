/** A brand's product: from the portal on the phone to the shopper's order, shipped. */

import * as tourUtils from "@website_sale/js/tours/tour_utils";
import { registry } from "@web/core/registry";
import { openMenu } from "@merchant_alliance/../tests/tours/backend_util";

const tours = registry.category("web_tour.tours");

const fill = (name, value) => ({
    content: name,
    trigger: `#brand_product_form [name='${name}']`,
    run: `edit ${value}`,
});

tours.add("brand_adds_product", {
    steps: () => [
        { content: "my products", trigger: "a[href='/my/store/products']", run: "click", expectUnloadPage: true },
        { content: "nothing yet", trigger: "#brand_empty" },
        { content: "a new one", trigger: "a[href='/my/store/products/new']", run: "click", expectUnloadPage: true },
        fill("name", "Spring Tea"),
        fill("price", "88"),
        fill("description", "Picked before the rains."),
        {
            content: "a picture",
            trigger: "#image_1920",
            run: async () => {
                const canvas = document.createElement("canvas");
                canvas.width = canvas.height = 256;
                const context = canvas.getContext("2d");
                context.fillStyle = "#2f7d4f";
                context.fillRect(0, 0, 256, 256);
                const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
                const files = new DataTransfer();
                files.items.add(new File([blob], "tea.png", { type: "image/png" }));
                document.getElementById("image_1920").files = files.files;
            },
        },
        {
            content: "send",
            trigger: "#brand_product_form button[type='submit']",
            run: "click",
            expectUnloadPage: true,
        },
        { content: "sent", trigger: "#brand_sent" },
        { content: "it waits", trigger: "[name='brand_request']:contains('Spring Tea')" },
    ],
});

tours.add("brand_operator_approves", {
    steps: () => [
        ...openMenu("merchant_alliance.menu_merchants", "merchant_alliance.menu_product_request"),
        { content: "the new tea", trigger: ".o_data_row:contains('Spring Tea') .o_data_cell", run: "click" },
        { content: "approve", trigger: "button[name='action_approve']:enabled", run: "click" },
        { content: "approved", trigger: ".o_statusbar_status .o_arrow_button_current:contains('Approved')" },
    ],
});

tours.add("brand_sets_stock", {
    steps: () => [
        {
            content: "five pieces",
            trigger: "[name='brand_product']:contains('Spring Tea') input[name='quantity']",
            run: "edit 5",
        },
        {
            content: "set",
            trigger: "[name='brand_product']:contains('Spring Tea') form[action$='/stock'] button",
            run: "click",
            expectUnloadPage: true,
        },
        { content: "it is kept", trigger: "[name='brand_product'] input[name='quantity']:value(5)" },
    ],
});

tours.add("brand_shopper_buys", {
    steps: () => [
        { content: "who sells it", trigger: "#sold_by:contains('Tea Brand')" },
        { content: "into the cart", trigger: "#add_to_cart", run: "click" },
        tourUtils.goToCart(),
        tourUtils.goToCheckout(),
        tourUtils.confirmOrder(),
        ...tourUtils.payWithDemo(),
        { content: "ordered", trigger: "h3:contains('Thank you for your order')" },
    ],
});

tours.add("brand_ships", {
    steps: () => [
        {
            content: "what was sold",
            trigger: "a[href='/my/store/orders']",
            run: "click",
            expectUnloadPage: true,
        },
        { content: "the tea", trigger: "[name='to_ship']:contains('Spring Tea') input[name='carrier']", run: "edit SF" },
        { content: "its number", trigger: "[name='to_ship'] input[name='tracking']", run: "edit 1234567890" },
        { content: "it left", trigger: "[name='to_ship'] button[type='submit']", run: "click", expectUnloadPage: true },
        { content: "shipped", trigger: "#ship_done:contains('SF 1234567890')" },
        { content: "nothing waits", trigger: "#ship_empty" },
    ],
});

tours.add("brand_shopper_follows", {
    steps: () => [
        { content: "who sold it", trigger: "#portal_sale_content:contains('Sold by Tea Brand')" },
        { content: "the parcel's number", trigger: "#wrap:contains('SF 1234567890')" },
    ],
});

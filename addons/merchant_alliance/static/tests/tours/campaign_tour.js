/** A shopper agrees to hear from a shop, gets a coupon, pays with it; the merchant sees what it brought. All on phones. */

import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const inDays = (days) => luxon.DateTime.now().plus({ days }).toISODate();
const setDay = (name, days) => ({
    content: `day: ${name}`,
    trigger: `#campaign_form input[name='${name}']`,
    run: ({ anchor }) => {
        anchor.value = inDays(days);
    },
});

tours.add("campaign_agree", {
    steps: () => [
        { content: "read and tick", trigger: "#alliance_consent #consent_agree", run: "check" },
        { content: "agree", trigger: "#alliance_consent button[type='submit']", run: "click", expectUnloadPage: true },
        { content: "it is kept", trigger: "#consent_given:contains('Teahouse')" },
    ],
});

tours.add("campaign_send", {
    steps: () => [
        { content: "to the customers", trigger: "#my_store a[href='/my/store/customers']", run: "click", expectUnloadPage: true },
        { content: "one who agreed, masked", trigger: "#customer_list:contains('Li •••'):not(:contains('Li Mei'))" },
        { content: "segments drawn", trigger: "[data-chart-name='segments'] .o_alliance_chart:not(.d-none) canvas" },
        { content: "write", trigger: "a[href='/my/store/campaigns/new']", run: "click", expectUnloadPage: true },
        { content: "subject", trigger: "#campaign_name", run: "edit Tea week" },
        { content: "text", trigger: "#campaign_body", run: "edit Dear {name}, {value} off with {code} until {until}." },
        { content: "with a coupon", trigger: "#campaign_kind", run: "check" },
        { content: "amount off", trigger: "#campaign_discount_amount", run: "edit 10" },
        { content: "minimum", trigger: "#campaign_purchase_min", run: "edit 5" },
        setDay("valid_from", 0),
        setDay("valid_to", 14),
        { content: "preview", trigger: "#campaign_form button[type='submit']", run: "click", expectUnloadPage: true },
        { content: "refused: more off than the minimum", trigger: "#campaign_form .text-danger:contains('more than the amount off')" },
        { content: "minimum", trigger: "#campaign_purchase_min", run: "edit 50" },
        { content: "preview", trigger: "#campaign_form button[type='submit']", run: "click", expectUnloadPage: true },
        { content: "as a shopper reads it", trigger: "#campaign_preview:contains('Dear Mei'):contains('10.00 off')" },
        { content: "number of receivers", trigger: "#campaign_receivers b:contains('1')" },
        { content: "send", trigger: "#campaign_send", run: "click", expectUnloadPage: true },
        { content: "on its way", trigger: "#my_campaign[data-state='sending'] #campaign_progress:contains('1 waiting')" },
    ],
});

tours.add("campaign_use", {
    steps: () => [
        { content: "amount", trigger: "#scan_form #scan_amount", run: "edit 58.50" },
        { content: "go on", trigger: "#scan_form button[type='submit']", run: "click", expectUnloadPage: true },
        { content: "use the coupon", trigger: "#coupon_choice button:contains('Use')", run: "click", expectUnloadPage: true },
        { content: "lower price", trigger: "#scan_total:contains('48.50')" },
        { content: "applied", trigger: "#coupon_applied:contains('10.00')" },
        { content: "card", trigger: "input[name=customer_input]", run: "edit 4242" },
        { content: "pay", trigger: "button[name=o_payment_submit_button]:not(:disabled)", run: "click", expectUnloadPage: true },
        { content: "receipt", trigger: "#scan_receipt #coupon_used:contains('10.00')" },
    ],
});

tours.add("campaign_results", {
    steps: () => [
        { content: "sent", trigger: "#my_campaign[data-state='sent'] #campaign_progress:contains('1 sent')" },
        { content: "one bought", trigger: "#result_buyers:contains('1')" },
        { content: "for what was kept", trigger: "#result_cash:contains('48.50')" },
        { content: "one coupon used", trigger: "#result_coupons:contains('1')" },
        { content: "drawn", trigger: "[data-chart-name='brought'] .o_alliance_chart:not(.d-none) canvas" },
    ],
});

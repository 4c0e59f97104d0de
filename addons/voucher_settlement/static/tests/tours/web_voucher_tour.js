import { registry } from "@web/core/registry";
import * as tourUtils from "@website_sale/js/tours/tour_utils";

const buy = () => [
    ...tourUtils.addToCart({ productName: "Tea Class", search: false, expectUnloadPage: true }),
    tourUtils.goToCart(),
    // The shopper's address is known: the checkout goes right to the payment.
    tourUtils.goToCheckout(),
];
const apply = (amount) => [
    {
        content: `pay ${amount} with vouchers`,
        trigger: ".o_voucher_checkout input[name='amount']",
        run: `edit ${amount}`,
    },
    {
        content: "apply",
        trigger: ".o_voucher_checkout button[type='submit']",
        run: "click",
        expectUnloadPage: true,
    },
    {
        content: `${amount} is applied`,
        trigger: `.o_voucher_applied .oe_currency_value:contains(${amount}.00)`,
    },
];

/** A shopper pays a part with vouchers, removes them, applies another part, pays the rest. */
registry.category("web_tour.tours").add("voucher_in_the_checkout", {
    url: "/shop?search=Tea Class",
    steps: () => [
        ...buy(),
        { content: "what there is is proposed", trigger: `.o_voucher_checkout input[name='amount']:value(60)` },
        ...apply(25),
        {
            content: "remove them",
            trigger: ".o_voucher_checkout button[name='remove']",
            run: "click",
            expectUnloadPage: true,
        },
        ...apply(60),
        { content: "the rest is what is paid", trigger: ".o_voucher_rest .oe_currency_value:contains(20.00)" },
        { content: "the payment form agrees", trigger: "#o_payment_form[data-amount='20.0']" },
        { trigger: "#customer_input", run: "edit 4111111111111111" },
        {
            trigger: "button[name='o_payment_submit_button']:enabled:visible",
            run: "click",
            expectUnloadPage: true,
        },
        { content: "the order is confirmed", trigger: "h3:contains('Thank you for your order')" },
        { trigger: "tr[name='o_order_vouchers'] .oe_currency_value:contains(60.00)" },
    ],
});

/** Vouchers pay the whole order: no provider is asked. */
registry.category("web_tour.tours").add("voucher_pays_all_in_the_checkout", {
    url: "/shop?search=Tea Class",
    steps: () => [
        ...buy(),
        ...apply(80),
        { content: "no payment form", trigger: "body:not(:has(#o_payment_form))" },
        {
            trigger: "form[name='o_voucher_confirm'] button:enabled:visible",
            run: "click",
            expectUnloadPage: true,
        },
        { content: "the order is confirmed", trigger: "h3:contains('Thank you for your order')" },
    ],
});

/** Scan-to-pay: the QR code's page on a phone, vouchers and the rest, and what the store sees. */

import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

tours.add("scan_to_pay_shopper", {
    steps: () => [
        { content: "the store", trigger: "#scan_form h1:contains('Teahouse Store')" },
        { content: "a slip", trigger: "#scan_amount", run: "edit 58.505" },
        { content: "go on", trigger: "#scan_form button[type=submit]", run: "click", expectUnloadPage: true },
        { content: "it is said", trigger: "#scan_error:contains('at most 2 decimals')" },
        { content: "nothing is lost", trigger: "#scan_amount:value(58.505)" },
        { content: "the amount", trigger: "#scan_amount", run: "edit 58.50" },
        { content: "the table", trigger: "#scan_note", run: "edit table 5" },
        { content: "go on", trigger: "#scan_form button[type=submit]", run: "click", expectUnloadPage: true },
        { content: "what is to be paid", trigger: "#scan_total:contains(58.50)" },
        { content: "some of it with vouchers", trigger: ".o_voucher_checkout input[name=amount]", run: "edit 20" },
        {
            content: "apply",
            trigger: ".o_voucher_checkout button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        { content: "the rest", trigger: ".o_voucher_rest:contains(38.50)" },
        { content: "card", trigger: "input[name=customer_input]", run: "edit 4242" },
        {
            content: "pay",
            trigger: "button[name=o_payment_submit_button]:not(:disabled)",
            run: "click",
            expectUnloadPage: true,
        },
        { content: "paid", trigger: "#scan_receipt #scan_paid_with:contains(38.50):contains(20.00)" },
    ],
});

tours.add("scan_to_pay_store", {
    steps: () => [
        { content: "my store", trigger: "#my_store a[href='/my/store/payments']", run: "click", expectUnloadPage: true },
        {
            content: "it is there",
            trigger: "#scan_desk_payments .list-group-item:first-child:contains(58.50):contains('table 5'):contains(20.00)",
        },
        { content: "the sign", trigger: "#scan_desk a[href$='/sign']" },
    ],
});

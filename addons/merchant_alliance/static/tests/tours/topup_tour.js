/** A merchant tops its deposit up on the phone. */

import { registry } from "@web/core/registry";

const press = (content, trigger) => ({ content, trigger, run: "click", expectUnloadPage: true });

registry.category("web_tour.tours").add("topup_deposit", {
    steps: () => [
        press("the deposit", "#my_store_deposit"),
        { content: "too little", trigger: "#topup_amount", run: "edit 5" },
        press("go on", "#my_deposit button[type='submit']"),
        { content: "from how much", trigger: "#deposit_error:contains('at once')" },
        { content: "enough", trigger: "#topup_amount", run: "edit 1500" },
        press("go on", "#my_deposit button[type='submit']"),
        { content: "the amount", trigger: "#topup_total:contains('1,500.00')" },
        { content: "a card", trigger: "input[name='customer_input']", run: "edit 4242424242424242" },
        press("pay", "button[name='o_payment_submit_button']"),
        { content: "it is there", trigger: "#deposit_balance:contains('1,500.00')" },
        { content: "and listed", trigger: "#deposit_entries:contains('1,500.00')" },
    ],
});

/** A shopper becomes a promoter; somebody registers through the link and buys; the commission is there, pending. */

import { openMenu } from "@merchant_alliance/../tests/tours/backend_util";
import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const goOn = { run: "click", expectUnloadPage: true };

tours.add("promoter_applies", {
    steps: () => [
        { content: "the form", trigger: "#promoter_form #motivation", run: "edit My neighbours and my reading circle." },
        { content: "phone", trigger: "#promoter_form #phone", run: "edit 12" },
        { content: "bank", trigger: "#promoter_form #bank_name", run: "edit Bank of Shanghai" },
        { content: "account", trigger: "#promoter_form #bank_account", run: "edit 6222020200112233445" },
        { content: "agree", trigger: "#promoter_form #agreed", run: "click" },
        { content: "send", trigger: "#promoter_form button[type=submit]", ...goOn },
        { content: "the phone is wrong", trigger: ".invalid-feedback:contains('12 is not a phone number')" },
        { content: "phone", trigger: "#promoter_form #phone", run: "edit +86 138 1111 2222" },
        { content: "agree", trigger: "#promoter_form #agreed", run: "click" },
        { content: "send again", trigger: "#promoter_form button[type=submit]", ...goOn },
        { content: "it is looked at", trigger: "#promoter_waiting" },
    ],
});

tours.add("promoter_operator_approves", {
    steps: () => [
        ...openMenu("merchant_alliance.menu_promoters", "merchant_alliance.menu_promoter"),
        { content: "the card", trigger: ".o_kanban_record:contains('Lin Promoter')", run: "click" },
        { content: "take it on", trigger: "button[name='action_start_review']", run: "click" },
        { content: "in review", trigger: ".o_arrow_button_current:contains('In Review')" },
        { content: "approve", trigger: ".o_statusbar_buttons button[name='action_approve']", run: "click" },
        { content: "yes", trigger: ".modal-footer .btn-primary", run: "click" },
        { content: "approved", trigger: ".o_arrow_button_current:contains('Approved')" },
    ],
});

tours.add("promoter_accepts", {
    steps: () => [
        { content: "the agreement", trigger: "#promoter_to_accept a", ...goOn },
        { content: "its terms", trigger: "#my_agreement li:contains('one level only')" },
        { content: "accept without reading", trigger: "#agreement_form button[type=submit]", ...goOn },
        { content: "is asked for", trigger: "#agreement_error:contains('have read')" },
        { content: "read", trigger: "#accept_agreed", run: "click" },
        { content: "accept", trigger: "#agreement_form button[type=submit]", ...goOn },
        { content: "the link", trigger: "#promoter_link img[alt='QR code']" },
        { content: "nobody yet", trigger: "#promoter_shopper_count:contains('0')" },
    ],
});

tours.add("promoter_shopper_registers", {
    steps: () => [
        { content: "the invitation", trigger: "#promoter_invitation h1:contains('L**')" },
        { content: "register", trigger: "#invitation_register", ...goOn },
        { content: "e-mail", trigger: ".oe_signup_form #login", run: "edit new.shopper@shop.example" },
        { content: "name", trigger: ".oe_signup_form #name", run: "edit New Shopper" },
        { content: "password", trigger: ".oe_signup_form #password", run: "edit Shopper-2026!" },
        { content: "again", trigger: ".oe_signup_form #confirm_password", run: "edit Shopper-2026!" },
        { content: "done", trigger: ".oe_signup_form button[type=submit]", ...goOn },
        { content: "logged in", trigger: "#o_main_nav, .o_portal_my_home, #wrapwrap:contains('New Shopper')" },
    ],
});

tours.add("promoter_shopper_buys", {
    steps: () => [
        { content: "the amount", trigger: "#scan_amount", run: "edit 1000" },
        { content: "go on", trigger: "#scan_form button[type=submit]", ...goOn },
        { content: "what is to be paid", trigger: "#scan_total:contains('1,000.00')" },
        { content: "card", trigger: "input[name=customer_input]", run: "edit 4242" },
        { content: "pay", trigger: "button[name=o_payment_submit_button]:not(:disabled)", ...goOn },
        { content: "paid", trigger: "#scan_receipt" },
    ],
});

tours.add("promoter_looks", {
    steps: () => [
        { content: "pending", trigger: "#commission_pending:contains('5.00')" },
        { content: "nothing payable", trigger: "#commission_payable:contains('0.00')" },
        { content: "a picture of it", trigger: "#commission_chart .bg-warning-subtle" },
        { content: "one shopper, masked", trigger: "#promoter_shoppers li:contains('N**')" },
    ],
});

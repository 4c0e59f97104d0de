/** A merchant joins: applies on the website, is approved, chooses a password and signs on the phone. */

import { registry } from "@web/core/registry";
import { openMenu } from "@merchant_alliance/../tests/tours/backend_util";

const tours = registry.category("web_tour.tours");

const fill = (name, value) => ({ content: name, trigger: `#application_form #${name}`, run: `edit ${value}` });
const picture = (name) => ({
    content: name,
    trigger: `#application_form #${name}`,
    run: async () => {
        const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 200 });
        canvas.getContext("2d").fillText(name, 20, 100);
        const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
        const files = new DataTransfer();
        files.items.add(new File([blob], `${name}.png`, { type: "image/png" }));
        document.getElementById(name).files = files.files;
    },
});
const papers = [picture("licence_image"), picture("identity_front_image"), picture("identity_back_image")];
const send = { content: "send", trigger: "#application_form button[type=submit]", run: "click", expectUnloadPage: true };

tours.add("onboarding_applicant", {
    steps: () => [
        fill("legal_name", "Old Street Foods Ltd."),
        fill("uscc", "911100006000373411"),
        fill("contact_name", "Wang Fang"),
        fill("contact_phone", "13800138000"),
        fill("contact_email", "wang.fang@shop.example"),
        fill("store_name", "Old Street Noodles"),
        fill("street", "1 Old Street"),
        fill("city", "Shanghai"),
        fill("rate", "10"),
        fill("bank_name", "Bank of Shanghai"),
        fill("bank_account", "6222020200112233445"),
        ...papers,
        { content: "agree", trigger: "#agreed", run: "click" },
        send,
        { content: "the code is wrong", trigger: ".invalid-feedback:contains('not a unified social credit code')" },
        { content: "nothing is lost", trigger: "#legal_name:value(Old Street Foods Ltd.)" },
        fill("uscc", "91110000600037341L"),
        ...papers,
        { content: "agree", trigger: "#agreed", run: "click" },
        send,
        { content: "it is there", trigger: "#application_state:contains('New')" },
    ],
});

tours.add("onboarding_operator", {
    steps: () => [
        ...openMenu("merchant_alliance.menu_merchants", "merchant_alliance.menu_application"),
        { content: "the card", trigger: ".o_kanban_record:contains('Old Street Noodles')", run: "click" },
        { content: "take it on", trigger: "button[name='action_start_review']", run: "click" },
        { content: "in review", trigger: ".o_arrow_button_current:contains('In Review')" },
        { content: "the licence is there", trigger: "div[name='licence_image'] img[data-src*='licence_image'], div[name='licence_image'] img" },
        { content: "approve", trigger: ".o_statusbar_buttons button[name='action_approve']", run: "click" },
        { content: "yes", trigger: ".modal-footer .btn-primary", run: "click" },
        { content: "approved", trigger: ".o_arrow_button_current:contains('Approved')" },
    ],
});

tours.add("onboarding_merchant_signs", {
    steps: () => [
        { content: "password", trigger: ".oe_signup_form #password", run: "edit Noodles-2026!" },
        { content: "again", trigger: ".oe_signup_form #confirm_password", run: "edit Noodles-2026!" },
        { content: "done", trigger: ".oe_signup_form button[type=submit]", run: "click", expectUnloadPage: true },
        { content: "my store", trigger: "a[href='/my/store']", run: "click", expectUnloadPage: true },
        { content: "the contract", trigger: "#my_store_to_sign a:contains('Read and Sign')", run: "click", expectUnloadPage: true },
        { content: "its rate", trigger: "#my_contract td:contains('10.00')" },
        { content: "a signature", trigger: "#my_contract_sign .o_web_sign_auto_button", run: "click" },
        { content: "drawn", trigger: "#my_contract_sign canvas.o_web_sign_signature", run: "canvasNotEmpty" },
        {
            content: "sign",
            trigger: "#my_contract_sign .o_portal_sign_submit:enabled",
            run: "click",
            expectUnloadPage: true,
        },
        { content: "in force", trigger: "#my_contract_state:contains('Signed and Active')" },
        { content: "to keep", trigger: "a:contains('Download the document')" },
    ],
});

tours.add("onboarding_merchant_looks", {
    steps: () => [
        { content: "the first sale", trigger: "#my_store_sales .list-group-item:contains('1,000.00')" },
        { content: "is funded", trigger: "#my_store_sales .badge:contains('Funded')" },
    ],
});

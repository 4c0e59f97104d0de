/** A payout: proposed by the maker, checked and sent by the checker, answered by the bank; seen by the merchant. */

import { registry } from "@web/core/registry";
import { openMenu } from "@merchant_alliance/../tests/tours/backend_util";

const tours = registry.category("web_tour.tours");

const openPayouts = () => openMenu("voucher_settlement.menu_payouts", "voucher_settlement.menu_payout_batches");
const click = (name) => ({ content: name, trigger: `.o_statusbar_buttons button[name='${name}']`, run: "click" });
const confirm = () => ({ content: "yes", trigger: ".modal-footer .btn-primary", run: "click" });
const isIn = (state) => ({
    content: `it is ${state}`,
    trigger: `.o_form_view .o_statusbar_status .o_arrow_button_current:contains('${state}')`,
});
const openOne = (state) => ({
    content: `the payout that is ${state}`,
    trigger: `.o_data_row:has(td[name='state']:contains('${state}')) td[name='name']`,
    run: "click",
});

tours.add("payout_maker", {
    steps: () => [
        ...openPayouts(),
        { content: "nothing yet", trigger: ".o_view_nocontent_smiling_face:contains('Nothing has been paid')" },
        { content: "a new one", trigger: ".o_list_button_add", run: "click" },
        click("action_propose"),
        { content: "who is paid", trigger: "[name='line_ids'] .o_data_row:contains('Teahouse'):contains('12.50')" },
        { content: "who is not", trigger: ".o_notebook .nav-link:contains('Left Out')", run: "click" },
        { content: "and why", trigger: "[name='skipped_ids'] .o_data_row:contains('Bakery'):contains('No bank account')" },
        { content: "back", trigger: ".o_notebook .nav-link:contains('Payouts')", run: "click" },
        click("action_submit"),
        isIn("To Approve"),
        { content: "not for the maker", trigger: ".o_statusbar_buttons:not(:has(button[name='action_approve']))" },
    ],
});

tours.add("payout_checker", {
    steps: () => [
        ...openPayouts(),
        openOne("To Approve"),
        click("action_approve"),
        confirm(),
        isIn("Approved"),
        click("action_send"),
        confirm(),
        isIn("Sent"),
        { content: "the bank file", trigger: "button[name='action_download_xml']" },
        { content: "the bank has paid", trigger: "[name='line_ids'] button[name='action_mark_paid']", run: "click" },
        confirm(),
        isIn("Done"),
        { content: "paid", trigger: "[name='line_ids'] .o_data_row td[name='state']:contains('Paid')" },
    ],
});

tours.add("payout_merchant", {
    steps: () => [
        { content: "paid on", trigger: "#my_payouts:contains('Paid on'):contains('12.50')" },
        { content: "the account, masked", trigger: "#my_payouts:contains('…4567'):not(:contains('6217000010001234567'))" },
    ],
});

tours.add("escrow_reconcile_maker", {
    steps: () => [
        ...openMenu("voucher_settlement.menu_escrow", "voucher_settlement.menu_escrow_reconcile_now"),
        { content: "no statement", trigger: ".o_form_view .alert-warning:contains('No statement')" },
        { content: "what has to be moved", trigger: "[name='transfer_ids'] .o_data_row:contains('SWEEP')" },
    ],
});

tours.add("escrow_reconcile_checker", {
    steps: () => [
        ...openMenu("voucher_settlement.menu_escrow", "voucher_settlement.menu_escrow_reconciliation"),
        { content: "the day", trigger: ".o_data_row td[name='date']", run: "click" },
        { content: "it agrees", trigger: ".o_form_view .alert-success" },
    ],
});

/** A dividend: refused where there is no profit for it, declared and approved by two people, seen by a shareholder. */

import { registry } from "@web/core/registry";
import { openMenu } from "@merchant_alliance/../tests/tours/backend_util";

const tours = registry.category("web_tour.tours");

const openDividends = () => openMenu("merchant_alliance.menu_shares", "merchant_alliance.menu_dividend");
const declare = { content: "declare", trigger: "button[name='action_submit']", run: "click" };

tours.add("dividend_operator", {
    steps: () => [
        ...openDividends(),
        { content: "nothing yet", trigger: ".o_view_nocontent_smiling_face:contains('No dividend')" },
        { content: "a new one", trigger: ".o_list_button_add", run: "click" },
        { content: "the store", trigger: "[name='store_id'] input", run: "edit Market" },
        { content: "that one", trigger: ".o-autocomplete--dropdown-item:contains('Market Store')", run: "click" },
        { content: "first day", trigger: "[name='date_from'] input, button[data-field='date_from']", run: "click" },
        { content: "first day", trigger: "[name='date_from'] input", run: "edit 01/01/2026" },
        { content: "last day", trigger: "[name='date_to'] input, button[data-field='date_to']", run: "click" },
        { content: "last day", trigger: "[name='date_to'] input", run: "edit 03/31/2026" },
        { content: "more than there is", trigger: "[name='amount'] input", run: "edit 1000.01" },
        declare,
        { content: "refused", trigger: ".modal .modal-body:contains('cannot be distributed')" },
        { content: "understood", trigger: ".modal .modal-footer .btn-primary", run: "click" },
        { content: "what there is", trigger: "[name='amount'] input", run: "edit 1000" },
        declare,
        { content: "the parts", trigger: "[name='line_ids'] .o_data_row:contains('An'):contains('600.00')" },
        {
            content: "another person's turn",
            trigger: ".o_statusbar_status button.o_arrow_button_current:contains('To Approve')",
        },
    ],
});

tours.add("dividend_approver", {
    steps: () => [
        { content: "what was declared", trigger: ".o_form_view [name='maker_id']:contains('share_operator')" },
        { content: "approve", trigger: "button[name='action_approve']", run: "click" },
        { content: "sure", trigger: ".modal .modal-footer .btn-primary", run: "click" },
        {
            content: "approved",
            trigger: ".o_statusbar_status button.o_arrow_button_current:contains('Approved')",
        },
    ],
});

tours.add("dividend_shareholder", {
    steps: () => [
        { content: "the stake", trigger: "#my_shares_holdings:contains('60.0000')" },
        { content: "the dividend", trigger: "#my_shares_dividends:contains('600.00')" },
    ],
});

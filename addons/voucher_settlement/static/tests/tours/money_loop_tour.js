/** From a sale at one till to the voucher paid at another: a tour for each person who has a part in it. */

import { openMenu } from "@merchant_alliance/../tests/tours/backend_util";
import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import { showCode } from "./payment_code";
import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const openPeriod = (state) => [
    ...openMenu("voucher_settlement.menu_settlement", "voucher_settlement.menu_settlement_periods"),
    {
        content: `the period that is ${state}`,
        trigger: `.o_data_row:has(td[name='state']:contains('${state}')) td[name='name']`,
        run: "click",
    },
    isIn(state),
];
const isIn = (state) => ({
    content: `the period is ${state}`,
    trigger: `.o_form_view .o_statusbar_status .o_arrow_button_current:contains('${state}')`,
});
const click = (name) => ({ content: name, trigger: `.o_statusbar_buttons button[name='${name}']`, run: "click" });
const confirm = () => ({ content: "yes", trigger: ".modal-footer .btn-primary", run: "click" });

const sellTea = () => [
    Chrome.startPoS(),
    Dialog.confirm("Open Register"),
    ProductScreen.clickDisplayedProduct("Longjing Tea"),
    ProductScreen.clickPartnerButton(),
    ProductScreen.clickCustomer("Li Mei"),
    ProductScreen.clickPayButton(),
];

tours.add("money_loop_cashier_sells", {
    steps: () =>
        [
            ...sellTea(),
            PaymentScreen.clickPaymentMethod("Cash"),
            PaymentScreen.clickValidate(),
            ReceiptScreen.isShown(),
        ].flat(),
});

tours.add("money_loop_maker_closes", {
    steps: () => [
        ...openPeriod("Open"),
        click("action_close"),
        confirm(),
        isIn("Closing"),
        click("action_compute"),
        isIn("Computed"),
    ],
});

tours.add("money_loop_checker_settles", {
    steps: () => [
        ...openPeriod("Computed"),
        { content: "a checker cannot close", trigger: "body:not(:has(button[name='action_close']))" },
        click("action_approve"),
        isIn("Approved"),
        click("action_settle"),
        confirm(),
        isIn("Settled"),
    ],
});

tours.add("money_loop_shopper_looks", {
    url: "/my/home",
    steps: () => [
        { content: "my green points", trigger: "a[href$='/my/green-points']", run: "click", expectUnloadPage: true },
        { content: "what the second period released", trigger: "[name='vouchers_deduction']:contains('7.50')" },
        { content: "given with the purchase", trigger: "[name='vouchers_shopping']:contains('10.00')" },
        { content: "what happened", trigger: "section[name='vouchers'] summary", run: "click" },
        { trigger: "[name='voucher_entry']:contains('+')" },
    ],
});

tours.add("money_loop_shopper_shows_code", {
    steps: () => [
        { content: "sixteen digits", trigger: ".o_payment_code_digits" },
        {
            content: "time goes by, the next code is shown",
            trigger: ".o_payment_code",
            timeout: 60000,
            run: async ({ anchor }) => {
                const before = anchor.querySelector(".o_payment_code_digits").textContent;
                for (let second = 0; second < 40; second++) {
                    await new Promise((resolve) => setTimeout(resolve, 1000));
                    if (anchor.querySelector(".o_payment_code_digits").textContent !== before) {
                        return;
                    }
                }
                throw new Error("The code was not renewed.");
            },
        },
        { trigger: ".o_payment_code_error.d-none:not(:visible)" },
    ],
});

tours.add("money_loop_shopper_pays", {
    steps: () =>
        [
            ...sellTea(),
            PaymentScreen.clickPaymentMethod("Vouchers"),
            showCode(),
            Dialog.bodyIs("7.50"),
            Dialog.confirm("Ok"),
            PaymentScreen.selectedPaymentlineHas("Vouchers", "7.50"),
            PaymentScreen.clickRetryButton(),
            Dialog.confirm("Apply"),
            {
                content: "the server has authorised it",
                trigger: ".paymentlines .electronic_status:contains('Payment Successful')",
            },
            PaymentScreen.clickPaymentMethod("Cash"),
            PaymentScreen.selectedPaymentlineHas("Cash", "992.50"),
            PaymentScreen.clickValidate(),
            ReceiptScreen.isShown(),
            ReceiptScreen.paymentLineContains("Vouchers", "7.50"),
        ].flat(),
});

tours.add("money_loop_auditor_checks", {
    steps: () => [
        ...openMenu("voucher_settlement.menu_escrow", "voucher_settlement.menu_escrow_entries"),
        { content: "the redemption", trigger: ".o_data_row td[name='escrow_event']:contains('Redemption')", run: "click" },
        {
            content: "vouchers outstanding go down",
            trigger: ".o_data_row:has(td:contains('Vouchers Outstanding')) td[name='debit']:contains('7.50')",
        },
        {
            content: "what is due to the merchant goes up",
            trigger: ".o_data_row:has(td:contains('Redeemed Vouchers')) td[name='credit']:contains('7.50')",
        },
        { content: "what it books", trigger: "button[name='action_open_escrow_source']", run: "click" },
        { content: "the shopper's voucher", trigger: ".o_data_row:contains('Li Mei'):contains('7.50')" },
    ],
});

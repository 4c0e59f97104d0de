/** A sale to nobody known: its receipt bears a code, and who keeps it claims the points. */

import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const sell = (...customer) => [
    ProductScreen.clickDisplayedProduct("Longjing Tea"),
    ...customer,
    ProductScreen.clickPayButton(),
    PaymentScreen.clickPaymentMethod("Cash"),
    PaymentScreen.clickValidate(),
    ReceiptScreen.isShown(),
];

tours.add("claim_cashier", {
    steps: () =>
        [
            Chrome.startPoS(),
            Dialog.confirm("Open Register"),
            ...sell(ProductScreen.clickPartnerButton(), ProductScreen.clickCustomer("Li Mei")),
            { content: "known shopper: nothing to claim", trigger: ".pos-receipt:not(:has(.alliance-claim))" },
            ReceiptScreen.clickNextOrder(),
            ...sell(),
            { content: "the code to claim it", trigger: ".pos-receipt .alliance-claim img[src^='data:image']" },
        ].flat(),
});

tours.add("claim_shopper", {
    steps: () => [
        { content: "what it was", trigger: "#claim_receipt .card:contains('100.00')" },
        { content: "claim", trigger: "#claim_receipt button[type='submit']", run: "click", expectUnloadPage: true },
        { content: "it is mine", trigger: "#claim_done:contains('pending')" },
    ],
});

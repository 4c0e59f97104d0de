/* global posmodel */

import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import * as TicketScreen from "@point_of_sale/../tests/pos/tours/utils/ticket_screen_util";
import { showCode, showNextCode, showSameCode } from "./payment_code";
import { ConnectionLostError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";

const status = (text) => ({
    content: `the payment line says: ${text}`,
    trigger: `.paymentlines .electronic_status:contains("${text}")`,
});
const reverse = () => ({
    content: "give the vouchers back",
    trigger: ".paymentlines .send_payment_reversal",
    run: "click",
});

const sellToLiMei = () =>
    [
        Chrome.startPoS(),
        Dialog.confirm("Open Register"),
        ProductScreen.clickDisplayedProduct("Longjing Tea"),
        ProductScreen.clickPartnerButton(),
        ProductScreen.clickCustomer("Li Mei"),
        ProductScreen.clickPayButton(),
    ].flat();
const holdVouchersOfLiMei = () =>
    [
        sellToLiMei(),
        PaymentScreen.clickPaymentMethod("Vouchers"),
        showCode(),
        status("Payment Successful"),
    ].flat();

/** A shopper with 60 of vouchers buys tea for 100, changes their mind once, and brings it back. */
registry.category("web_tour.tours").add("voucher_at_the_till", {
    steps: () =>
        [
            Chrome.startPoS(),
            Dialog.confirm("Open Register"),
            ProductScreen.clickDisplayedProduct("Longjing Tea"),
            ProductScreen.clickPayButton(),
            // No shopper yet: the code says who it is.
            PaymentScreen.clickPaymentMethod("Vouchers"),
            showCode(),
            Dialog.bodyIs("Li Mei has"),
            Dialog.bodyIs("60.00"),
            Dialog.confirm("Ok"),
            PaymentScreen.selectedPaymentlineHas("Vouchers", "60.00"),
            PaymentScreen.clickRetryButton(),
            Dialog.confirm("Apply"), // the same code, not used yet
            status("Payment Successful"),
            PaymentScreen.remainingIs("40.00"),
            // Given back, taken again with the next code.
            reverse(),
            status("Payment reversed"),
            PaymentScreen.clickPaymentMethod("Vouchers"),
            showSameCode(),
            Dialog.bodyIs("has been used"),
            Dialog.confirm("Ok"),
            PaymentScreen.clickRetryButton(),
            showNextCode(),
            Dialog.bodyIs("60.00"),
            Dialog.confirm("Ok"),
            PaymentScreen.clickRetryButton(),
            Dialog.confirm("Apply"),
            status("Payment Successful"),
            PaymentScreen.clickPaymentMethod("Cash"),
            PaymentScreen.selectedPaymentlineHas("Cash", "40.00"),
            PaymentScreen.clickValidate(),
            ReceiptScreen.isShown(),
            ReceiptScreen.paymentLineContains("Vouchers", "60.00"),
            ReceiptScreen.clickNextOrder(),
            // The tea comes back: vouchers as vouchers, money as money.
            ...ProductScreen.clickRefund(),
            TicketScreen.selectOrder("001"),
            ProductScreen.clickNumpad("1"),
            TicketScreen.toRefundTextContains("To Refund: 1"),
            TicketScreen.confirmRefund(),
            PaymentScreen.isShown(),
            PaymentScreen.clickPaymentMethod("Vouchers"),
            PaymentScreen.clickRefundButton(),
            Dialog.bodyIs("60.00"),
            Dialog.confirm("Ok"),
            PaymentScreen.clickRetryButton(),
            status("Refund Successful"),
            PaymentScreen.clickPaymentMethod("Cash"),
            PaymentScreen.clickValidate(),
            ReceiptScreen.isShown(),
            ReceiptScreen.clickNextOrder(),
            Chrome.endTour(),
        ].flat(),
});

/** The hold runs out before the order is paid: the server refuses, the cashier takes cash. */
registry.category("web_tour.tours").add("voucher_runs_out_at_the_till", {
    steps: () =>
        [
            holdVouchersOfLiMei(),
            {
                content: "let the time run out",
                trigger: ".payment-screen",
                run: () =>
                    posmodel.data.call("pos.payment.method", "voucher_release", [
                        [posmodel.getOrder().payment_ids[0].payment_method_id.id],
                        posmodel.session.id,
                        posmodel.getOrder().payment_ids[0].uuid,
                    ]),
            },
            PaymentScreen.clickValidate(),
            Dialog.bodyIs("ran out"),
            Dialog.confirm("Ok"),
            status("Transaction cancelled"),
            PaymentScreen.clickPaymentlineDelButton("Vouchers", "100.00"),
            PaymentScreen.clickPaymentMethod("Cash"),
            PaymentScreen.clickValidate(),
            ReceiptScreen.isShown(),
            ReceiptScreen.clickNextOrder(),
            Chrome.endTour(),
        ].flat(),
});

const setOffline = (offline) => ({
    content: offline ? "the connection is lost" : "the connection is back",
    trigger: "body",
    run: () => {
        posmodel.data.network.offline = offline;
    },
});

/** Without connection vouchers are neither taken nor is an order with vouchers finished. */
registry.category("web_tour.tours").add("voucher_offline_at_the_till", {
    steps: () =>
        [
            sellToLiMei(),
            setOffline(true),
            PaymentScreen.clickPaymentMethod("Vouchers"),
            Dialog.bodyIs("need a connection"),
            Dialog.confirm("Ok"),
            setOffline(false),
            PaymentScreen.clickRetryButton(),
            showCode(),
            status("Payment Successful"),
            setOffline(true),
            PaymentScreen.clickValidate(),
            Dialog.bodyIs("cannot be finished without a connection"),
            Dialog.confirm("Ok"),
            PaymentScreen.isShown(),
            setOffline(false),
            PaymentScreen.clickRetryButton(),
            Dialog.confirm("Apply"), // the hold is found again
            status("Payment Successful"),
            PaymentScreen.clickValidate(),
            ReceiptScreen.isShown(),
            ReceiptScreen.clickNextOrder(),
            Chrome.endTour(),
        ].flat(),
});

/** The order is paid, but the answer does not come: vouchers are not removed, and no cash is taken besides. */
registry.category("web_tour.tours").add("voucher_answer_lost_at_the_till", {
    steps: () =>
        [
            holdVouchersOfLiMei(),
            {
                content: "the next answer to an order gets lost",
                trigger: ".payment-screen",
                run: () => {
                    const call = posmodel.data.call;
                    posmodel.data.call = async function (model, method) {
                        const answer = await call.apply(this, arguments);
                        if (method === "sync_from_ui") {
                            posmodel.data.call = call;
                            throw new ConnectionLostError("/lost");
                        }
                        return answer;
                    };
                },
            },
            PaymentScreen.clickValidate(),
            Dialog.bodyIs("cannot be finished without a connection"),
            Dialog.confirm("Ok"),
            status("Transaction cancelled"),
            PaymentScreen.clickPaymentlineDelButton("Vouchers", "100.00"),
            Dialog.bodyIs("have paid an order already"),
            Dialog.confirm("Ok"),
            status("Transaction cancelled"),
            PaymentScreen.clickPaymentMethod("Cash"),
            Dialog.bodyIs("already an electronic payment in progress"),
            Dialog.confirm("Ok"),
            PaymentScreen.clickRetryButton(),
            Dialog.confirm("Apply"), // they are found again
            status("Payment Successful"),
            PaymentScreen.clickValidate(),
            ReceiptScreen.isShown(),
            ReceiptScreen.clickNextOrder(),
            Chrome.endTour(),
        ].flat(),
});

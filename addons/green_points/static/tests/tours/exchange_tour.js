/** Points for a service: offered by a merchant on the phone, booked by a shopper, provided for the code. */

import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const fill = (name, value) => ({
    content: name,
    trigger: `#service_form [name='${name}']`,
    run: `edit ${value}`,
});

const go = (content, trigger) => ({ content, trigger, run: "click", expectUnloadPage: true });

tours.add("exchange_offer", {
    steps: () => [
        go("services of my store", "a[href='/my/store/services']"),
        { content: "nothing yet", trigger: "#store_services_empty" },
        go("a new one", "a[href='/my/store/services/new']"),
        fill("name_en_US", "Noodle class for two"),
        fill("description_en_US", "Pull your own noodles with our chef, two hours."),
        fill("points", "40"),
        fill("capacity", "6"),
        go("offer", "#service_form button[type='submit']"),
        { content: "offered", trigger: "[name='store_offer']:contains('Noodle class for two') .text-bg-success" },
    ],
});

tours.add("exchange_shopper", {
    steps: () => [
        go("what there is for points", "a[href='/alliance/services']"),
        go("the class", "[name='service']:contains('Noodle class for two')"),
        go("exchange", "#points_service a.btn-primary"),
        { content: "what is given up", trigger: "#given_up li:contains('36.00')" },
        { content: "agreed", trigger: "#agreed", run: "click" },
        go("do it", "#confirm_exchange button[type='submit']"),
        { content: "the code", trigger: "#booking_code .font-monospace" },
    ],
});

tours.add("exchange_provide", {
    steps: () => [
        {
            content: "the shopper has told the code: the test puts it into the address",
            trigger: "[name='store_booking'] input[name='code']",
            run: ({ anchor }) => {
                anchor.value = location.hash.slice(1);
            },
        },
        go("provided", "[name='store_booking'] form[action$='/provide'] button"),
        { content: "done", trigger: "#service_done:contains('Noodle class for two')" },
        { content: "in the list", trigger: "#services_provided:contains('Noodle class for two')" },
    ],
});

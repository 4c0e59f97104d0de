/** The owner invites a cashier on the phone; the cashier accepts, sees its store, and nothing once it is ended. */

import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const press = (content, trigger) => ({ content, trigger, run: "click", expectUnloadPage: true });

tours.add("staff_owner_invites", {
    steps: () => [
        press("to the staff", "#my_store a[href='/my/store/staff']"),
        { content: "nobody yet", trigger: "#my_staff_empty" },
        { content: "name", trigger: "#staff_form #name", run: "edit Chen Jie" },
        { content: "number", trigger: "#staff_form #login", run: "edit +86 138 0013 8003" },
        { content: "one store", trigger: "#staff_form label:contains('Market East')", run: "click" },
        press("invite without rights", "#staff_form button[type='submit']"),
        { content: "what is missing", trigger: "#staff_error:contains('Rights')" },
        { content: "nothing is lost", trigger: "#staff_form #name:value(Chen Jie)" },
        { content: "sees sales", trigger: "#staff_form #may_sales", run: "click" },
        { content: "serves", trigger: "#staff_form #may_serve", run: "click" },
        press("invite", "#staff_form button[type='submit']"),
        { content: "a code to scan", trigger: "#staff_invitation img" },
    ],
});

tours.add("staff_accepts", {
    steps: () => [
        { content: "a password of one's own", trigger: "input[name='password']", run: "edit chenjie-secret-1" },
        { content: "once more", trigger: "input[name='confirm_password']", run: "edit chenjie-secret-1" },
        press("sign up", "button[type='submit']:contains('Sign up')"),
        press("accept", "[name='work_invitation'] button:contains('Accept')"),
        { content: "today's sales of the store", trigger: "#my_work_figures:contains('Market East'):contains('88.00')" },
        { content: "not of the other", trigger: "#my_work:not(:contains('Market West'))" },
    ],
});

tours.add("staff_serves", {
    steps: () => [
        press("payments", "#my_work_links a[href='/my/store/payments']"),
        { content: "the sign of its store alone", trigger: "#scan_desk:contains('Market East'):not(:contains('Market West'))" },
    ],
});

tours.add("staff_owner_ends", {
    steps: () => [
        { content: "active", trigger: "#staff_state:contains('Active')" },
        press("end", "#staff_end button"),
        { content: "ended", trigger: "#staff_state:contains('Ended')" },
        { content: "and written down", trigger: "#staff_history:contains('Ended')" },
    ],
});

tours.add("staff_sees_nothing", {
    steps: () => [{ content: "nothing", trigger: "#my_work_empty" }],
});

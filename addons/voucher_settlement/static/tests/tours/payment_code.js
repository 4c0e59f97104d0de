/** The shopper's screen, as the tests know it: payment codes made from a secret that the test has set. */

const NUMBER = "0123456789";
const SECRET = new TextEncoder().encode("twenty bytes secret!");
const STEP = 30;
const SLOW = 1000 * (STEP + 10);
const shown = { step: 0 };

const getStep = () => Math.floor(Date.now() / 1000 / STEP);
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** RFC 6238 with SHA-1 and six digits, written independently of the server's. */
async function getPaymentCode(step) {
    const key = await crypto.subtle.importKey("raw", SECRET, { name: "HMAC", hash: "SHA-1" }, false, ["sign"]);
    const counter = new DataView(new ArrayBuffer(8));
    counter.setUint32(4, step);
    const mac = new DataView(await crypto.subtle.sign("HMAC", key, counter.buffer));
    const value = (mac.getUint32(mac.getUint8(19) & 15) & 0x7fffffff) % 1000000;
    return NUMBER + String(value).padStart(6, "0");
}

const scan = (getShownStep) => [
    {
        content: "the shopper's code is scanned",
        trigger: ".modal .modal-header:contains('payment code')",
    },
    {
        content: "16 digits",
        trigger: ".modal textarea",
        timeout: SLOW,
        run: async (helpers) => {
            shown.step = await getShownStep();
            await helpers.edit(await getPaymentCode(shown.step));
        },
    },
    { content: "apply", trigger: ".modal .modal-footer .btn-primary", run: "click" },
];

/** The till asks for the code, and the one on the screen is shown: it works for 30 seconds more at least. */
export const showCode = () => scan(getStep);

/** The code that was shown before, whatever the time is now. */
export const showSameCode = () => scan(() => shown.step);

/** A code pays once: the shopper waits for the next. */
export const showNextCode = () =>
    scan(async () => {
        while (getStep() === shown.step) {
            await wait(500);
        }
        return getStep();
    });

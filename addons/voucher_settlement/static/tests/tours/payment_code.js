/** The shopper's screen, as the tests know it: payment codes made from a secret that the test has set. */

const NUMBER = "0123456789";
const SECRET = new TextEncoder().encode("twenty bytes secret!");
const STEP = 30;

/** RFC 6238 with SHA-1 and six digits, written independently of the server's. */
export async function getPaymentCode(stepsAgo = 0) {
    const key = await crypto.subtle.importKey("raw", SECRET, { name: "HMAC", hash: "SHA-1" }, false, ["sign"]);
    const counter = new DataView(new ArrayBuffer(8));
    counter.setUint32(4, Math.floor(Date.now() / 1000 / STEP) - stepsAgo);
    const mac = new DataView(await crypto.subtle.sign("HMAC", key, counter.buffer));
    const value = (mac.getUint32(mac.getUint8(19) & 15) & 0x7fffffff) % 1000000;
    return NUMBER + String(value).padStart(6, "0");
}

/** The till asks for the code; a code pays once, so that an earlier step's is shown first. */
export const showCode = (stepsAgo = 0) => [
    {
        content: "the shopper's code is scanned",
        trigger: ".modal .modal-header:contains('payment code')",
    },
    {
        content: "16 digits",
        trigger: ".modal textarea",
        run: async (helpers) => helpers.edit(await getPaymentCode(stepsAgo)),
    },
    { content: "apply", trigger: ".modal .modal-footer .btn-primary", run: "click" },
];

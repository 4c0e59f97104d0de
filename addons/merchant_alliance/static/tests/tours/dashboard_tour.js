/** A merchant looks at the figures of its shops on a phone. */

import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("store_dashboard", {
    steps: () => [
        { content: "to the figures", trigger: "#my_store a[href='/my/store/dashboard']", run: "click", expectUnloadPage: true },
        { content: "sales of 30 days", trigger: "[data-card='cash']:contains('1,000.00')" },
        { content: "drawn", trigger: "[data-chart-name='sales'] .o_alliance_chart:not(.d-none) canvas" },
        { content: "in figures, too", trigger: "[data-chart-name='sales'] summary", run: "click" },
        { content: "a row of the table", trigger: "[data-chart-name='sales'] details[open] td:contains('600.00')" },
        { content: "put away", trigger: "[data-chart-name='sales'] summary", run: "click" },
        { content: "of today", trigger: "[data-range='day']", run: "click", expectUnloadPage: true },
        { content: "sales of today", trigger: "[data-card='cash']:contains('600.00')" },
        { content: "of the period", trigger: "[data-range='period']", run: "click", expectUnloadPage: true },
        { content: "is chosen", trigger: "[data-range='period'].btn-primary" },
        { content: "new against returning", trigger: "[data-chart-name='shoppers'] .o_alliance_chart:not(.d-none) canvas" },
    ],
});

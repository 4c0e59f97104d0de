/** Steps that every tour of the backend begins with. */

import { stepUtils } from "@web_tour/tour_utils";

/** From any page to a menu of the platform. */
export const openMenu = (section, item) => [
    stepUtils.showAppsMenuItem(),
    {
        content: "the platform's app",
        trigger: ".o_app[data-menu-xmlid='merchant_alliance.menu_root']",
        run: "click",
    },
    { content: "the section", trigger: `button[data-menu-xmlid='${section}']`, run: "click" },
    { content: "the item", trigger: `.o-dropdown-item[data-menu-xmlid='${item}']`, run: "click" },
];

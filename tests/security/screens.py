"""Whatever a menu of the platform shows to a role, that role can open: list, form, and all that they ask for."""

from lxml import etree

from odoo.exceptions import AccessError

from tests.support.roles import OUTSIDERS, ROLES
from tests.support.surface import SUITE

INSIDERS = [role for role in ROLES if role not in OUTSIDERS]


class Screens:
    def test_every_screen_opens(self):
        seen, broken = 0, []
        for role in INSIDERS:
            env = self.env(user=self.users[role])
            for menu, action in self._get_screens(env):
                for view_type in set(action.view_mode.split(",")) & {"list", "kanban", "form"}:
                    seen += 1
                    try:
                        self._open(env, action, view_type)
                    except AccessError as error:
                        broken.append(f"{role}: {menu}, {view_type}: {str(error).splitlines()[:2]}")
        self.assertFalse(broken, "\n".join(broken))
        self.assertGreater(seen, 100)

    def _get_screens(self, env):
        """Yield ``(xmlid of the menu, window action)`` of the platform's menus that the user sees."""
        menus = env["ir.ui.menu"].load_web_menus(False)
        for menu in menus.values():
            if (menu.get("xmlid") or "").split(".")[0] in SUITE and menu["actionModel"] == "ir.actions.act_window":
                # The server gives the web client actions with its own rights, too.
                yield menu["xmlid"], self.env["ir.actions.act_window"].browse(menu["actionID"])

    def _open(self, env, action, view_type):
        """Ask for what the web client asks for when it opens the view.

        :raises AccessError: where the user may not see something that the view shows
        """
        model = env[action.res_model]
        view_ids = {view_type: view_id for view_id, view_type in action.views}
        views = model.get_views([(view_ids.get(view_type), view_type), (False, "search")])["views"]
        specification = self._get_specification(model, etree.fromstring(views[view_type]["arch"]))
        if view_type == "form":
            model.search([], limit=1).web_read(specification)
        else:
            model.web_search_read([], specification, limit=80)

    def _get_specification(self, model, arch) -> dict:
        """Return what of the records a view shows, as the web client asks for it."""
        specification = {}
        for node in arch.xpath(".//field[not(ancestor::field)]"):
            field = model._fields[node.get("name")]
            fields = {}
            if field.type in ("one2many", "many2many"):
                for view in node:
                    # A document of its own, so that its fields have no field above them.
                    fields |= self._get_specification(
                        model.env[field.comodel_name], etree.fromstring(etree.tostring(view)))
            if field.type == "many2one" or fields:
                fields.setdefault("display_name", {})
            specification[field.name] = {"fields": fields} if field.relational else {}
        return specification

"""What of the suite can be reached from outside, found in the running system.

Nothing here is a list of names: what an addon adds tomorrow is part of it at once.
"""

import functools
import threading

from odoo.exceptions import AccessError
from odoo.service.model import get_public_method

SUITE = ("merchant_alliance", "green_points", "voucher_settlement", "risk_controls")
PREFIXES = tuple(f"odoo.addons.{name}." for name in SUITE)
# Models of Odoo through which our money passes: all their public methods count, not only our own.
MONEY_MODELS = ("pos.order", "pos.payment", "pos.payment.method", "sale.order", "payment.transaction")
# Methods of every model that only read. Whatever else Odoo's base model offers may write.
READERS = {
    "check_access_rights", "check_access_rule", "check_field_access_rights", "copy_data", "default_get",
    "export_data", "fields_get", "formatted_read_group", "formatted_read_grouping_sets", "get_base_url",
    "get_empty_list_help", "get_external_id", "get_field_translations", "get_formview_action", "get_formview_id",
    "get_import_templates", "get_metadata", "get_property_definition", "get_view", "get_views", "get_website_meta",
    "has_access", "is_transient", "mail_allowed_qweb_expressions", "mail_get_partner_fields", "name_search", "read",
    "read_group", "read_progress_bar", "search", "search_count", "search_panel_select_multi_range",
    "search_panel_select_range", "search_read", "view_header_get", "web_name_search", "web_read", "web_read_group",
    "web_search_read",
}


def get_own_models(env) -> list[str]:
    """Return the models that the suite defines."""
    return sorted(name for name in env if env[name]._original_module in SUITE)


def get_extended_models(env) -> list[str]:
    """Return the models of others that the suite extends."""
    return sorted(
        name for name in env if env[name]._original_module not in SUITE and any(map(_is_ours, _classes(env[name]))))


def get_public_methods(model) -> set[str]:
    """Return the names that a remote call on the model may use, by Odoo's own judgement."""
    names = set()
    for name in dir(type(model)):
        try:
            if not name.startswith("_") and get_public_method(model, name):
                names.add(name)
        except (AccessError, AttributeError):
            continue
    return names


def get_generic_methods(env) -> set[str]:
    """Return the public methods that every model has."""
    return get_public_methods(env["base"])


def get_attack_surface(env) -> dict[str, list[str]]:
    """Return ``{model: methods}``: all that could change something of the suite when called remotely.

    Of our models: every public method but those of Odoo's base model that only read. Of the models
    through which money passes: the same. Of the other models that we extend: the writing ones of
    the base model, and whatever our own classes define.
    """
    own, generic = get_own_models(env), get_generic_methods(env)
    surface = {}
    for name in dict.fromkeys([*own, *MONEY_MODELS, *get_extended_models(env)]):
        model = env[name]
        public = get_public_methods(model)
        ours = {method for method in public if any(method in vars(cls) for cls in _classes(model) if _is_ours(cls))}
        specific = public - generic if name in own or name in MONEY_MODELS else set()
        surface[name] = sorted((generic & public - READERS) | ours | specific)
    return surface


def get_routes(env) -> list:
    """Return the HTTP routing rules whose endpoint the suite defines or overrides."""
    threading.current_thread().dbname = env.cr.dbname  # where the routing map looks for its database
    return sorted(filter(_is_our_route, env["ir.http"].routing_map().iter_rules()), key=lambda rule: rule.rule)


def _is_our_route(rule) -> bool:
    endpoint = rule.endpoint
    method = endpoint.func if isinstance(endpoint, functools.partial) else endpoint
    classes = type(getattr(method, "__self__", None)).mro()
    return any(_is_ours(cls) and method.__name__ in vars(cls) for cls in classes)


def _classes(model) -> tuple:
    return type(model)._model_classes__


def _is_ours(cls) -> bool:
    return cls.__module__.startswith(PREFIXES)

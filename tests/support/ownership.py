"""Whose a record is: found by following its fields, never by a list of names."""

from collections import deque

from .surface import get_own_models

HOPS = 4
# Model -> the logins that see a record though nothing leads from it to their contacts: staff, their stores.
WORKERS = {
    "alliance.staff": lambda staff: staff.user_id if staff.state != "ended" else staff.user_id.browse(),
    "alliance.store": lambda store: store.staff_ids.filtered(lambda staff: staff.state == "active").user_id,
}


def get_owner_paths(env, model: str) -> list[str]:
    """Return the dotted paths of many2one fields from a model of ours to a contact.

    Only our own models and ``res.partner`` are gone through: who wrote a record, or its company, owns nothing.
    """
    own = {*get_own_models(env), "res.partner"}
    paths, queue, seen = [], deque([(model, ())]), {model}
    while queue:
        name, path = queue.popleft()
        if name == "res.partner":
            paths.append(".".join(path) or "id")
            continue
        for field in env[name]._fields.values():
            target = field.comodel_name
            if field.type != "many2one" or not field.store or target not in own or len(path) >= HOPS:
                continue
            if target == "res.partner" or target not in seen:
                seen.add(target)
                queue.append((target, (*path, field.name)))
    return paths


def get_owners(records) -> dict[int, set[int]]:
    """Return ``{id: ids of the commercial entities and contacts that a record is about}``; sudo."""
    records = records.sudo()
    paths = get_owner_paths(records.env, records._name)
    owners = {}
    for record in records:
        partners = records.env["res.partner"]
        for path in paths:
            partners |= record if path == "id" else record.mapped(path)
        owners[record.id] = {*partners.ids, *partners.commercial_partner_id.ids}
        if workers := WORKERS.get(records._name):
            owners[record.id] |= set(workers(record).partner_id.ids)
    return owners


def is_owner(user, owners: set[int]) -> bool:
    """Tell whether a user logs in for one of the contacts."""
    partner = user.sudo().partner_id
    return bool({partner.id, partner.commercial_partner_id.id} & owners)

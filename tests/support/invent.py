"""Arguments that somebody would invent who wants value for nothing."""

import inspect
import uuid
from datetime import date

TEMPTING_STATES = (
    "active", "funded", "paid", "done", "settled", "approved", "captured", "released", "closed", "sale", "release",
    "grant", "credit", "topup", "earn", "own_mall", "voucher")


class Inventor:
    """Makes up arguments for any method from its signature, in favour of ``partner``.

    :param float amount: what every amount becomes
    """

    def __init__(self, env, partner, amount: float, **known) -> None:
        self.env = env(user=1, su=True)
        self.partner = partner
        self.amount = amount
        self.known = known  # name of a parameter -> a value that fits, e.g. an open session
        self.records = {}  # model -> the record that is named in invented values

    def make_arguments(self, model, method: str, count: int = 1) -> list:
        """Return positional arguments for a method, without the records that it is called on."""
        signature = inspect.signature(getattr(type(model), method))
        parameters = list(signature.parameters.values())[1:]
        return [self._make_argument(parameter, model, method, count) for parameter in parameters
                if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)]

    def make_values(self, model, depth: int = 1) -> dict:
        """Return values for every stored field of a model, the read-only ones too."""
        values = {}
        for field in model._fields.values():
            if not field.store or field.name in ("id", "create_uid", "create_date", "write_uid", "write_date"):
                continue
            if field.type == "one2many" and not (depth and self._is_money(field)):
                continue
            values[field.name] = self.make_value(model, field, depth)
        return {name: value for name, value in values.items() if value is not None}

    def make_value(self, model, field, depth: int = 1):
        """Return an invented value of one field, or None."""
        if field.type == "selection":
            options = field.get_values(model.env)
            return next((state for state in TEMPTING_STATES if state in options), options and options[-1])
        if field.type == "one2many":
            comodel = self.env[field.comodel_name]
            return [(0, 0, {name: value for name, value in self.make_values(comodel, depth=0).items()
                            if name != field.inverse_name})]
        makers = {
            "float": lambda: self.amount, "monetary": lambda: self.amount, "integer": lambda: int(self.amount),
            "boolean": lambda: True, "many2one": lambda: self._get_record(field.comodel_name),
            "date": lambda: date.today().isoformat(), "datetime": lambda: f"{date.today()} 12:00:00",
            **dict.fromkeys(("char", "text", "html"), lambda: f"invented {uuid.uuid4()}"),
        }
        return makers.get(field.type, lambda: None)()

    def _is_money(self, field) -> bool:
        return any(line.type == "monetary" for line in self.env[field.comodel_name]._fields.values())

    def _get_record(self, name):
        if name not in self.records:
            self.records[name] = self._find_record(name)
        return self.records[name]

    def _find_record(self, name):
        if name == "res.partner":
            return self.partner.id
        records = self.env[name].with_context(active_test=False)
        mine = "partner_id" in records._fields and records.search([("partner_id", "=", self.partner.id)], limit=1) \
            if records._fields.get("partner_id") and records._fields["partner_id"].store else None
        return (mine or records.search([], limit=1)).id or None

    def _make_argument(self, parameter, model, method: str, count: int):
        name, default = parameter.name, parameter.default
        makers = {
            "vals_list": lambda: [self.make_values(model) for _number in range(count)],
            "vals": lambda: self.make_values(model), "values": lambda: self.make_values(model),
            "default": lambda: self.make_values(model),
            "fields": lambda: ["id", *self._get_loadable(model)],
            "data": lambda: [["", *map(str, self._get_loadable(model).values())] if method == "load" else {}],
            "fields_spec": lambda: {field: {} for field in model._fields},
            "specification": lambda: {"id": {}},
            "field_names": lambda: [field for field, value in self.make_values(model, 0).items()],
            "domain": list,
        }
        if name in self.known:
            return self.known[name]
        if name in makers:
            return makers[name]()
        if default is not parameter.empty and isinstance(default, (bool, int, float)):
            return type(default)(self.amount)
        return self._guess(name)

    def _guess(self, name: str):
        """Return what the name of a parameter asks for."""
        if any(word in name for word in ("amount", "cents", "price", "qty", "quantity", "limit")):
            return self.amount
        if name.endswith("ids"):
            return [self.partner.id]
        if name.endswith("_id"):
            return self.partner.id
        is_key = any(word in name for word in ("uuid", "key", "token"))
        return str(uuid.uuid4()) if is_key else f"invented {name}"

    def _get_loadable(self, model) -> dict:
        """Return values that an import file can hold."""
        return {name: value for name, value in self.make_values(model, depth=0).items()
                if isinstance(value, (int, float, str)) and model._fields[name].type != "many2one"}

"""Reads and writes ISO 20022 messages with the classes of ``pyiso20022``, which are made from the published schemas."""

import importlib
import re

from lxml import etree

from odoo.tools import LazyTranslate

from .file_error import FileError
from .iso20022_check import find_errors

_lt = LazyTranslate(__name__, default_lang="en_US")
_NAMESPACE = re.compile(
    r"urn:iso:std:iso:20022:tech:xsd:(?P<area>[a-z]{4})\.(?P<message>\d{3})\.(?P<variant>\d{3})\.(?P<version>\d{2})")
MAX_BYTES = 20_000_000


def get_module(area, message, version, variant="001"):
    """Return the module with the classes of a message, such as ``("pain", "001", "09")``.

    :raise FileError: the library does not know this version
    """
    name = f"{area}_{message}_{variant}_{version}"
    try:
        # only loaded when used: some are large
        return importlib.import_module(f"pyiso20022.{area}.{name}.{name}")
    except ModuleNotFoundError as error:
        raise FileError(_lt("%s is not supported", name.replace("_", "."))) from error


def parse(content, area, message):
    """Return the message in ``content`` (bytes) as an object of the library's class for its version.

    Entities, document types and external references are refused: the file comes from outside.

    :raise FileError: not such a message, or not as its schema says
    """
    from xsdata.exceptions import ConverterError, ParserError
    from xsdata.formats.dataclass.parsers import XmlParser
    from xsdata.formats.dataclass.parsers.config import ParserConfig
    from xsdata.formats.dataclass.parsers.handlers import LxmlEventHandler

    if len(content) > MAX_BYTES:
        raise FileError(_lt("more than %s MB", MAX_BYTES // 1_000_000))
    try:
        root = etree.fromstring(content, etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True))
    except etree.XMLSyntaxError as error:
        raise FileError(_lt("no well-formed XML: %s", str(error))) from error
    if root.getroottree().docinfo.doctype:
        raise FileError(_lt("a document type is not allowed"))
    found = _NAMESPACE.fullmatch(etree.QName(root).namespace or "")
    if not found or (found["area"], found["message"]) != (area, message):
        raise FileError(_lt("it must be %(wanted)s, not %(given)s", wanted=f"{area}.{message}",
                            given=etree.QName(root).namespace or root.tag))
    module = get_module(area, message, found["version"], found["variant"])
    config = ParserConfig(fail_on_unknown_properties=True, fail_on_converter_warnings=True)
    try:
        document = XmlParser(config=config, handler=LxmlEventHandler).parse(root, module.Document)
    except (ParserError, ConverterError, ValueError, TypeError) as error:
        raise FileError(str(error)) from error
    if errors := find_errors(document):
        raise FileError(*errors[:5])
    # a document has one message
    return next(value for value in vars(document).values() if value is not None)


def write(document):
    """Return ``document`` as XML (bytes), after checking it against what the schema says.

    :raise FileError: names each field that breaks a rule
    """
    from xsdata.formats.dataclass.serializers import XmlSerializer
    from xsdata.formats.dataclass.serializers.config import SerializerConfig

    if errors := find_errors(document):
        raise FileError(*errors)
    text = XmlSerializer(config=SerializerConfig(indent="  ")).render(
        document, ns_map={None: document.Meta.namespace})
    return text.encode()

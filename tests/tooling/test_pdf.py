"""The pinned packages make the documents that Odoo sends with its mails."""

import io

from odoo.tools.pdf import OdooPdfFileReader, OdooPdfFileWriter, PdfWriter


def test_a_document_is_copied_with_an_attachment():
    writer = PdfWriter()
    writer.add_blank_page(width=100, height=100)
    source = io.BytesIO()
    writer.write(source)
    copy = OdooPdfFileWriter()
    copy.cloneReaderDocumentRoot(OdooPdfFileReader(source, strict=False))
    copy.addAttachment("note.txt", b"vouchers are a means of payment")
    result = io.BytesIO()
    copy.write(result)
    [(name, content)] = OdooPdfFileReader(io.BytesIO(result.getvalue())).getAttachments()
    assert (name, content) == ("note.txt", b"vouchers are a means of payment")

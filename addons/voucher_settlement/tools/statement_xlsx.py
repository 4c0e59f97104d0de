"""A merchant's statement as an XLSX workbook: the accounts, and every line."""

import io

import xlsxwriter


def build(title, accounts, header, lines, decimals):
    """Return the workbook (bytes).

    Texts are written as texts, whatever they begin with: no cell becomes a formula.

    :param str title: first row of the first sheet
    :param list accounts: ``(label, amount or None)``; without an amount it is a heading
    :param list header: names of the columns of the second sheet
    :param list lines: rows for them: dates, texts, numbers or None
    :param int decimals: of amounts
    """
    output = io.BytesIO()
    with xlsxwriter.Workbook(output, {
            "in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False,
            "strings_to_urls": False}) as book:
        bold = book.add_format({"bold": True})
        money = book.add_format({"num_format": "#,##0" + ("." + "0" * decimals if decimals else "")})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        summary, detail = book.add_worksheet("1"), book.add_worksheet("2")
        summary.set_column(0, 0, 40)
        summary.set_column(1, 1, 18)
        summary.write_string(0, 0, title, bold)
        for number, (label, amount) in enumerate(accounts, start=2):
            summary.write_string(number, 0, label, bold if amount is None else None)
            if amount is not None:
                summary.write_number(number, 1, amount, money)
        detail.set_column(0, len(header) - 1, 16)
        detail.freeze_panes(1, 0)
        for column, name in enumerate(header):
            detail.write_string(0, column, name, bold)
        for number, line in enumerate(lines, start=1):
            for column, value in enumerate(line):
                if isinstance(value, str):
                    detail.write_string(number, column, value)
                elif isinstance(value, float):
                    detail.write_number(number, column, value, money)
                elif value is not None:
                    detail.write_datetime(number, column, value, day)
    return output.getvalue()

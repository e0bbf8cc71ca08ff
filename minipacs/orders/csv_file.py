"""Orders as a table: a header row of DICOM keywords, a row a step. Comma, semicolon or tab between the columns."""

from __future__ import annotations

import csv
import io

from minipacs.orders.errors import BadOrderFile
from minipacs.orders.flat import KEYWORDS
from minipacs.orders.formats import Record, order_format


@order_format("csv", ".csv", ".tsv", ".txt")
def read(text: str, name: str) -> list[Record]:
    """The records of a table; empty rows are passed over."""
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records: list[Record] = []
    mistakes: list[str] = []
    try:
        header = [cell.strip() for cell in next(rows, [])]
        _check_header(header, name)
        for row in rows:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            place = f"line {rows.line_num}"
            if len(cells) > len(header):
                mistakes.append(
                    f"{place}: {len(cells)} cells under {len(header)} headings; a cell with "
                    f"{'a comma' if delimiter == ',' else 'the separator'} needs quotes"
                )
            flat = {key: cell for key, cell in zip(header, cells, strict=False) if cell}
            records.append(Record(place, flat))
    except csv.Error as problem:
        raise BadOrderFile(name, [f"line {rows.line_num}: {problem}"]) from None
    if mistakes:
        raise BadOrderFile(name, mistakes)
    return records


def _check_header(header: list[str], name: str) -> None:
    if not any(header):
        raise BadOrderFile(name, ["line 1: the header row of DICOM keywords is missing"])
    if not set(header) & set(KEYWORDS):
        why = "line 1: the first row must hold DICOM keywords such as PatientID, PatientName, Modality"
        raise BadOrderFile(name, [why])
    twice = sorted({one for one in header if one and header.count(one) > 1})
    if twice:
        raise BadOrderFile(name, [f"line 1: {one} is there twice" for one in twice])

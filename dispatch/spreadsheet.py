"""A table as spreadsheets open it: UTF-8 with a byte order mark, by which they know Chinese for what it is."""

import csv
import io
from collections.abc import Iterable, Sequence

BOM = "\ufeff"


def spreadsheet(rows: Iterable[Sequence[str]]) -> bytes:
    """The rows as CSV, the heads first."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return (BOM + out.getvalue()).encode()

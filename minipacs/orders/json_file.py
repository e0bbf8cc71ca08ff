"""Orders as JSON: a list of flat objects, one a step, or a single one."""

from __future__ import annotations

import json

from minipacs.orders.errors import BadOrderFile
from minipacs.orders.formats import Record, order_format


@order_format("json", ".json")
def read(text: str, name: str) -> list[Record]:
    """The records of a JSON text."""
    try:
        content = json.loads(text)
    except json.JSONDecodeError as problem:
        why = f"line {problem.lineno}, column {problem.colno}: {problem.msg}"
        raise BadOrderFile(name, [f"it is not JSON: {why}"]) from None
    except RecursionError:
        raise BadOrderFile(name, ["it is nested too deeply"]) from None
    entries = [content] if isinstance(content, dict) else content
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise BadOrderFile(name, ["it must be a list of objects, one a step"])
    return [Record(f"entry {number}", one) for number, one in enumerate(entries, start=1)]

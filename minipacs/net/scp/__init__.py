"""One file per service that others may ask of us. Each registers itself; none knows of another."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Iterable

from minipacs.net.service import Node, Service, ServiceRegistry

provides = ServiceRegistry()
"""The services of this folder; `@provides.add(name)` on the class of each."""


@functools.cache
def names() -> tuple[str, ...]:
    """The names of all services, found by the files in this folder."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    provides.freeze()
    return tuple(provides)


def build(node: Node, wanted: Iterable[str] | None = None) -> tuple[Service, ...]:
    """All services of a node, or those that are wanted."""
    return tuple(
        provides.build(name, node) for name in names() if wanted is None or name in set(wanted)
    )

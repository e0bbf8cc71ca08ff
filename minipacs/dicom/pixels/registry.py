"""Which families of transfer syntaxes there are: found in this folder, one a file, then frozen."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from minipacs.dicom import pixels
from minipacs.dicom.pixels.family import MARK, Family


@cache
def families() -> Mapping[str, Family]:
    """Every family by its name.

    Raises:
        ValueError: two have the same name or the same transfer syntax.
    """
    found: dict[str, Family] = {}
    owners: dict[str, str] = {}
    for info in sorted(pkgutil.iter_modules(pixels.__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{pixels.__name__}.{info.name}")
        for make in vars(module).values():
            name = getattr(make, MARK, None)
            if name is None or make.__module__ != module.__name__:
                continue
            family = make()
            if name in found:
                raise ValueError(f"two pixel families are named {name}")
            found[name] = family
            for syntax in family.decodes:
                if syntax in owners:
                    raise ValueError(f"{syntax} belongs to {owners[syntax]} and to {name}")
                owners[syntax] = name
    return MappingProxyType(found)


def family_of(syntax: str) -> Family | None:
    """The family that a transfer syntax belongs to."""
    return next((one for one in families().values() if syntax in one.decodes), None)


def readable() -> tuple[str, ...]:
    """The transfer syntaxes whose pixels can be shown with what is installed now."""
    return tuple(
        syntax
        for family in families().values()
        for syntax in family.decodes
        if family.available(syntax)
    )


def writable() -> tuple[str, ...]:
    """The transfer syntaxes that `transcode` can write."""
    return tuple(syntax for family in families().values() for syntax in family.encodes)

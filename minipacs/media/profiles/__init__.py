"""Application profiles of PS3.11: what a file-set of a kind may hold. One file per profile."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType

from minipacs.media.errors import BadSelection
from minipacs.media.profiles.base import Profile

__all__ = ["Profile", "profile", "profiles"]


@cache
def profiles() -> Mapping[str, Profile]:
    """All profiles by name.

    Raises:
        ValueError: two modules give the same name.
    """
    found: dict[str, Profile] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda info: info.name):
        if module.name == "base":
            continue
        make: Callable[[], Profile] = importlib.import_module(f"{__name__}.{module.name}").profile
        made = make()
        if made.name in found:
            raise ValueError(f"two profiles are called {made.name}")
        found[made.name] = made
    return MappingProxyType(found)


def profile(name: str) -> Profile:
    """The profile of a name, in any case.

    Raises:
        BadSelection: there is none; the sentence lists those that are.
    """
    found = profiles().get(name.strip().upper())
    if found is None:
        raise BadSelection(f"there is no profile {name!r}; choose one of {', '.join(profiles())}")
    return found

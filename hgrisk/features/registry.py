"""Discovery of feature families: every module of this package with a ``FAMILY``."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import hgrisk.features as package
from hgrisk.errors import ConfigError
from hgrisk.features.spec import Family


@cache
def families() -> dict[str, Family]:
    """Return every feature family by name.

    Returns
    -------
    dict
        Name to family, sorted by name.

    Examples
    --------
    >>> {"context", "household", "prior_violence"} <= set(families())
    True
    """
    modules = [
        importlib.import_module(f"{package.__name__}.{found.name}") for found in pkgutil.iter_modules(package.__path__)
    ]
    known = [module.FAMILY for module in modules if hasattr(module, "FAMILY")]
    return {family.name: family for family in sorted(known, key=lambda family: family.name)}


def find_family(name: str) -> Family:
    """Return one family.

    Parameters
    ----------
    name : str
        Its name.

    Returns
    -------
    Family
        The family.

    Raises
    ------
    ConfigError
        If there is none of that name.
    """
    if name not in families():
        raise ConfigError("A feature family is known", f"{name!r}", f"use one of {', '.join(families())}")
    return families()[name]

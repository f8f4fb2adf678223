"""The rules of tables of numbers: every key once, shares, ratios."""

from __future__ import annotations

from math import inf

from hgrisk.errors import ConfigError


def check_keys(name: str, given: dict[str, float], wanted: tuple[str, ...]) -> None:
    """Refuse a table that does not name every key once.

    Parameters
    ----------
    name : str
        Name of the setting.
    given : dict
        Its value.
    wanted : tuple of str
        The keys it has to have.

    Raises
    ------
    ConfigError
        If a key is absent or unknown.
    """
    if set(given) != set(wanted):
        raise ConfigError(f"{name} names every key once", ", ".join(given) or "none", f"give {', '.join(wanted)}")


def check_shares(name: str, given: dict[str, float]) -> None:
    """Refuse a table that holds anything but shares.

    Parameters
    ----------
    name : str
        Name of the setting.
    given : dict
        Its value.

    Raises
    ------
    ConfigError
        If a number is below 0 or above 1, or none at all.
    """
    for key, value in given.items():
        if not 0 <= value <= 1:
            raise ConfigError(f"{name} lie in [0, 1]", f"{value} for {key}", "give a share")


def check_ratios(name: str, given: dict[str, float]) -> None:
    """Refuse a table that holds a ratio without a logarithm.

    Parameters
    ----------
    name : str
        Name of the setting.
    given : dict
        Its value.

    Raises
    ------
    ConfigError
        If a number is 0 or below, or not finite.
    """
    for key, value in given.items():
        if not 0 < value < inf:
            raise ConfigError(f"{name} are above 0", f"{value} for {key}", "give 1 for no difference")


def check_total(name: str, given: dict[str, float]) -> None:
    """Refuse shares that do not add up to 1.

    Parameters
    ----------
    name : str
        Name of the setting.
    given : dict
        Its value.

    Raises
    ------
    ConfigError
        If they do not, or if one is no share.
    """
    check_shares(name, given)
    total = sum(given.values())
    if abs(total - 1) > 1e-9:
        raise ConfigError(f"{name} adds up to 1", f"{total:.10g}", "rescale the shares")

"""The errors of hgrisk: each states the rule, what was found, and the cure, in one sentence."""

from __future__ import annotations


class HgriskError(ValueError):
    """Base of every error that hgrisk raises on purpose.

    Parameters
    ----------
    rule : str
        What must hold, without a full stop.
    found : str
        The offending value.
    cure : str
        What the reader can do about it.

    Examples
    --------
    >>> str(HgriskError("A horizon is a positive number of days", "-3", "give 183, 365 or 548"))
    'A horizon is a positive number of days, but found -3: give 183, 365 or 548.'
    """

    def __init__(self, rule: str, found: str, cure: str) -> None:
        self.rule = rule
        self.found = found
        self.cure = cure
        super().__init__(f"{rule}, but found {found}: {cure}.")


class DataError(HgriskError):
    """A table, file or array does not meet its rule."""


class ConfigError(HgriskError):
    """A setting in an experiment or mapping file does not meet its rule."""


class FitError(HgriskError):
    """A model cannot be fitted or used on what it was given."""


class ResultError(FitError, AttributeError):
    """A fitted model does not have this result: also an AttributeError, so that displays and ``hasattr`` pass it by."""

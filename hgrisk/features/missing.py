"""What an empty value means, in Dutch: from the English of a feature, part by part."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib import resources

from hgrisk.features.spec import FeatureSpec

_FILLED = re.compile(r"\b\w+_\w+\b|\b\d+\b")
"""What differs between features that say the same: the name of another feature, a number."""

_LATELY = re.compile(r", in the (\d+) days before$")


def with_dutch_missing(spec: FeatureSpec) -> FeatureSpec:
    """Return a spec that says in Dutch too what an empty value means.

    Parameters
    ----------
    spec : FeatureSpec
        A feature; what it says itself in ``missing_nl`` stays.

    Returns
    -------
    FeatureSpec
        With ``missing_nl``; empty where the words are not in ``missing_nl.toml``.
    """
    if spec.missing_nl or not spec.missing:
        return spec
    return replace(spec, missing_nl=dutch_missing(spec.missing))


def dutch_missing(missing: str) -> str:
    """Say in Dutch what an empty value means.

    Parameters
    ----------
    missing : str
        The English; alternatives are parted by ", or".

    Returns
    -------
    str
        The Dutch; an empty text where a part is not known.

    Examples
    --------
    >>> dutch_missing("no earlier report, or its kind is not recorded")
    'geen eerdere melding, of de soort is niet vastgelegd'
    >>> dutch_missing("no handover waits to be accepted, in the 365 days before")
    'geen overdracht wacht op acceptatie, in de 365 dagen ervoor'
    """
    window = _LATELY.search(missing)
    parts = _LATELY.sub("", missing).split(", or ")
    dutch = [_phrase(part) for part in parts]
    if not all(dutch):
        return ""
    return ", of ".join(dutch) + (f", in de {window[1]} dagen ervoor" if window else "")


def _phrase(part: str) -> str:
    known = _words().get(_FILLED.sub("#", part), "")
    filled = iter(_FILLED.findall(part))
    return re.sub("#", lambda _: next(filled), known)


@cache
def _words() -> Mapping[str, str]:
    text = resources.files(__package__).joinpath("missing_nl.toml").read_text(encoding="utf-8")
    return {key: str(value) for key, value in tomllib.loads(text)["parts"].items()}

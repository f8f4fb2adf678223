"""What an empty value means, in Dutch: from the English of a feature, part by part."""

from __future__ import annotations

import re
from dataclasses import replace

from hgrisk.features.spec import FeatureSpec
from hgrisk.words import load_words

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
    known: str = load_words("nl", "hgrisk.features", "missing")["parts"].get(_FILLED.sub("#", part), "")
    filled = iter(_FILLED.findall(part))
    return re.sub("#", lambda _: next(filled), known)

"""Family ``problems``: what assessments asked about and found, with unknown kept apart from no."""

from __future__ import annotations

from hgrisk.features.measures import Count, DaysSince, Distinct, Events, Field, Measure
from hgrisk.features.settings import FeatureSettings
from hgrisk.features.spec import Family, FeatureSpec
from hgrisk.features.wording import Topic

_NAME = "problems"
_SIGNAL = ("signal",)
_YES, _UNKNOWN = (1.0,), (None,)

PROBLEMS: tuple[tuple[str, str, str], ...] = (
    ("alcohol", "alcohol problems", "alcoholproblemen"),
    ("drugs", "drug problems", "drugsproblemen"),
    ("unemployment", "unemployment", "werkloosheid"),
    ("finances", "financial problems", "financiële problemen"),
    ("housing", "housing problems", "woonproblemen"),
    ("mental_health", "mental health problems", "psychische problemen"),
    ("parenting", "problems with parenting", "opvoedproblemen"),
    ("attachment", "problems with attachment", "hechtingsproblemen"),
    ("trauma", "trauma", "trauma"),
    ("threats", "threats", "bedreigingen"),
    ("coercive_control", "coercive control", "dwingende controle"),
)
"""Codes of signals that have features of their own, with their words in English and Dutch."""

_FOUND, _WORK = Topic(_NAME, "", "", ""), Topic(_NAME, "", "", "", process=True)


def describe(settings: FeatureSettings) -> tuple[FeatureSpec, ...]:
    """Return the specs of the family.

    Four features tell the answers to one signal apart. Never asked: the last answer is empty and the number of unknown
    answers 0. Unknown: empty too, with an unknown answer. No: the last answer is 0. Yes: it is 1. Whether a problem is
    asked about, and whether the answer is found, is the work of organisations; the answer is not.

    Parameters
    ----------
    settings : FeatureSettings
        The recent window.

    Returns
    -------
    tuple of FeatureSpec
        Its features.

    Examples
    --------
    >>> [spec.name for spec in describe(FeatureSettings())[:4]]
    ['signal_alcohol_last', 'signal_alcohol_yes_ever', 'days_since_signal_alcohol_yes', 'signal_alcohol_unknown_ever']
    """
    of_each = [spec for problem in PROBLEMS for spec in _of_one(*problem)]
    return (*of_each, *_found(settings.recent_days), *_asked(settings.recent_days))


def _of_one(code: str, english: str, dutch: str) -> tuple[FeatureSpec, ...]:
    asked = Events(kinds=_SIGNAL, codes=(code,))
    yes = Events(kinds=_SIGNAL, codes=(code,), values=_YES)
    unknown = Events(kinds=_SIGNAL, codes=(code,), values=_UNKNOWN)
    stem = f"signal_{code}"
    return (
        _FOUND.spec(
            f"{stem}_last", "0/1", f"{english}: the last answer, 1 yes and 0 no",
            f"{dutch}: het laatste antwoord, 1 ja en 0 nee",
            f"never asked, or the last answer is unknown ({stem}_unknown_ever is then above 0)",
            measure=Field(asked, field="value", how="last"),
        ),
        _FOUND.spec(
            f"{stem}_yes_ever", "count", f"{english}: how often the answer was yes, ever",
            f"{dutch}: hoe vaak het antwoord ooit ja was", measure=Count(yes),
        ),
        _FOUND.spec(
            f"days_since_{stem}_yes", "days", f"{english}: days since the last answer yes",
            f"{dutch}: dagen sinds het laatste antwoord ja", "never answered yes: never asked, unknown or no",
            measure=DaysSince(yes),
        ),
        _WORK.spec(
            f"{stem}_unknown_ever", "count", f"{english}: how often asked about with the answer unknown, ever",
            f"{dutch}: hoe vaak er ooit naar is gevraagd en het antwoord onbekend bleef", measure=Count(unknown),
        ),
    )  # fmt: skip


def _found(days: int) -> list[FeatureSpec]:
    yes = Events(kinds=_SIGNAL, values=_YES)
    rows: list[tuple[str, str, str, str, Measure]] = [
        (
            f"signals_yes_{days}d", "count", f"different problems answered yes in the {days} days before",
            f"verschillende problemen met het antwoord ja in de {days} dagen ervoor", Distinct(yes, days, of="code"),
        ),
        (
            "signals_yes_ever", "count", "different problems ever answered yes",
            "verschillende problemen met ooit het antwoord ja", Distinct(yes, of="code"),
        ),
    ]  # fmt: skip
    return [_FOUND.spec(*row, measure=measure) for *row, measure in rows]


def _asked(days: int) -> list[FeatureSpec]:
    asked, unknown = Events(kinds=_SIGNAL), Events(kinds=_SIGNAL, values=_UNKNOWN)
    rows: list[tuple[str, str, str, str, str, Measure]] = [
        (
            "signals_asked_ever", "count", "different problems ever asked about, whatever the answer",
            "verschillende problemen waar ooit naar is gevraagd, wat ook het antwoord was", "",
            Distinct(asked, of="code"),
        ),
        (
            f"signals_unknown_{days}d", "count",
            f"how often a problem was asked about with the answer unknown in the {days} days before",
            f"hoe vaak naar een probleem is gevraagd en het antwoord onbekend bleef in de {days} dagen ervoor", "",
            Count(unknown, days),
        ),
        (
            "days_since_signals_asked", "days", "days since problems were last asked about",
            "dagen sinds voor het laatst naar problemen is gevraagd", "never asked", DaysSince(asked),
        ),
    ]  # fmt: skip
    return [_WORK.spec(*row, measure=measure) for *row, measure in rows]


FAMILY = Family(_NAME, describe)

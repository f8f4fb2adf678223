"""Family ``interventions``: which interventions the household had, which still run, and how programmes ended."""

from __future__ import annotations

from dataclasses import dataclass

from hgrisk.features.measures import Count, DaysSince, Distinct, Events, Latency, Measure, OpenSince, Spells
from hgrisk.features.settings import FeatureSettings
from hgrisk.features.spec import Family, FeatureSpec
from hgrisk.features.wording import Topic, counts, lately

_NAME = "interventions"


@dataclass(frozen=True)
class _Intervention:
    """An intervention: the start of its names, its kinds of event, and one and several of it in English and Dutch."""

    stem: str
    kinds: tuple[str, ...]
    one_en: str
    more_en: str
    one_nl: str
    more_nl: str

    @property
    def events(self) -> Events:
        return Events(kinds=self.kinds)

    @property
    def topic(self) -> Topic:
        return Topic(_NAME, self.stem, self.more_en, self.more_nl, process=True)


_MAIN = (
    _Intervention(
        "barring_order", ("barring_order",), "a barring order", "barring orders", "een huisverbod", "huisverboden"
    ),
    _Intervention(
        "perpetrator_programme", ("perpetrator_programme",), "a perpetrator programme", "perpetrator programmes",
        "een traject plegerhulp", "trajecten plegerhulp",
    ),
    _Intervention(
        "shelter", ("shelter",), "a stay in a shelter", "stays in a shelter",
        "een verblijf in de opvang", "verblijven in de opvang",
    ),
    _Intervention(
        "multidisciplinary_approach", ("multidisciplinary_approach", "mda", "zvh"), "a multidisciplinary approach",
        "multidisciplinary approaches", "een multidisciplinaire aanpak", "multidisciplinaire aanpakken",
    ),
    _Intervention(
        "case_management", ("case_management",), "a period of case management", "periods of case management",
        "een periode van casemanagement", "perioden van casemanagement",
    ),
    _Intervention(
        "intensive_regie", ("intensive_regie",), "a period of intensive coordination",
        "periods of intensive coordination", "een periode van intensieve regie", "perioden van intensieve regie",
    ),
    _Intervention(
        "trauma_care", ("trauma_care", "trauma_screening", "trauma_therapy"), "a course of trauma care",
        "courses of trauma care", "een traject traumazorg", "trajecten traumazorg",
    ),
)  # fmt: skip
"""Interventions that are followed from start to end."""

_AWARE = _Intervention(
    "aware", ("aware",), "a period with an AWARE alarm", "periods with an AWARE alarm",
    "een periode met een AWARE-alarm", "perioden met een AWARE-alarm",
)  # fmt: skip
"""A rarer one: only whether it runs, and how many there were."""

_CSG = Events(kinds=("csg",))
"""A contact with the centre for sexual violence is a moment, and does not last."""

_OF_CHILDREN = ("supervision_order", "placement")
"""Measures for children have features of their own in ``household``; here they count among all interventions."""

_LASTING = Events(kinds=(*(kind for each in (*_MAIN, _AWARE) for kind in each.kinds), *_OF_CHILDREN))
_EVERY = Events(kinds=(*_LASTING.kinds, *_CSG.kinds))

_EXTENDED = Events(kinds=("barring_order_extended",))
_REFERRAL = Events(kinds=("perpetrator_programme_referral",))
_PROGRAMME = Events(kinds=("perpetrator_programme",))


def describe(settings: FeatureSettings) -> tuple[FeatureSpec, ...]:
    """Return the specs of the family.

    How many of a kind have ended is the number ever less those that run, and has no feature of its own. Extensions of
    barring orders are counted by ``safety_domain``. Starting and ending an intervention is decided by organisations;
    whether a programme is completed is not theirs alone, so that is no process feature.

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
    >>> for spec in describe(FeatureSettings())[:4]:
    ...     print(spec.name, "|", spec.sentence_en)
    barring_order_active | barring orders that began and are not known to have ended
    barring_order_ever | barring orders ever
    days_since_barring_order_start | days since the last start of a barring order
    days_since_barring_order_end | days since the last known end of a barring order
    """
    return (
        *(spec for each in _MAIN for spec in (_active(each), _ever(each), _since_start(each), _since_end(each))),
        _active(_AWARE),
        _ever(_AWARE),
        *_moments(),
        *(lately(spec, settings) for spec in _programme()),
        *_all(settings.recent_days),
    )


def _active(each: _Intervention) -> FeatureSpec:
    return each.topic.spec(
        f"{each.stem}_active", "count", f"{each.more_en} that began and are not known to have ended",
        f"{each.more_nl} die zijn begonnen en waarvan geen einde bekend is", measure=Spells(each.events, how="active"),
    )  # fmt: skip


def _ever(each: _Intervention) -> FeatureSpec:
    return counts(each.topic, each.events, ())[0]


def _since_start(each: _Intervention) -> FeatureSpec:
    return each.topic.spec(
        f"days_since_{each.stem}_start", "days", f"days since the last start of {each.one_en}",
        f"dagen sinds het laatste begin van {each.one_nl}", f"no {each.more_en}", measure=DaysSince(each.events),
    )  # fmt: skip


def _since_end(each: _Intervention) -> FeatureSpec:
    return each.topic.spec(
        f"days_since_{each.stem}_end", "days", f"days since the last known end of {each.one_en}",
        f"dagen sinds het laatste bekende einde van {each.one_nl}", f"no {each.more_en} that are known to have ended",
        measure=Spells(each.events, how="days_since_end"),
    )  # fmt: skip


def _moments() -> list[FeatureSpec]:
    csg = Topic(
        _NAME, "csg", "contacts with the centre for sexual violence", "contacten met het Centrum Seksueel Geweld",
        process=True,
    )  # fmt: skip
    return [
        *counts(csg, _CSG, ()),
        csg.spec(
            "days_since_csg", "days", "days since the last contact with the centre for sexual violence",
            "dagen sinds het laatste contact met het Centrum Seksueel Geweld", "no such contact",
            measure=DaysSince(_CSG),
        ),
        csg.spec(
            "days_since_barring_order_extension", "days", "days since the last extension of a barring order",
            "dagen sinds de laatste verlenging van een huisverbod", "no barring order was extended",
            measure=DaysSince(_EXTENDED),
        ),
    ]  # fmt: skip


def _programme() -> list[FeatureSpec]:
    referrals = Topic(
        _NAME, "programme_referrals", "referrals to a perpetrator programme", "verwijzingen naar plegerhulp",
        process=True,
    )  # fmt: skip
    return [
        *counts(referrals, _REFERRAL, ()),
        referrals.spec(
            "programme_referral_wait_days", "days",
            "days from referral to start, for the last perpetrator programme that followed a referral",
            "dagen van verwijzing tot begin, bij het laatste traject plegerhulp dat op een verwijzing volgde",
            "no referral was followed by a programme", measure=Latency(_REFERRAL, until=_PROGRAMME),
        ),
        referrals.spec(
            "programme_referral_open_days", "days",
            "days that the oldest open referral to a perpetrator programme has waited for its start",
            "dagen dat de oudste openstaande verwijzing naar plegerhulp op het begin daarvan wacht",
            "no referral waits for a programme", measure=OpenSince(_REFERRAL, until=_PROGRAMME),
        ),
        *counts(
            Topic(_NAME, "programmes_completed", "perpetrator programmes completed", "afgeronde trajecten plegerhulp"),
            Events(kinds=("perpetrator_programme_ended",), codes=("completed",)), (),
        ),
        *counts(
            Topic(
                _NAME, "programmes_dropped_out", "perpetrator programmes left unfinished",
                "voortijdig gestopte trajecten plegerhulp",
            ),
            Events(kinds=("perpetrator_programme_ended",), codes=("dropped_out",)), (),
        ),
    ]  # fmt: skip


def _all(days: int) -> list[FeatureSpec]:
    rows: list[tuple[str, str, str, str, Measure]] = [
        (
            "intervention_kinds_ever", "count", "different kinds of intervention ever",
            "verschillende soorten interventies ooit", Distinct(_EVERY, of="kind"),
        ),
        (
            f"interventions_{days}d", "count", f"interventions that began in the {days} days before",
            f"interventies die begonnen in de {days} dagen ervoor", Count(_EVERY, days),
        ),
        (
            "interventions_active", "count", "interventions that began and are not known to have ended",
            "interventies die zijn begonnen en waarvan geen einde bekend is", Spells(_LASTING, how="active"),
        ),
    ]  # fmt: skip
    topic = Topic(_NAME, "", "", "", process=True)
    return [topic.spec(*row, measure=measure) for *row, measure in rows]


FAMILY = Family(_NAME, describe)

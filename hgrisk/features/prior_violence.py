"""Family ``prior_violence``: earlier reports of this household, of the persons named, and of earlier households."""

from __future__ import annotations

from hgrisk.features.measures import DaysSince, Decayed, Distinct, Events, Field, Gaps, Measure, Periods
from hgrisk.features.settings import FeatureSettings
from hgrisk.features.spec import Family, FeatureSpec
from hgrisk.features.wording import Topic, counts, person_missing, recent

_NAME = "prior_violence"
_OWN = Events(reports=True)
_LINKED = Events(stream="linked", reports=True)
_REPORTED = Events(stream="reported", reports=True, once=False)

_REPORTS = Topic(_NAME, "prior_reports", "incidents reported earlier", "eerder gemelde incidenten")
_ELSEWHERE = Topic(
    _NAME, "linked_reports", "incidents reported in other households to which its persons then belonged",
    "incidenten, gemeld in andere huishoudens waar personen uit dit huishouden toen bij hoorden",
)  # fmt: skip

_KIND_WORDS = {
    "follow_up_report": ("follow-up reports", "vervolgmeldingen"),
    "advice": ("requests for advice", "adviezen"),
    "radar_link": ("radar links", "radarkoppelingen"),
    "arrest": ("arrests", "aanhoudingen"),
    "barring_order": ("barring orders", "huisverboden"),
    "detention": ("spells of detention", "detentieperioden"),
}

_PERSON_WORDS = {
    "reported_person_reports": (
        "that name as perpetrator the person now so reported",
        "waarin de persoon die nu als pleger is gemeld ook zo is gemeld",
    ),
    "dyad_reports": (
        "of violence between the same two persons", "van geweld tussen dezelfde twee personen",
    ),
    "reversed_reports": (
        "of the same two persons in opposite roles", "van dezelfde twee personen in omgekeerde rollen",
    ),
    "reported_person_exposed": (
        "that name as exposed the person now reported as perpetrator",
        "waarin de persoon die nu als pleger is gemeld is genoemd als blootgesteld aan geweld",
    ),
    "exposed_person_reports": (
        "that name as exposed the person now exposed",
        "waarin de persoon die nu aan geweld is blootgesteld ook zo is genoemd",
    ),
}  # fmt: skip

_NONE = "no earlier report"
_ONE = "fewer than two earlier reports"
_UNRATED = "no earlier report with a severity"

_COURSE: tuple[tuple[str, str, str, str, str, Measure], ...] = (
    (
        "days_since_last_report", "days", "days since the last earlier report",
        "dagen sinds de laatste melding", _NONE, DaysSince(_OWN),
    ),
    (
        "days_since_first_report", "days", "days since the first report",
        "dagen sinds de eerste melding", _NONE, DaysSince(_OWN, which="first"),
    ),
    (
        "last_gap_days", "days", "days between the last two reports",
        "dagen tussen de laatste twee meldingen", _ONE, Gaps(_OWN, how="last"),
    ),
    (
        "mean_gap_days", "days", "mean days between reports",
        "gemiddeld aantal dagen tussen meldingen", _ONE, Gaps(_OWN, how="mean"),
    ),
    (
        "gaps_shrink", "0/1", "the last gap is shorter than the mean of those before",
        "de laatste tussenpoos is korter dan gemiddeld daarvoor", "fewer than three earlier reports",
        Gaps(_OWN, how="shrink"),
    ),
    (
        "report_burstiness", "-1 to 1", "how the reports came: evenly (-1), as if at random (0) or in bursts (near 1)",
        "hoe de meldingen kwamen: gelijkmatig (-1), als bij toeval (0) of in vlagen (tegen 1)",
        "fewer than three earlier reports, or all of one day", Gaps(_OWN, how="burstiness"),
    ),
    (
        "report_quarters_730d", "quarters", "quarters of a year with a report in the 730 days before",
        "kwartalen met een melding in de 730 dagen ervoor", "", Periods(_OWN, 730),
    ),
    (
        "report_quarters_ever", "quarters", "quarters of a year with a report ever",
        "kwartalen met een melding ooit", "", Periods(_OWN),
    ),
    (
        "max_severity", "score", "highest severity so far",
        "hoogste ernst tot nu toe", _UNRATED, Field(_OWN, how="max"),
    ),
    (
        "mean_severity", "score", "mean severity so far",
        "gemiddelde ernst tot nu toe", _UNRATED, Field(_OWN, how="mean"),
    ),
    (
        "last_severity", "score", "severity of the last earlier incident that has one",
        "ernst van het laatste eerdere incident waarvan die bekend is", _UNRATED, Field(_OWN, how="last"),
    ),
    (
        "escalation_slope", "score per year", "trend of severity over the earlier reports",
        "verloop van de ernst over de eerdere meldingen", "fewer than two dates with a severity",
        Field(_OWN, how="slope"),
    ),
    (
        "n_violence_kinds", "count", "different kinds of violence reported; each code counts, unknown too",
        "verschillende gemelde geweldsvormen; elke code telt, ook onbekend", "",
        Distinct(Events(reports=True, once=False), of="code"),
    ),
)  # fmt: skip


def describe(settings: FeatureSettings) -> tuple[FeatureSpec, ...]:
    """Return the specs of the family.

    Reports of one incident count once, under the kind of its first-known report; its severity is the highest that was
    known. ``n_violence_kinds`` and the histories of persons look at every report, since a later one can be the first
    that names a kind or a person. The days between the first report and the last have no
    feature of their own: they are the difference of two that are here.

    Parameters
    ----------
    settings : FeatureSettings
        Windows, kinds, the half-life, and whether earlier households and the persons' own histories count.

    Returns
    -------
    tuple of FeatureSpec
        Its features.
    """
    specs = [
        *counts(_REPORTS, _OWN, settings.windows_days),
        *(spec for kind in settings.kinds for spec in _kind_counts(kind, settings)),
        *(_REPORTS.spec(*row, measure=measure) for *row, measure in _COURSE),
        _decayed(settings.half_life_days),
    ]
    if settings.linked_households:
        specs += _earlier_households(settings)
    if settings.persons:
        specs += _persons(settings)
    return tuple(specs)


def _kind_counts(kind: str, settings: FeatureSettings) -> list[FeatureSpec]:
    plain = kind.replace("_", " ")
    english, dutch = _KIND_WORDS.get(kind, (f"events of kind {plain}", f"gebeurtenissen van soort {plain}"))
    topic = Topic(_NAME, f"prior_{kind}", f"earlier {english}", f"eerdere {dutch}")
    return counts(topic, Events(kinds=(kind,)), settings.windows_days)


def _decayed(half_life_days: float) -> FeatureSpec:
    return _REPORTS.spec(
        "prior_reports_decayed", "weighted count",
        f"earlier reports, each weighing half as much for every {half_life_days:g} days ago",
        f"eerdere meldingen, waarvan het gewicht per {half_life_days:g} dagen halveert",
        measure=Decayed(_OWN, half_life_days=half_life_days),
    )  # fmt: skip


def _earlier_households(settings: FeatureSettings) -> list[FeatureSpec]:
    return [
        *counts(_ELSEWHERE, _LINKED, settings.windows_days),
        _ELSEWHERE.spec(
            "linked_households", "households", "other households of its persons with an incident reported then",
            "andere huishoudens van personen uit dit huishouden waar toen een incident werd gemeld",
            measure=Distinct(_LINKED, of="case"),
        ),
        _ELSEWHERE.spec(
            "days_since_last_linked_report", "days",
            "days since the last incident reported in another household to which its persons then belonged",
            "dagen sinds het laatste incident dat werd gemeld in een ander huishouden waar personen toen bij hoorden",
            "no report in another household of its persons",
            measure=DaysSince(_LINKED),
        ),
    ]  # fmt: skip


def _persons(settings: FeatureSettings) -> list[FeatureSpec]:
    window = (settings.recent_days,)
    specs = [
        *recent(_topic("reported_person_reports"), _REPORTED, settings),
        *recent(_topic("dyad_reports"), Events(stream="dyad", reports=True, once=False), settings),
        *counts(_topic("reversed_reports"), Events(stream="reversed", reports=True, once=False), window),
        *counts(_topic("reported_person_exposed"), Events(stream="as_exposed", reports=True, once=False), window),
        *counts(_topic("exposed_person_reports"), Events(stream="exposed", reports=True, once=False), window),
    ]
    households = _REPORTS.spec(
        "reported_person_households", "households",
        "different households in which the person now reported as perpetrator was so reported before",
        "verschillende huishoudens waarin de nu als pleger gemelde persoon eerder zo is gemeld",
        person_missing(_REPORTED), measure=Distinct(_REPORTED, of="case"),
    )  # fmt: skip
    return [*specs, households]


def _topic(stem: str) -> Topic:
    english, dutch = _PERSON_WORDS[stem]
    return Topic(
        _NAME, stem, f"earlier reports {english} (any household)", f"eerdere meldingen {dutch} (in elk huishouden)"
    )


FAMILY = Family(_NAME, describe)

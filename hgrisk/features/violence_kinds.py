"""Family ``violence_kinds``: the kinds of violence reported before, how they were rated, and how they changed."""

from __future__ import annotations

from hgrisk.features.measures import Changes, Count, DaysSince, Distinct, Events, Field, Last, Measure
from hgrisk.features.settings import FeatureSettings
from hgrisk.features.spec import Family, FeatureSpec
from hgrisk.features.wording import Topic, counts

_NAME = "violence_kinds"
_REPORTS = Events(reports=True)
_ALL_REPORTS = Events(reports=True, once=False)

_MAIN = {
    "partner_violence": ("partner violence", "partnergeweld"),
    "child_abuse": ("child abuse", "kindermishandeling"),
    "violence_against_parents": ("violence against parents", "oudermishandeling"),
    "elder_abuse": ("elder abuse", "ouderenmishandeling"),
}
# rarer, or recorded by some regions only: one count each, of all that is known. Honour-related violence and forced
# marriage are left out: they would stand for origin
_FINER = {
    "physical": ("physical violence", "lichamelijk geweld"),
    "psychological": ("psychological violence", "psychisch geweld"),
    "sexual": ("sexual violence", "seksueel geweld"),
    "neglect": ("neglect", "verwaarlozing"),
    "witness": ("a child witnessing violence", "een kind als getuige van geweld"),
    "stalking": ("stalking", "stalking"),
    "complex_separation": ("a complex separation", "een complexe scheiding"),
}

_RATINGS = ("safety_assessment",)
_ACUTE = Events(kinds=_RATINGS, codes=("acute", "acute_and_structural"))
_STRUCTURAL = Events(kinds=_RATINGS, codes=("structural", "acute_and_structural"))
_BOTH = Events(kinds=_RATINGS, codes=("acute_and_structural",))

_UNRATED = "no earlier report with a severity"
_TOPIC = Topic(_NAME, "", "", "")


def describe(settings: FeatureSettings) -> tuple[FeatureSpec, ...]:
    """Return the specs of the family.

    An incident counts under the kind and the further kinds of its first-known report; the number of different kinds
    looks at every report. A safety assessment that finds no acute and no structural danger has no count of its own:
    nobody is called safe here.

    Parameters
    ----------
    settings : FeatureSettings
        The recent window.

    Returns
    -------
    tuple of FeatureSpec
        Its features.
    """
    days = settings.recent_days
    main = [spec for code in _MAIN for spec in _reports_of(code, (days,))]
    finer = [spec for code in _FINER for spec in _reports_of(code, ())]
    return (*main, *finer, *_kinds(days), *_ratings(days), *_severity(days))


def _reports_of(code: str, windows: tuple[int, ...]) -> list[FeatureSpec]:
    english, dutch = (_MAIN | _FINER)[code]
    topic = Topic(_NAME, f"reports_of_{code}", f"earlier reports of {english}", f"eerdere meldingen van {dutch}")
    return counts(topic, Events(reports=True, codes=(code,)), windows)


def _spec(row: tuple[str, str, str, str, str], measure: Measure, kind: str = "number") -> FeatureSpec:
    return _TOPIC.spec(*row, kind=kind, measure=measure)


def _kinds(days: int) -> list[FeatureSpec]:
    return [
        _spec(
            (f"n_violence_kinds_{days}d", "count", f"different kinds of violence reported in the {days} days before",
             f"verschillende geweldsvormen, gemeld in de {days} dagen ervoor", ""),
            Distinct(_ALL_REPORTS, days, of="code"),
        ),
        _spec(
            (f"kind_changes_{days}d", "count", f"changes of the kind of violence in the {days} days before",
             f"wisselingen van geweldsvorm in de {days} dagen ervoor", ""),
            Changes(_REPORTS, days),
        ),
        _spec(
            ("kind_changes_ever", "count", "changes of the kind of violence ever",
             "wisselingen van geweldsvorm ooit", ""),
            Changes(_REPORTS),
        ),
        _spec(
            ("last_violence_kind", "", "kind of violence of the last earlier report",
             "geweldsvorm van de laatste eerdere melding", "no earlier report, or its kind is not recorded"),
            Last(_REPORTS, of="code"), "category",
        ),
    ]  # fmt: skip


def _ratings(days: int) -> list[FeatureSpec]:
    acute = Topic(_NAME, "acute_ratings", "safety assessments that found acute danger",
                  "veiligheidsbeoordelingen met acute onveiligheid")  # fmt: skip
    structural = Topic(_NAME, "structural_ratings", "safety assessments that found structural danger",
                       "veiligheidsbeoordelingen met structurele onveiligheid")  # fmt: skip
    return [
        *counts(acute, _ACUTE, (days,)),
        *counts(structural, _STRUCTURAL, (days,)),
        _spec(
            ("acute_and_structural_ratings_ever", "count", "safety assessments that found both dangers ever",
             "veiligheidsbeoordelingen met acute én structurele onveiligheid ooit", ""),
            Count(_BOTH),
        ),
        _spec(
            ("days_since_acute_rating", "days", "days since a safety assessment last found acute danger",
             "dagen sinds een veiligheidsbeoordeling voor het laatst acute onveiligheid vond",
             "no safety assessment that found acute danger"),
            DaysSince(_ACUTE),
        ),
        _spec(
            ("last_safety_rating", "", "outcome of the last safety assessment",
             "uitkomst van de laatste veiligheidsbeoordeling", "no safety assessment, or its outcome is not recorded"),
            Last(Events(kinds=_RATINGS), of="code"), "category",
        ),
    ]  # fmt: skip


def _severity(days: int) -> list[FeatureSpec]:
    recently = f"no report with a severity in the {days} days before"
    return [
        _spec(
            (f"max_severity_{days}d", "score", f"highest severity reported in the {days} days before",
             f"hoogste gemelde ernst in de {days} dagen ervoor", recently),
            Field(_REPORTS, days, how="max"),
        ),
        _spec(
            (f"mean_severity_{days}d", "score", f"mean severity reported in the {days} days before",
             f"gemiddelde gemelde ernst in de {days} dagen ervoor", recently),
            Field(_REPORTS, days, how="mean"),
        ),
        _spec(
            ("min_severity", "score", "lowest severity so far", "laagste ernst tot nu toe", _UNRATED),
            Field(_REPORTS, how="min"),
        ),
        _spec(
            ("severity_change", "score", "severity of the last incident that has one less that of the first",
             "ernst van het laatste incident waarvan die bekend is min die van het eerste",
             "fewer than two earlier reports with a severity"),
            Field(_REPORTS, how="change"),
        ),
        _spec(
            ("escalation_slope_730d", "score per year", "trend of severity over the reports in the 730 days before",
             "verloop van de ernst over de meldingen in de 730 dagen ervoor",
             "fewer than two dates with a severity in the 730 days before"),
            Field(_REPORTS, 730, how="slope"),
        ),
    ]  # fmt: skip


FAMILY = Family(_NAME, describe)

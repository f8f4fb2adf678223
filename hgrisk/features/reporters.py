"""Family ``reporters``: who reported before, from how many sectors, and who else asked or signalled."""

from __future__ import annotations

from hgrisk.features.measures import DaysSince, Distinct, Events, Last, Measure, Share
from hgrisk.features.settings import FeatureSettings
from hgrisk.features.spec import Family, FeatureSpec
from hgrisk.features.wording import Topic, counts, recent

_NAME = "reporters"
_REPORTS = Events(reports=True, once=False)

_POLICE = ("police_and_justice",)
_CITIZENS = ("non_professional",)
_GROUPS = {
    "police": (_POLICE, "police and justice", "politie en justitie"),
    "health": (("health_care", "mental_health"), "health care and mental health care", "de gezondheidszorg en de ggz"),
    "education": (
        ("education", "childcare", "school_attendance"), "education and childcare", "onderwijs en kinderopvang",
    ),
    "youth_care": (("youth_care",), "youth care", "de jeugdhulp"),
    "other_professional": (("other_professional",), "other professionals", "andere professionals"),
    "citizen": (_CITIZENS, "non-professionals", "niet-professionals"),
}  # fmt: skip
_ASKED = ("report", "follow_up_report", "advice", "radar_link")

_ADVICE = Topic(_NAME, "advice", "requests for advice", "adviezen")
_CITIZEN_ADVICE = Topic(
    _NAME, "citizen_advice", "requests for advice by non-professionals",
    "adviezen aan niet-professionals",
)  # fmt: skip
_RADAR = Topic(_NAME, "radar_links", "radar links", "radarkoppelingen")


def describe(settings: FeatureSettings) -> tuple[FeatureSpec, ...]:
    """Return the specs of the family.

    Every report counts here, also where several are of one incident: each has its reporter. Requests for advice and
    radar links only predict; they are no report and never an outcome.

    Parameters
    ----------
    settings : FeatureSettings
        The recent window.

    Returns
    -------
    tuple of FeatureSpec
        Its features.
    """
    window = (settings.recent_days,)
    by_group = [spec for group in _GROUPS for spec in counts(_reports_by(group), _from(group), window)]
    others = [
        *recent(_ADVICE, Events(kinds=("advice",)), settings),
        *counts(_CITIZEN_ADVICE, Events(kinds=("advice",), sources=_CITIZENS), window),
        *recent(_RADAR, Events(kinds=("radar_link",)), settings),
    ]
    return (*by_group, *(_since(group) for group in ("police", "citizen")), *_mix(settings.recent_days), *others)


def _from(group: str) -> Events:
    return Events(reports=True, sources=_GROUPS[group][0], once=False)


def _reports_by(group: str) -> Topic:
    _, english, dutch = _GROUPS[group]
    return Topic(_NAME, f"{group}_reports", f"earlier reports by {english}", f"eerdere meldingen door {dutch}")


def _since(group: str) -> FeatureSpec:
    _, english, dutch = _GROUPS[group]
    topic = _reports_by(group)
    return topic.spec(
        f"days_since_{group}_report", "days", f"days since the last report by {english}",
        f"dagen sinds de laatste melding door {dutch}", f"no earlier report by {english}",
        measure=DaysSince(_from(group)),
    )  # fmt: skip


def _mix(days: int) -> list[FeatureSpec]:
    recently_en, recently_nl = f"in the {days} days before", f"in de {days} dagen ervoor"
    none, none_recently = "no earlier report", f"no report {recently_en}"
    rows: list[tuple[str, str, str, str, str, Measure]] = [
        (
            f"sectors_{days}d", "count", f"different sectors that reported {recently_en}",
            f"verschillende sectoren die meldden {recently_nl}", "", Distinct(_REPORTS, days, of="source"),
        ),
        (
            "sectors_ever", "count", "different sectors that reported ever",
            "verschillende sectoren die ooit meldden", "", Distinct(_REPORTS, of="source"),
        ),
        (
            f"signalling_sectors_{days}d", "count",
            f"different sectors that reported, asked advice or signalled {recently_en}",
            f"verschillende sectoren die meldden, advies vroegen of signaleerden {recently_nl}", "",
            Distinct(Events(kinds=_ASKED, once=False), days, of="source"),
        ),
        (
            f"police_share_{days}d", "share", f"share of the reports {recently_en} that police and justice made",
            f"aandeel van politie en justitie in de meldingen {recently_nl}", none_recently,
            Share(_REPORTS, days, part=_from("police")),
        ),
        (
            "police_share_ever", "share", "share of all earlier reports that police and justice made",
            "aandeel van politie en justitie in alle eerdere meldingen", none, Share(_REPORTS, part=_from("police")),
        ),
        (
            "citizen_share_ever", "share", "share of all earlier reports that non-professionals made",
            "aandeel van niet-professionals in alle eerdere meldingen", none, Share(_REPORTS, part=_from("citizen")),
        ),
    ]  # fmt: skip
    topic = Topic(_NAME, "", "", "")
    last = topic.spec(
        "last_reporter", "", "who made the last earlier report", "wie de laatste eerdere melding deed",
        "no earlier report, or its reporter is not recorded", kind="category", measure=Last(_REPORTS, of="source"),
    )  # fmt: skip
    return [*(topic.spec(*row, measure=measure) for *row, measure in rows), last]


FAMILY = Family(_NAME, describe)

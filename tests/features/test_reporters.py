"""The family reporters: who reported, from how many sectors, and who asked advice, counted by hand."""

import pytest

from tests.builders import event, family_row, report


def reporters(*events, **cohort):
    return family_row([*events, report(1000, source="youth_care")], "reporters", **cohort)


@pytest.mark.parametrize(
    ("source", "group"),
    [
        ("police_and_justice", "police"), ("health_care", "health"), ("mental_health", "health"),
        ("education", "education"), ("childcare", "education"), ("school_attendance", "education"),
        ("youth_care", "youth_care"), ("other_professional", "other_professional"), ("non_professional", "citizen"),
    ],
)  # fmt: skip
def test_every_source_counts_in_its_group_alone(source, group):
    x = reporters(report(635, source=source), report(634, source=source), event("advice", 900, source=source))
    found = {name: x[name] for name in x.index if name.endswith(("_reports_365d", "_reports_ever")) and x[name] > 0}
    # two reports of one incident, of which the window holds one
    assert found == {f"{group}_reports_365d": 1, f"{group}_reports_ever": 2}
    assert x["last_reporter"] == source


def test_sectors_are_told_apart_within_one_incident_and_beside_it():
    x = reporters(
        report(300, source="education"),
        report(800, source="police_and_justice"),
        report(803, source="health_care"),
        event("advice", 850, source="mental_health"),
        event("advice", 860, source="police_and_justice"),
        event("radar_link", 870, source="youth_care"),
        event("arrest", 880, source="other_professional"),
    )
    assert (x["sectors_365d"], x["sectors_ever"], x["signalling_sectors_365d"]) == (2, 3, 4)


def test_shares_recency_and_the_last_reporter_are_of_all_reports_also_of_one_incident_or_without_a_source():
    sources = {100: "non_professional", 300: None, 600: "police_and_justice", 605: "non_professional"}
    sources |= {700: "police_and_justice", 703: "police_and_justice", 706: "police_and_justice"}
    sources |= {900: "education", 903: "health_care"}
    advice = [event("advice", 950, source="police_and_justice"), event("advice", 960, source="non_professional")]
    x = reporters(*(report(on, source=source) for on, source in sources.items()), *advice)
    shares = [x["police_share_365d"], x["police_share_ever"], x["citizen_share_ever"]]
    assert shares == pytest.approx([3 / 5, 4 / 9, 2 / 9], rel=1e-6)
    assert (x["days_since_police_report"], x["days_since_citizen_report"]) == (294, 395)
    assert x["last_reporter"] == "health_care"


def test_advice_and_radar_links_are_counted_and_are_no_reports():
    x = reporters(
        report(300, source="non_professional"),
        event("advice", 100, source="non_professional"),
        event("advice", 900, source="non_professional"),
        event("advice", 950, source="education"),
        event("radar_link", 400, source="education"),
        event("radar_link", 970, source="education"),
    )
    assert (x["advice_365d"], x["advice_ever"], x["days_since_advice"]) == (2, 3, 50)
    assert (x["citizen_advice_365d"], x["citizen_advice_ever"]) == (1, 2)
    assert (x["radar_links_365d"], x["radar_links_ever"], x["days_since_radar_links"]) == (1, 2, 30)
    assert (x["citizen_reports_ever"], x["education_reports_ever"], x["sectors_ever"]) == (1, 0, 1)


def test_without_history_counts_are_zero_and_the_rest_is_empty():
    x = reporters()
    empty = [name for name in x.index if name.startswith("days_since") or "_share_" in name or name == "last_reporter"]
    assert x[empty].isna().all()
    assert (x.drop(empty) == 0).all()

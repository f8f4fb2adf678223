"""The family index_report: the report that set the landmark."""

from tests.builders import event, family_row, report


def test_the_index_report_is_described_with_its_delay():
    x = family_row([report(0, 12, code="partner_violence", source="police", severity=3.0)], "index_report")
    assert x.to_dict() == {
        "index_kind": "report",
        "index_code": "partner_violence",
        "index_source": "police",
        "index_severity": 3,
        "index_delay_days": 12,
    }


def test_what_the_index_report_does_not_say_is_missing():
    x = family_row([report(0)], "index_report")
    assert x[["index_code", "index_source", "index_severity"]].isna().all()
    assert x["index_delay_days"] == 0


def test_at_a_screening_the_last_report_is_described():
    events = [report(0, code="a"), report(60, code="b"), event("screening", 80)]
    x = family_row(events, "index_report", landmark_kinds=("screening",))
    assert (x["index_code"], x["index_delay_days"]) == ("b", 20)

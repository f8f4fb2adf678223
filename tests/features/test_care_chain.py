"""The family care_chain: what waits and for how long, worked out by hand on the calendar."""

from datetime import date

import pandas as pd
import pytest

from hgrisk.features.care_chain import describe
from hgrisk.features.settings import FeatureSettings
from tests.builders import START, event, family_row, report

SPECS = describe(FeatureSettings())


def on(month, day):
    """Return a day of 2020, counted from the start; Easter Monday was 13 April, King's Day a Monday."""
    return (date(2020, month, day) - START).days


MAY_11 = on(5, 11)


def chain(*events, mark=400):
    """Return the features at a report."""
    return family_row([*events, report(mark)], "care_chain")


def values(x, *names):
    """Return some values, None where empty."""
    return [None if pd.isna(x[name]) else x[name] for name in names]


def waits(*events, mark=MAY_11):
    """Return how long the last assessment took, and how long a report has waited for one, at a report."""
    return values(chain(*events, mark=mark), "assessment_wait_365d", "assessment_open_365d")


class TestAssessment:
    """Waiting for a safety assessment, in working days from receipt."""

    @pytest.mark.parametrize(
        ("received", "assessed", "days"),
        [
            ((4, 9), (4, 9), 0),
            ((4, 9), (4, 10), 1),  # Good Friday is a working day
            ((4, 9), (4, 13), 1),  # Easter Monday is not
            ((4, 9), (4, 17), 5),  # just within the norm, after eight days
            ((4, 9), (4, 20), 6),
            ((4, 24), (4, 28), 1),  # King's Day lies between
            ((4, 24), (5, 6), 6),  # and Liberation Day, free in 2020
        ],
    )
    def test_trap_19_the_wait_counts_working_days(self, received, assessed, days):
        events = report(on(*received)), event("safety_assessment", on(*assessed))
        assert waits(*events, mark=on(5, 25)) == [days, None]

    def test_trap_19_a_report_without_one_waits_until_the_landmark(self):
        assert waits(report(on(4, 20))) == [None, 13]  # King's Day and Liberation Day do not count

    def test_the_oldest_open_report_waits_longest(self):
        events = report(on(2, 3)), event("safety_assessment", on(2, 4)), report(on(3, 2)), report(on(3, 23))
        assert waits(*events, mark=on(5, 11)) == [1, 47]  # fifty weekdays, three of them free
        assert waits(*events, event("safety_assessment", on(3, 24)), mark=on(5, 11)) == [16, None]

    def test_a_follow_up_report_and_a_repeat_ask_for_no_assessment(self):
        events = report(on(3, 2)), event("safety_assessment", on(3, 3))
        assert waits(*events, report(on(3, 9)), mark=on(4, 1)) == [1, None]  # one incident with that of 2 March
        assert waits(*events, event("follow_up_report", on(3, 18)), mark=on(5, 11)) == [1, None]
        assert waits(*events, report(on(3, 18)), mark=on(5, 11)) == [1, 35]

    def test_the_wait_begins_when_the_report_is_received(self):
        late = report(on(4, 3), on(4, 20))
        assert waits(late) == [None, 13]
        assert waits(late, event("safety_assessment", on(4, 23))) == [3, None]
        assert waits(late, event("safety_assessment", on(4, 17))) == [None, 13]  # of before it was received

    def test_an_assessment_that_is_not_known_yet_leaves_the_report_open(self):
        late = event("safety_assessment", on(4, 23), on(5, 11))
        assert waits(report(on(4, 20)), late) == [None, 13]
        assert waits(report(on(4, 20)), late, mark=on(5, 12)) == [3, None]

    def test_the_report_of_the_landmark_does_not_wait(self):
        assert waits(report(on(5, 8))) == [None, None]  # one incident with the report of 11 May

    def test_a_report_from_before_the_window_no_longer_waits(self):
        assert waits(report(35), mark=400) == [None, 254]
        assert waits(report(34), mark=400) == [None, None]
        assert waits(report(34), event("safety_assessment", 36), mark=400) == [None, None]

    def test_the_sentences_name_the_norm(self):
        for spec in SPECS[:2]:
            assert spec.unit == "working days"
            assert "the norm is 5" in spec.sentence_en
            assert "de norm is 5" in spec.sentence_nl

    def test_assessments_and_decisions_are_counted(self):
        x = chain(
            event("safety_assessment", 10),
            event("assessment_decision", 20, code="investigation"),
            event("safety_assessment", 100),
            event("assessment_decision", 120, code="investigation"),
            event("assessment_decision", 130, code="handover_local_team"),
            event("safety_assessment", 300),
            event("safety_assessment", 350),
        )
        assert values(x, "safety_assessments_ever", "days_since_assessment", "decision_open_365d") == [4, 50, 100]
        assert values(x, "last_decision", "days_since_decision") == ["handover_local_team", 270]
        counted = {name: x[name] for name in x.index if name.startswith("decision_") and name.endswith("_ever")}
        assert {name: n for name, n in counted.items() if n} == {
            "decision_investigation_ever": 2,
            "decision_handover_local_team_ever": 1,
        }
        assert len(counted) == 6


HANDOVER = "handover_wait_365d", "handover_open_365d"
CONTACT = "first_contact_wait_365d", "first_contact_open_365d", "handover_to_contact_365d"


class TestHandover:
    """From sending to acceptance to the first contact."""

    def test_a_handover_is_open_until_it_is_accepted(self):
        sent = event("handover_sent", 100)
        assert values(chain(sent), *HANDOVER) == [None, 300]
        assert values(chain(sent, event("handover_accepted", 160)), *HANDOVER) == [60, None]

    def test_one_sent_and_accepted_on_a_day_waited_no_day(self):
        x = chain(event("handover_sent", 100), event("handover_accepted", 100))
        assert values(x, *HANDOVER) == [0, None]

    def test_an_acceptance_answers_all_that_were_sent_until_then_also_on_its_own_day(self):
        events = event("handover_sent", 100), event("handover_sent", 130), event("handover_accepted", 130)
        assert values(chain(*events), *HANDOVER) == [30, None]
        assert values(chain(*events, event("handover_sent", 131)), *HANDOVER) == [30, 269]

    def test_trap_4_an_acceptance_known_later_leaves_it_open(self):
        events = event("handover_sent", 100), event("handover_accepted", 130, 400)
        assert values(chain(*events), *HANDOVER, "regie_holders") == [None, 300, 0]
        assert values(chain(*events, mark=401), *HANDOVER) == [30, None]

    def test_the_first_contact_is_measured_from_acceptance_and_from_sending(self):
        events = event("handover_sent", 100), event("handover_accepted", 130)
        assert values(chain(*events), *CONTACT) == [None, 270, None]
        x = chain(*events, event("help_first_contact", 190))
        assert values(x, *CONTACT, "days_since_first_contact") == [60, None, 90, 210]
        assert values(chain(*events, event("help_first_contact", 130)), *CONTACT) == [0, None, 30]

    def test_what_was_asked_before_the_window_no_longer_waits(self):
        for first, open_days in ((35, 365), (34, None)):
            assert values(chain(event("handover_sent", first)), *HANDOVER) == [None, open_days]
            assert values(chain(event("handover_accepted", first)), *CONTACT) == [None, open_days, None]
            assert values(chain(event("safety_assessment", first)), "decision_open_365d") == [open_days]

    def test_a_wait_is_told_if_it_began_in_the_window(self):
        for first, wait in ((35, 5), (34, None)):
            x = chain(event("handover_sent", first), event("handover_accepted", 40))
            assert values(x, *HANDOVER) == [wait, None]
            x = chain(event("handover_accepted", first), event("help_first_contact", 40))
            assert values(x, *CONTACT) == [wait, None, None]
            x = chain(event("handover_sent", first), event("help_first_contact", 40))
            assert values(x, *CONTACT) == [None, None, wait]

    def test_plans_and_handovers_are_counted(self):
        x = chain(event("safety_plan", 50), event("handover_sent", 10), event("handover_sent", 60))
        assert values(x, "safety_plans_ever", "days_since_safety_plan") == [1, 350]
        assert values(x, "handovers_sent_ever", "days_since_handover_sent") == [2, 340]


REGIE = "regie_holder", "regie_holders", "regie_holder_changes", "regie_unknown_ever"


class TestCoordination:
    """Who holds regie, and how often that changed."""

    def test_the_holder_is_who_accepted_last(self):
        holders = "local_team", "local_team", "unknown", "youth_care", None
        accepted = [event("handover_accepted", 10 * n, code=code) for n, code in enumerate(holders)]
        assert values(chain(*accepted[:4]), *REGIE) == ["youth_care", 3, 2, 1]
        assert values(chain(*accepted[:3]), *REGIE) == ["unknown", 2, 1, 1]
        assert values(chain(*accepted[:2]), *REGIE) == ["local_team", 1, 0, 0]
        assert values(chain(accepted[4]), *REGIE) == [None, 0, 0, 0]

    def test_a_change_of_case_manager_is_seen_where_the_code_names_the_organisation(self):
        spells = [event("case_management", 10 * n, code=code) for n, code in enumerate(("a", "b", "b", None, "a"))]
        assert chain(*spells)["case_manager_changes"] == 2
        assert chain(spells[3], spells[3])["case_manager_changes"] == 0

    def test_different_kinds_of_help_are_counted_in_the_window(self):
        events = event("shelter", 34), event("help_first_contact", 35), event("help_first_contact", 60)
        assert chain(*events, event("arrest", 70))["kinds_of_help_365d"] == 1
        assert chain(*events, event("shelter", 300), event("mda", 310))["kinds_of_help_365d"] == 3


INVOLVEMENT = "involvement_active", "involvements_ever", "involvement_days", "days_since_involvement_end"


class TestInvolvementAndMonitoring:
    """How long Veilig Thuis was involved, and what it heard afterwards."""

    def test_the_end_of_an_involvement_is_seen_the_day_after(self):
        spells = event("involvement", 100, ended=130), event("involvement", 300, ended=400)
        assert values(chain(*spells), *INVOLVEMENT) == [1, 2, 130, 270]
        assert values(chain(*spells, mark=401), *INVOLVEMENT) == [0, 2, 130, 1]

    def test_closures_are_counted(self):
        x = chain(event("case_closed", 100), event("case_closed", 250))
        assert values(x, "cases_closed_ever", "days_since_case_closed") == [2, 150]

    def test_monitoring_tells_what_was_heard_and_how_often_nobody_was_reached(self):
        results = "violence_reported_to_go_on", "not_reached", "no_violence_reported", "not_reached"
        checks = [event("monitoring_check", 100 * n, code=code) for n, code in enumerate(results)]
        names = (
            "last_monitoring_result", "monitoring_checks_ever", "monitoring_not_reached_ever",
            "monitoring_violence_ever", "days_since_monitoring_check",
        )  # fmt: skip
        assert values(chain(*checks), *names) == ["not_reached", 4, 2, 1, 100]
        assert values(chain(*checks[:3]), *names) == ["no_violence_reported", 3, 1, 1, 200]


def test_a_value_is_empty_without_any_history_exactly_where_the_catalogue_says_what_that_means():
    x = family_row([report(0)], "care_chain")
    assert [spec.name for spec in SPECS] == x.index.tolist()
    assert {spec.name for spec in SPECS if spec.missing} == set(x.index[x.isna()])
    assert (x.dropna() == 0).all()


def test_categories_are_marked_as_such():
    categories = {spec.name for spec in SPECS if spec.kind == "category"}
    assert categories == {"last_decision", "regie_holder", "last_monitoring_result"}


def test_every_feature_is_described_in_two_languages_and_names_its_unit():
    assert len({spec.sentence_en for spec in SPECS}) == len({spec.sentence_nl for spec in SPECS}) == len(SPECS)
    assert all(spec.sentence_en and spec.sentence_nl and spec.sentence_en != spec.sentence_nl for spec in SPECS)
    assert {spec.unit for spec in SPECS if spec.kind == "number"} == {"count", "days", "working days"}


def test_all_is_the_work_of_organisations_but_what_monitoring_hears():
    household = {spec.name for spec in SPECS if not spec.process}
    assert household == {"last_monitoring_result", "monitoring_violence_ever"}


def test_the_recent_window_is_a_setting():
    names = {spec.name for spec in describe(FeatureSettings(recent_days=90))}
    limited = (*HANDOVER, *CONTACT, "assessment_wait_365d", "assessment_open_365d", "decision_open_365d")
    assert {name.replace("365", "90") for name in (*limited, "kinds_of_help_365d")} <= names
    assert not [name for name in names if "365" in name]

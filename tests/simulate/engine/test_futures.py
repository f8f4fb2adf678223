"""Futures: consistent with what happened, equal where nothing differs, and apart only where a strategy acts."""

import numpy as np
import pytest

from hgrisk.simulate.parameters.interventions import ARREST, BARRING_ORDER, HELP, NAMES
from hgrisk.simulate.records import HORIZON_DAYS, NEVER
from hgrisk.simulate.strategies import NATURAL, NOTHING, STRATEGIES, with_, without
from tests.simulate.engine.worlds import records, world

REGIE = NAMES.index("intensive_regie")
MERGE_DAYS = 14


@pytest.fixture(scope="module")
def baseline():
    return records(world("baseline", households=1500))


def what_followed(found, merge_days=MERGE_DAYS):
    """Read the factual outcomes from the incidents, one landmark at a time: slow and obvious."""
    incidents, outcomes = found.incidents, found.outcomes
    violence, report = [], []
    for place in outcomes.report:
        i = found.reports.incident[place]
        home, day = incidents.household[i], int(incidents.at[i])
        first, again = -1, -1
        j = i + 1
        while j < len(incidents.at) and incidents.household[j] == home and int(incidents.at[j]) - day <= HORIZON_DAYS:
            days = int(incidents.at[j]) - day
            first = days if first < 0 else first
            if incidents.report[j] >= 0 and days > merge_days:
                again = days
                break
            j += 1
        violence.append(first)
        report.append(again)
    return np.array(violence), np.array(report)


def test_the_natural_future_is_what_happened(baseline):
    violence, report = what_followed(baseline)
    outcomes = baseline.outcomes
    np.testing.assert_array_equal(outcomes.violence_days[:, NATURAL], violence)
    np.testing.assert_array_equal(outcomes.report_days[:, NATURAL], report)
    assert (report >= 0).sum() > 100
    assert (report < 0).sum() > 100


def test_landmarks_are_the_reports_of_the_register_period(baseline):
    on = baseline.reports.on[baseline.outcomes.report]
    assert on.min() >= 16_436  # 2015-01-01
    assert on.max() <= 20_088  # 2024-12-31
    assert len(on) == ((baseline.reports.on >= 16_436) & (baseline.reports.on <= 20_088)).sum()


def test_a_strategy_that_changes_nothing_gives_what_happened(baseline):
    outcomes, starts = baseline.outcomes, baseline.reports.start_on[baseline.outcomes.report] != NEVER
    for k in range(len(NAMES)):
        # one decided on before and still to come, or after a report within the merge window, is withheld too
        calm = ~starts[:, k] & ~_near_start(baseline, k) & ~_pending(baseline, k)
        for days in (outcomes.violence_days, outcomes.report_days):
            np.testing.assert_array_equal(days[calm, without(k)], days[calm, NATURAL])
        assert calm.any()


def _pending(found, k):
    """Say whether an earlier report has decided on an intervention that starts after each landmark."""
    reports, still = found.reports, []
    for place in found.outcomes.report:
        before = np.flatnonzero(reports.household[:place] == reports.household[place])
        still.append((reports.start_on[before, k] >= reports.on[place]).any())
    return np.array(still)


def _near_start(found, k):
    """Say whether a report within the merge window after each landmark starts an intervention."""
    reports, near = found.reports, []
    for place in found.outcomes.report:
        later = place + 1
        hit = False
        while later < reports.size and reports.household[later] == reports.household[place]:
            if reports.on[later] - reports.on[place] > MERGE_DAYS:
                break
            hit |= reports.start_on[later, k] != NEVER
            later += 1
        near.append(hit)
    return np.array(near)


def test_without_any_effect_every_strategy_gives_what_happened():
    found = records(world("null_effects", households=800, interventions={"detention_ratio": 1.0, "breach_share": 0.0}))
    for days in (found.outcomes.violence_days, found.outcomes.report_days):
        np.testing.assert_array_equal(days, np.repeat(days[:, [NATURAL]], len(STRATEGIES), axis=1))
    assert (found.outcomes.report_days >= 0).sum() > 50


def test_an_effect_on_violence_alone_shifts_violence_and_reports():
    effect = {name: {"violence_ratio": 1.0, "detection_ratio": 1.0} for name in NAMES}
    effect["intensive_regie"] = {"violence_ratio": 0.4, "detection_ratio": 1.0}
    quiet = {"breach_share": 0.0, "detention_share": 0.0}
    outcomes = records(world("baseline", households=2500, interventions=effect | quiet)).outcomes
    for days in (outcomes.violence_days, outcomes.report_days):
        given, kept = (days[:, strategy] >= 0 for strategy in (with_(REGIE), without(REGIE)))
        assert given.mean() < 0.9 * kept.mean()
    assert (outcomes.violence_days[:, with_(ARREST)] == outcomes.violence_days[:, NATURAL]).all()


def test_an_effect_on_detection_alone_leaves_violence_as_it_was():
    effect = {name: {"violence_ratio": 1.0, "detection_ratio": 1.0} for name in NAMES}
    effect["intensive_regie"] = {"violence_ratio": 1.0, "detection_ratio": 2.0}
    quiet = {"breach_share": 0.0, "detention_share": 0.0}
    outcomes = records(world("baseline", households=2500, interventions=effect | quiet)).outcomes
    same = outcomes.violence_days == outcomes.violence_days[:, [NATURAL]]
    assert same.all()
    given, kept = (outcomes.report_days[:, strategy] >= 0 for strategy in (with_(REGIE), without(REGIE)))
    assert given.mean() > 1.3 * kept.mean()
    # more is seen of the same violence: who was reported is reported still, and not later
    seen = kept & (outcomes.report_days[:, without(REGIE)] > 0)
    assert (outcomes.report_days[seen, with_(REGIE)] <= outcomes.report_days[seen, without(REGIE)]).mean() > 0.99


def test_what_works_in_a_merge_window_is_blocked_too(baseline):
    nothing = baseline.outcomes.report_days[:, NOTHING]
    assert (nothing != baseline.outcomes.report_days[:, NATURAL]).any()


def test_outcomes_lie_within_the_horizon_and_before_the_end(baseline):
    outcomes = baseline.outcomes
    assert outcomes.violence_days.max() == HORIZON_DAYS or outcomes.violence_days.max() > 500
    assert outcomes.report_days[outcomes.report_days >= 0].min() > MERGE_DAYS
    both = outcomes.report_days >= 0
    assert (outcomes.violence_days[both] >= 0).all()
    assert (outcomes.violence_days[both] <= outcomes.report_days[both]).all()
    ended = outcomes.terminal_days >= 0
    assert ended.any()
    assert (outcomes.report_days[ended].max(axis=1) <= outcomes.terminal_days[ended]).all()


def test_the_merge_window_is_a_setting():
    found = records(world("baseline", households=600, reporting={"merge_days": 0, "fresh_ratio": 1.0}))
    violence, report = what_followed(found, merge_days=0)
    np.testing.assert_array_equal(found.outcomes.violence_days[:, NATURAL], violence)
    np.testing.assert_array_equal(found.outcomes.report_days[:, NATURAL], report)


def test_help_and_barring_orders_have_futures_of_their_own(baseline):
    for k in (HELP, BARRING_ORDER):
        days = baseline.outcomes.violence_days
        assert (days[:, with_(k)] != days[:, NATURAL]).any()


def test_outcomes_at_some_reports_keep_their_rows(baseline):
    chosen = baseline.outcomes.report[::3]
    some = baseline.outcomes.at(chosen)
    np.testing.assert_array_equal(some.report, chosen)
    np.testing.assert_array_equal(some.violence_days, baseline.outcomes.violence_days[::3])
    np.testing.assert_array_equal(some.report_days, baseline.outcomes.report_days[::3])
    np.testing.assert_array_equal(some.terminal_days, baseline.outcomes.terminal_days[::3])

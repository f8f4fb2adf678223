"""X, y and groups stay side by side, and the splits keep the parts honest."""

from datetime import timedelta

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgrisk.cohort import select_landmarks
from hgrisk.dataset import Dataset, SplitSettings, split_date
from hgrisk.errors import ConfigError, DataError
from hgrisk.features.build import build_features
from hgrisk.features.registry import families
from hgrisk.features.settings import FeatureSettings
from hgrisk.models.registry import MODELS
from hgrisk.outcome import OutcomeSettings, time_to_rereport
from tests.builders import build, case, day, event, member, random_cohorts, report, shuffled


def joined(histories, cohort=None, settings=None):
    """Return the dataset of a cohort with the families that fit it."""
    cohort = cohort or select_landmarks(histories)
    usable = [name for name, family in families().items() if not (cohort.settings.dates and family.needs_index)]
    features = build_features(histories, cohort, FeatureSettings(families=usable))
    return Dataset.join(features, time_to_rereport(histories, cohort, settings), cohort)


def many(n=60, seed=5, settings=None):
    """Return the dataset of many households, two of three linked by a person, some of them never at risk."""
    rng = np.random.default_rng(seed)
    events, memberships = [], []
    for number in range(n):
        days = np.cumsum(rng.integers(20, 200, 5)).tolist()
        events += [
            report(on, on + int(rng.integers(0, 20)), case_id=f"H{number:02}", severity=float(on)) for on in days
        ]
        memberships.append(member(f"H{number:02}", f"p{number - number % 3 // 2}"))
    cases = [case(f"H{number:02}", last=600, sex="f" if number % 2 else None) for number in range(n)]
    return joined(build(events, cases, memberships=memberships), settings=settings)


DATA = many()


def ids(data):
    return data.outcome.table["landmark_id"].to_list()


def check_aligned(data):
    """Assert that features, outcome and landmarks are about the same landmarks, row by row."""
    assert data.X.index.to_list() == ids(data) == data.landmarks["landmark_id"].to_list()
    assert data.X["index_severity"].to_list() == data.landmarks["index_severity"].to_list()
    assert data.outcome.table["landmark_on"].to_list() == data.landmarks["landmark_on"].to_list()
    assert len(data.y) == len(data.clusters) == len(data.X)


class TestJoin:
    def test_landmarks_that_were_never_at_risk_are_left_out(self):
        events = [report(0, severity=1.0), event("detention", 40), report(50, severity=2.0)]
        data = joined(build([*events, report(60, severity=3.0, case_id="H2")], [case(last=100)]))
        assert data.landmarks.select("case_id", "landmark_on").rows() == [("H1", day(0)), ("H2", day(60))]
        check_aligned(data)

    def test_rows_stay_aligned_whatever_the_order_of_the_features(self):
        histories = build([report(on, severity=float(on), case_id=f"H{on % 3}") for on in range(0, 300, 20)])
        cohort = select_landmarks(histories)
        features = build_features(histories, cohort)
        turned = type(features)(features.X.iloc[::-1], features.catalogue)
        check_aligned(Dataset.join(turned, time_to_rereport(histories, cohort), cohort))

    def test_an_outcome_without_features_is_refused(self):
        histories = build([report(0), report(50), report(90)])
        cohort = select_landmarks(histories)
        features = build_features(histories, cohort)
        short = type(features)(features.X.iloc[:1], features.catalogue)
        with pytest.raises(DataError) as caught:
            Dataset.join(short, time_to_rereport(histories, cohort), cohort)
        assert str(caught.value) == (
            "Every outcome has features, but found none for 2 landmarks: build both from one cohort."
        )

    def test_the_parts_of_a_split_are_aligned(self):
        for kind in ("temporal", "network", "none"):
            for part in DATA.split(SplitSettings(kind=kind)):
                check_aligned(part)


class TestGroups:
    def test_groups_are_texts_and_an_empty_one_reads_unknown(self):
        frame = DATA.groups(("sex",))
        assert set(frame["sex"]) == {"f", "unknown"}
        assert frame.index.equals(DATA.X.index)

    @pytest.mark.parametrize("column", ["case_id", "network_id", "person_id"])
    def test_an_identifier_is_no_group(self, column):
        with pytest.raises(DataError, match=f"is no identifier, but found '{column}' with"):
            DATA.groups((column,))

    def test_an_unknown_column_is_refused(self):
        with pytest.raises(DataError) as caught:
            DATA.groups(("sex", "gender"))
        assert str(caught.value).startswith(
            "An audit column is a column of the landmarks, but found 'gender': use one of end_reason, "
        )


class TestTemporalSplit:
    def test_the_test_part_begins_on_the_day_and_the_training_part_ends_before(self):
        on = DATA.landmarks["landmark_on"][100]
        train, test = DATA.split(SplitSettings(on=on))
        assert (train.landmarks["landmark_on"] < on).all()
        assert (test.landmarks["landmark_on"] >= on).all()
        assert set(ids(test)) == set(DATA.landmarks.filter(pl.col("landmark_on") >= on)["landmark_id"])

    def test_trap_4_the_training_outcome_is_what_was_known_on_the_day(self):
        data = joined(build([report(0), report(30, 100), report(60), *[report(n, case_id="H2") for n in (90, 200)]]))
        train, _ = data.split(SplitSettings(on=day(90)))
        assert train.y["event"].tolist() == [1, 0]
        assert train.y["duration_days"].tolist() == [60, 29]
        assert data.y["duration_days"].tolist()[:2] == [30, 1940]

    def test_no_training_time_reaches_the_day(self):
        train, _ = DATA.split(SplitSettings(on=day(350)))
        assert train.outcome.table["stopped_on"].max() == day(349)

    def test_the_test_outcome_is_the_whole_one(self):
        _, test = DATA.split()
        whole = dict(zip(ids(DATA), DATA.y.tolist(), strict=True))
        assert test.y.tolist() == [whole[key] for key in ids(test)]

    @pytest.mark.parametrize("share", [0.1, 0.3, 0.5])
    def test_by_default_the_day_leaves_a_share_for_the_test(self, share):
        _, test = DATA.split(SplitSettings(test_share=share))
        assert len(test.X) / len(DATA.X) == pytest.approx(share, abs=0.02)
        assert split_date(DATA.landmarks, SplitSettings(on=day(7))) == day(7)

    def test_shared_networks_need_no_draw_and_do_overlap(self):
        parts = [DATA.split(SplitSettings(), seed=seed) for seed in (0, 1)]
        assert ids(parts[0][0]) == ids(parts[1][0])
        train, test = parts[0]
        assert set(train.clusters) & set(test.clusters)


class TestDisjointNetworks:
    """Trap 11: no network on both sides."""

    @pytest.mark.parametrize("seed", range(5))
    def test_a_network_split_parts_networks_and_keeps_every_landmark(self, seed):
        train, test = DATA.split(SplitSettings(kind="network", test_share=0.3), seed)
        assert not set(train.clusters) & set(test.clusters)
        assert sorted(ids(train) + ids(test)) == ids(DATA)
        assert len(set(test.clusters)) == round(0.3 * len(set(DATA.clusters)))
        assert not set(train.landmarks["case_id"]) & set(test.landmarks["case_id"])

    @pytest.mark.parametrize("seed", range(5))
    def test_a_temporal_split_can_part_networks_too(self, seed):
        on = day(300)
        train, test = DATA.split(SplitSettings(on=on, networks="disjoint"), seed)
        assert not set(train.clusters) & set(test.clusters)
        assert (train.landmarks["landmark_on"] < on).all()
        assert (test.landmarks["landmark_on"] >= on).all()
        drawn = set(test.clusters)
        late = DATA.landmarks.filter(pl.col("landmark_on") >= on, pl.col("network_id").is_in(drawn))
        assert ids(test) == late["landmark_id"].to_list()

    @pytest.mark.parametrize("kind", ["network", "temporal"])
    def test_the_same_seed_draws_the_same_networks_and_another_does_not(self, kind):
        chosen = SplitSettings(kind=kind, networks="disjoint")
        assert ids(DATA.split(chosen, 1)[1]) == ids(DATA.split(chosen, 1)[1]) != ids(DATA.split(chosen, 2)[1])


class TestRefusals:
    def test_no_split_gives_the_same_rows_twice(self):
        train, test = DATA.split(SplitSettings(kind="none"))
        assert ids(train) == ids(test) == ids(DATA)

    @pytest.mark.parametrize(("on", "part", "left"), [(-10, "training", 0), (1000, "test", 0)])
    def test_a_part_without_landmarks_is_refused(self, on, part, left):
        with pytest.raises(DataError) as caught:
            DATA.split(SplitSettings(on=day(on)))
        assert str(caught.value) == (
            f"The {part} part of a split has landmarks followed by a re-report, but found {left} landmarks there, "
            "none of them: move the date of the split, change its share or bring more histories."
        )

    def test_a_part_without_a_re_report_is_refused(self):
        data = joined(build([report(0), report(60), report(90, case_id="H2")]))
        with pytest.raises(DataError, match=r"The training part of a split has .* found 1 landmarks there, none"):
            data.split(SplitSettings(on=day(50)))

    def test_only_a_temporal_split_has_a_date(self):
        with pytest.raises(ConfigError) as caught:
            SplitSettings.parse({"kind": "network", "on": day(0)}, where="split")
        assert str(caught.value) == (
            "Only a temporal split has a date, but found kind = 'network': remove on, or set temporal."
        )


@settings(max_examples=40)
@given(random_cohorts(), st.integers(0, 9))
def test_the_order_of_the_rows_changes_nothing(drawn, seed):
    histories, cohort = drawn
    try:
        data = joined(histories, cohort)
    except DataError:
        return
    other = shuffled(histories, seed)
    again = joined(other, select_landmarks(other, cohort.settings))
    pd.testing.assert_frame_equal(again.X, data.X, rtol=0, atol=0)
    assert again.y.tolist() == data.y.tolist()
    assert again.clusters.tolist() == data.clusters.tolist()
    assert again.landmarks.equals(data.landmarks)


class TestDelayedEntry:
    DATA = many(settings=OutcomeSettings(at_risk_from="merge_window"))

    def test_parts_of_a_split_keep_when_their_landmarks_come_to_be_at_risk(self):
        cut = SplitSettings(on=day(300))
        train, test = self.DATA.split(cut)
        for part in (train, test):
            check_aligned(part)
            assert (part.y["entry_days"] < part.y["duration_days"]).all()
            assert part.y_from_landmark.dtype.names == ("event", "duration_days")
        at_risk_at_the_split = [row for row in self.DATA.outcome.table.to_dicts() if row["landmark_on"] < day(300)]
        begun = [row for row in at_risk_at_the_split if row["landmark_on"] + timedelta(row["entry_days"]) < day(299)]
        assert 0 < len(train.X) == len(begun) < len(at_risk_at_the_split)
        assert train.outcome.attrition[-1].step == "at risk after the merge window"
        assert train.outcome.attrition[-1].removed == len(at_risk_at_the_split) - len(begun)

    def test_models_of_a_hazard_learn_from_the_time_at_risk_and_others_from_the_landmark(self):
        assert self.DATA.y_for(MODELS["cox"]()).tolist() == self.DATA.y.tolist()
        for name in ("base_rate", "logistic"):
            model = MODELS[name]()
            np.testing.assert_array_equal(self.DATA.y_for(model), self.DATA.y_from_landmark)
            text = f"{type(model).__name__} takes rows that are at risk from day 0, but found an entry at"
            with pytest.raises(DataError, match=text):
                model.fit(self.DATA.X, self.DATA.y)
        assert self.DATA.y["entry_days"].max() == 14


def test_repeated_rows_are_landmarks_of_their_own_whose_outcome_can_be_cut_anew():
    events = [report(0), report(40), report(100), event("detention", 10, ended=20)]
    histories = build(events, [case(last=400)])
    cohort = select_landmarks(histories)
    outcome = time_to_rereport(histories, cohort, OutcomeSettings(gap_kinds=("detention",)))
    data = Dataset.join(build_features(histories, cohort), outcome, cohort)
    twice = data.repeated(np.array([2, 0, 1]))
    assert twice.X.index.tolist() == twice.landmarks["landmark_id"].to_list() == [0, 1, 2]
    pd.testing.assert_frame_equal(twice.X.reset_index(drop=True), data.X.iloc[[0, 0, 2]].reset_index(drop=True))
    assert twice.y.tolist() == data.y[[0, 0, 2]].tolist()
    assert twice.landmarks["landmark_on"].to_list() == data.landmarks["landmark_on"].gather([0, 0, 2]).to_list()
    cut = twice.take(twice.outcome.as_known_on(day(30)))
    again = data.take(data.outcome.as_known_on(day(30)))
    assert cut.y.tolist() == again.y[[0, 0]].tolist()
    assert cut.X.index.tolist() == [0, 1]

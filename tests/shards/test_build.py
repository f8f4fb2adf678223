"""A build in shards gives, to the last bit, what a build in one piece gives."""

import json
from unittest import mock

import numpy as np
import pandas as pd
import polars as pl
import pytest
from polars.testing import assert_frame_equal

import hgrisk.shards.build as module
from hgrisk.cohort import CohortSettings
from hgrisk.errors import DataError, HgriskError
from hgrisk.features.settings import FeatureSettings
from hgrisk.histories.case_histories import CaseHistories
from hgrisk.histories.mapping import MappingFile
from hgrisk.provenance import MADE_UP_MARK
from hgrisk.shards.build import STEPS, BuildSettings, build_shards
from hgrisk.shards.claim import STAGE
from hgrisk.shards.folder import FeatureShards
from tests.shards.conftest import in_one_piece
from tests.shards.deliveries import awkward_tables, write_tables


def same(shards, whole):
    pd.testing.assert_frame_equal(shards.table().X, whole.features.X, check_exact=True)
    assert shards.catalogue == tuple(replace_measure(spec) for spec in whole.features.catalogue)
    landmarks = whole.cohort.landmarks.select("landmark_id", "case_id", "landmark_on", "network_id")
    assert_frame_equal(shards.landmarks(), landmarks)
    assert_frame_equal(shards.attrition, whole.cohort.attrition)
    assert_frame_equal(shards.account.table, whole.histories.account.table)
    assert_frame_equal(shards.account.unused, whole.histories.account.unused)


def replace_measure(spec):
    return type(spec)(**{**{name: getattr(spec, name) for name in spec.__dataclass_fields__}, "measure": None})


def size_for(n_shards):
    stated = awkward_tables()["events"].filter(pl.col("case_id").is_not_null())
    return -(-stated.height // n_shards)


@pytest.mark.parametrize("n_shards", [1, 3, 7])
def test_the_shards_are_the_whole(n_shards, whole, tmp_path):
    shards = build_shards(whole.folder, tmp_path / "out", whole.sized(size_for(n_shards)))
    assert shards.n_shards == n_shards
    same(shards, whole)


def test_the_delivery_is_as_awkward_as_it_should_be(whole):
    reasons = whole.histories.account.reasons
    counts = dict(reasons.group_by("reason").agg(pl.col("rows").sum()).iter_rows())
    assert counts["event_id stands on rows that differ"] > 20
    assert counts["exact duplicate of an earlier row"] > 20
    assert {"occurred_on is not a date", "case_id is empty", "known before it occurred"} <= set(counts)
    assert {"case_id is not among the cases", "person_id is not among the persons"} <= set(counts)
    assert whole.features.X["region_base_rate"].nunique() > 20
    sizes = whole.histories.networks.group_by("network_id").len()["len"].sort(descending=True)
    assert sizes[0] > 10 * sizes[1]


def test_every_family_is_the_same(tmp_path):
    whole = in_one_piece(write_tables(awkward_tables(40), tmp_path / "data"), FeatureSettings())
    same(build_shards(whole.folder, tmp_path / "out", whole.sized(250)), whole)


def test_csv_files_are_the_same(tmp_path):
    other = in_one_piece(write_tables(awkward_tables(60), tmp_path / "data", "csv"))
    same(build_shards(other.folder, tmp_path / "out", other.sized(300)), other)


def test_a_delivery_of_events_alone_is_the_same(tmp_path):
    events = awkward_tables(60)["events"].drop("event_id")
    whole = in_one_piece(write_tables({"events": events}, tmp_path / "data"), FeatureSettings(families=("context",)))
    same(build_shards(whole.folder, tmp_path / "out", whole.sized(200)), whole)


def test_calendar_landmarks_are_the_same(whole, tmp_path):
    """Some shards have no landmark on these days."""
    dates = ("2017-03-01", "2019-07-01")
    cohort = CohortSettings.model_validate({"landmarks": "calendar", "dates": dates, "open_within_days": 30})
    features = FeatureSettings(families=("prior_violence", "context"))
    histories = whole.histories
    settings = whole.sized(60).model_copy(update={"cohort": cohort, "features": features})
    shards = build_shards(whole.folder, tmp_path / "out", settings)
    chosen = module.select_landmarks(histories, cohort)
    table = module.build_features(histories, chosen, features)
    pd.testing.assert_frame_equal(shards.table().X, table.X, check_exact=True)
    assert 1 < len(list(shards.parts())) < shards.n_shards


def test_a_mapping_is_heeded(tmp_path):
    tables = awkward_tables(60)
    events = tables["events"].rename({"case_id": "dossier", "occurred_on": "datum"})
    mapping = MappingFile.parse(
        {
            "name": "other",
            "extracted_on": "2022-06-30",
            "source": [
                {
                    "table": "events", "file": "gebeurtenis.parquet",
                    "where": [{"column": "kind", "not_equals": "advice"}],
                    "columns": {"case_id": {"column": "dossier", "prefix": "D"}, "kind": "kind", "occurred_on": "datum",
                                "known_on": "known_on", "person_id": "person_id", "event_id": "event_id"},
                },
                {"table": "memberships", "file": "leden.parquet",
                 "columns": {"case_id": {"column": "case_id", "prefix": "D"}, "person_id": "person_id"}},
            ],
        },
        "here",
    )  # fmt: skip
    folder = write_tables({"gebeurtenis": events, "leden": tables["memberships"]}, tmp_path / "data")
    settings = BuildSettings(
        features=FeatureSettings(families=("prior_violence",)), shard_events=200, max_bad_share=0.5
    )
    shards = build_shards(folder, tmp_path / "out", settings, mapping)
    histories = CaseHistories.read(folder, mapping)
    cohort = module.select_landmarks(histories, settings.cohort)
    table = module.build_features(histories, cohort, settings.features)
    pd.testing.assert_frame_equal(shards.table().X, table.X, check_exact=True)
    assert_frame_equal(shards.account.table, histories.account.table)
    assert_frame_equal(shards.account.unused, histories.account.unused)


class Stopped:
    """Progress that is interrupted at a step."""

    def __init__(self, step, done):
        self.at, self.seen = (step, done), []

    def __call__(self, step, done, _total):
        self.seen.append(step)
        if (step, done) == self.at:
            raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("stopped_at", "goes_on_at", "n_built"),
    [
        (("networks", 0), "networks", 4),
        (("splitting", 0), "networks", 4),
        (("checking", 2), "checking", 4),
        (("landmarks", 1), "checking", 4),
        (("features", 2), "features", 2),
    ],
)
def test_a_build_that_was_stopped_goes_on(stopped_at, goes_on_at, n_built, whole, tmp_path):
    settings = whole.sized(size_for(4))
    with pytest.raises(KeyboardInterrupt):
        build_shards(whole.folder, tmp_path / "out", settings, progress=Stopped(*stopped_at))
    again = Stopped("never", 0)
    with mock.patch.object(module, "build_features", wraps=module.build_features) as built:
        same(build_shards(whole.folder, tmp_path / "out", settings, progress=again), whole)
    assert (tuple(dict.fromkeys(again.seen)), built.call_count) == (STEPS[STEPS.index(goes_on_at) :], n_built)


def test_finished_parts_of_a_stopped_build_can_be_read(whole, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        build_shards(whole.folder, tmp_path / "out", whole.sized(size_for(4)), progress=Stopped("features", 2))
    with pytest.raises(DataError, match="found 2 of 4: run the same hgrisk build again"):
        FeatureShards.read(tmp_path / "out")
    shards = FeatureShards.read(tmp_path / "out", unfinished=True)
    X = shards.table().X
    assert len(X) == sum(len(part.X) for part in shards.parts()) < shards.n_landmarks
    pd.testing.assert_frame_equal(X, whole.features.X.loc[X.index], check_exact=True)


def test_a_finished_build_is_not_built_again(whole, tmp_path, monkeypatch):
    settings = whole.sized(size_for(2))
    build_shards(whole.folder, tmp_path / "out", settings)
    monkeypatch.setattr(module, "build_features", None)
    same(build_shards(whole.folder, tmp_path / "out", settings), whole)
    assert not (tmp_path / "out" / STAGE).exists()


def test_no_identifier_is_left_but_with_the_landmarks(whole, tmp_path):
    out = tmp_path / "out"
    build_shards(whole.folder, out, whole.sized(size_for(3)))
    cases = set(whole.histories.cases["case_id"])
    for path in [path for path in out.rglob("*") if path.is_file() and path.parent.name != "landmarks"]:
        content = path.read_bytes()
        assert not any(case.encode() in content for case in cases), path.name


def test_until_it_is_finished_others_cannot_open_the_histories(whole, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        build_shards(whole.folder, tmp_path / "out", whole.sized(500), progress=Stopped("checking", 1))
    assert (tmp_path / "out" / STAGE).stat().st_mode & 0o077 == 0


def test_too_many_bad_rows_are_refused_and_leave_nothing(whole, tmp_path):
    settings = whole.settings.model_copy(update={"max_bad_share": 0.01})
    with pytest.raises(DataError, match=r"At most 1.0% of the rows is quarantined"):
        build_shards(whole.folder, tmp_path / "out", settings)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"cohort": CohortSettings(from_on="2090-01-01")}, "none after 'cohort period'"),
        ({"features": FeatureSettings(families=("nonsense",))}, "A feature family is known"),
        ({"features": FeatureSettings(families=("context",), covariates={"no": {}})}, "A covariate is an extra column"),
    ],
)
def test_what_one_piece_refuses_is_refused(change, words, whole, tmp_path):
    with pytest.raises(HgriskError, match=words):
        build_shards(whole.folder, tmp_path / "out", whole.sized(500).model_copy(update=change))


def test_free_text_over_all_shards_is_refused(tmp_path):
    tables = awkward_tables(150)
    texts = pl.concat_str(pl.lit("text "), pl.int_range(pl.len()))
    tables["cases"] = tables["cases"].with_columns(texts.alias("setting"))
    folder = write_tables(tables, tmp_path / "data")
    features = FeatureSettings.model_validate({"families": (), "covariates": {"setting": {"kind": "category"}}})
    settings = BuildSettings(features=features, shard_events=500, max_bad_share=0.3)
    with pytest.raises(DataError, match=r"A category has at most 100 levels, but found 1.. in 'setting'"):
        build_shards(folder, tmp_path / "out", settings)


def test_a_file_is_no_delivery(tmp_path):
    (tmp_path / "events.csv").write_text("case_id,kind,occurred_on\nH,report,2020-01-01\n")
    with pytest.raises(DataError, match="The data is a folder of files"):
        build_shards(tmp_path / "events.csv", tmp_path / "out")


def test_made_up_data_stay_marked(tmp_path):
    tables = awkward_tables(30)
    folder = write_tables(tables, tmp_path / "data")
    tables["cases"].write_parquet(folder / "cases.parquet", metadata=MADE_UP_MARK)
    settings = BuildSettings(features=FeatureSettings(families=("context",)), max_bad_share=0.3)
    shards = build_shards(folder, tmp_path / "out", settings)
    assert shards.made_up
    for path in (tmp_path / "out").rglob("*.parquet"):
        assert MADE_UP_MARK.items() <= pl.read_parquet_metadata(path).items()


def test_numbers_are_float32_and_nothing_else(whole, tmp_path):
    build_shards(whole.folder, tmp_path / "out", whole.sized(500))
    schema = pl.read_parquet_schema(tmp_path / "out" / "features" / "00000.parquet")
    kinds = {spec.name: pl.Float32 if spec.kind == "number" else pl.String for spec in whole.features.catalogue}
    assert dict(schema) == {"landmark_id": pl.Int64, **kinds}
    assert np.isnan(
        pl.read_parquet(tmp_path / "out" / "features" / "00000.parquet")["days_since_last_report"].to_numpy()
    ).any()
    facts = json.loads((tmp_path / "out" / "whole.json").read_text())
    assert facts["landmarks"] == len(whole.features.X)

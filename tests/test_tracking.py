"""One MLflow run per experiment: settings, metrics with intervals, files, and models that load without pickle."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tomllib
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hgrisk.config import Experiment, TrackingSettings
from hgrisk.errors import ConfigError
from hgrisk.experiment import track_result
from hgrisk.models.registry import TRUSTED_TYPES
from hgrisk.tracking import default_uri, track_run

NO_SCORES = pd.DataFrame(columns=["model", "metric", "horizon_days", "group", "estimate", "lower", "upper"])
HORIZONS = [183, 365]


@pytest.fixture
def mlflow():
    """MLflow, whose own use warns of what it deprecates."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mlflow  # noqa: PLC0415

        yield mlflow


@pytest.fixture
def client(mlflow, small_run):
    mlflow.set_tracking_uri(small_run.store)
    yield mlflow.MlflowClient()
    mlflow.set_tracking_uri(None)


@pytest.fixture
def run(client):
    experiment = client.get_experiment_by_name("small")
    (found,) = client.search_runs([experiment.experiment_id])
    return found


def send(uri, store, **changes):
    parts = {"params": {}, "tags": {}, "scores": NO_SCORES, "artifacts": {}, "models": {}, **changes}
    return track_run("other", uri, store, **parts)


def test_one_finished_run_bears_the_id_that_was_printed(run, small_run):
    assert run.info.status == "FINISHED"
    assert f"Tracked as MLflow run {run.info.run_id}\n" in small_run.stdout


def leaves(values, stem=""):
    """Yield the joined keys and the text of every value that is not a table."""
    for key, value in values.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{stem}{key}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            yield from leaves({str(place): table for place, table in enumerate(value)}, f"{stem}{key}.")
        else:
            yield f"{stem}{key}", str(value)


def test_params_are_the_resolved_experiment(run, small_run):
    params = run.data.params
    assert params["name"] == "small"
    assert params["seed"] == "11"
    assert params["split.on"] == "2020-01-01"
    assert params["cohort.lookback_days"] == "730"
    assert params["cohort.merge_window_days"] == "14"  # a default
    assert params["models.1.options.penalty"] == "chosen"
    assert params["evaluation.horizons_days"] == "[183, 365]"
    assert params == dict(leaves(tomllib.loads(small_run.result.experiment.to_toml())))


def test_tags_say_on_which_data_and_with_which_code(run, small_run):
    facts = small_run.result.folder.content.run_facts
    assert run.data.tags["data_digest"] == small_run.result.prepared.histories.digest
    assert run.data.tags["code_version"] == facts["code_version"]
    assert run.data.tags["code_version"].startswith("hgrisk 0.")
    assert "numpy" in run.data.tags["software"]


def test_metrics_are_the_scores_with_their_intervals(run, small_run):
    expected = {}
    for row in small_run.result.scores.query("group == 'all'").to_dict("records"):
        stem = f"{row['model']}/{row['metric']}.{row['horizon_days']}d"
        expected |= {stem: row["estimate"], f"{stem}.lower": row["lower"], f"{stem}.upper": row["upper"]}
    defined = {name: value for name, value in expected.items() if not np.isnan(value)}
    assert run.data.metrics == defined
    assert "all features/uno_c.365d.lower" in defined


SMALL = ["attrition.csv", "experiment.toml", "ladder.csv", "report.html", "rows.json", "scores.csv"]


def kept_files(client, run_id):
    """Return what a run keeps, as path to text, figures apart, and the names of the figures."""
    root = Path(client.get_run(run_id).info.artifact_uri.removeprefix("file://"))
    texts = {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*") if path.is_file()}
    figures = {name for name in texts if name.startswith("figures/")}
    return {name: text for name, text in texts.items() if name not in figures}, figures


def test_artifacts_are_the_report_its_figures_and_the_tables_without_small_groups(client, run, small_run):
    kept, figures = kept_files(client, run.info.run_id)
    assert sorted(kept) == SMALL
    assert figures == {f"figures/{path.name}" for path in (small_run.out / "figures").iterdir()}
    assert Path(run.info.artifact_uri.removeprefix("file://")).is_relative_to(small_run.out.parent / "artifacts")
    for name in set(SMALL) - {"scores.csv"}:
        assert kept[name] == (small_run.out / name).read_text(), name
    assert "region=" in (small_run.out / "scores.csv").read_text()
    assert "region=" not in kept["scores.csv"]
    assert "prior_count,uno_c,365,all," in kept["scores.csv"]


def test_a_stray_file_is_never_sent_and_tables_only_if_asked_for(client, small_run, tmp_path):
    out = shutil.copytree(small_run.out, tmp_path / "small")
    stray = ["mine.csv", "tables/my_cases.csv", "figures/time-mine.svg", "figures/mine.csv", "tables/deep/x.csv"]
    (out / "tables" / "deep").mkdir()
    for name in stray:
        (out / name).write_text("STRAY")
    (out / "tables" / "incidence.csv").write_text("STRAY")
    by_default = kept_files(client, track_result(tracked_with(small_run, uri=small_run.store), out))
    assert sorted(by_default[0]) == SMALL
    with_tables = kept_files(client, track_result(tracked_with(small_run, uri=small_run.store, tables=True), out))
    assert set(with_tables[0]) == {*small_run.result.folder.texts(), "report.html"}
    assert "region=" in with_tables[0]["scores.csv"]
    for kept, figures in (by_default, with_tables):
        assert figures == {f"figures/{path.name}" for path in (small_run.out / "figures").iterdir()}
        assert [name for name, text in kept.items() if "STRAY" in text] == []


@pytest.fixture
def logged(client, run):
    found = client.search_logged_models([run.info.experiment_id])
    return {model.name: model for model in found if model.source_run_id == run.info.run_id}


def test_every_model_loads_and_predicts_as_it_did_in_memory(mlflow, logged, small_run):
    assert sorted(logged) == ["all features", "prior_count"]
    X = small_run.result.prepared.test.X
    for fitted in small_run.result.models:
        loaded = mlflow.sklearn.load_model(logged[fitted.name].artifact_location)
        assert type(loaded) is type(fitted.model)
        expected = fitted.model.predict_cumulative_incidence(X[fitted.columns], HORIZONS)
        np.testing.assert_array_equal(loaded.predict_cumulative_incidence(X[fitted.columns], HORIZONS), expected)


def test_a_model_carries_its_signature_and_asks_for_no_row_of_data(mlflow, logged, small_run):
    for fitted in small_run.result.models:
        info = mlflow.models.Model.load(logged[fitted.name].artifact_location.removeprefix("file://"))
        assert info.signature.inputs.input_names() == fitted.columns
        assert info.saved_input_example_info is None
        assert info.flavors["sklearn"]["serialization_format"] == "skops"
        assert info.flavors["sklearn"]["skops_trusted_types"] == list(TRUSTED_TYPES)
        served = mlflow.pyfunc.load_model(logged[fitted.name].artifact_location)
        X = small_run.result.prepared.test.X[fitted.columns]
        np.testing.assert_array_equal(served.predict(X), fitted.model.predict(X))


def test_no_pickle_is_kept_anywhere(small_run):
    files = [path for path in (small_run.out.parent / "artifacts").rglob("*") if path.is_file()]
    assert len([path for path in files if path.name == "model.skops"]) == 2
    assert [path for path in files if "pkl" in path.name or "pickle" in path.name] == []
    assert [path for path in files if path.read_bytes()[:1] == b"\x80"] == []  # how every binary pickle begins
    assert [path for path in files if path.name == "MLmodel" and "cloudpickle" in path.read_text()] == []


def test_many_settings_and_metrics_fit_and_undefined_ones_are_left_out(mlflow, small_run):
    params = {"features": {"covariates": {f"covariate_{n}": {"unit": "u" * 700} for n in range(130)}}, "none": []}
    rows = [("m", f"metric{n}", 365, "all", 0.5, 0.4, np.nan) for n in range(1200)]
    scores = pd.DataFrame([*rows, ("m", "metric0", 365, "region=x", 9.0, 9.0, 9.0)], columns=NO_SCORES.columns)
    run_id = send(small_run.store, small_run.out.parent, params=params, scores=scores)
    data = mlflow.MlflowClient(small_run.store).get_run(run_id).data
    assert len(data.params) == 131
    assert data.params["features.covariates.covariate_129.unit"] == "u" * 500
    assert len(data.metrics) == 2400
    assert data.metrics["m/metric0.365d"] == 0.5


def test_the_environment_names_the_store_and_is_left_as_it_was(mlflow, monkeypatch, small_run, tmp_path):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert default_uri(tmp_path) == f"sqlite:///{tmp_path / 'mlflow.db'}"
    assert small_run.store == default_uri(small_run.out.parent)
    before = mlflow.get_tracking_uri()
    send(small_run.store, small_run.out.parent)
    assert "MLFLOW_TRACKING_URI" not in os.environ
    assert "MLFLOW_EXPERIMENT_ID" not in os.environ
    assert mlflow.get_tracking_uri() == before
    assert mlflow.active_run() is None
    monkeypatch.setenv("MLFLOW_TRACKING_URI", small_run.store)
    assert default_uri(tmp_path) == small_run.store


def tracked_with(small_run, **settings):
    """Return the result without its models, to be tracked in another way."""
    changes = {"name": "elsewhere", "tracking": TrackingSettings(**settings)}
    experiment = small_run.result.experiment.model_copy(update=changes)
    return replace(small_run.result, experiment=experiment, models=())


def test_a_run_goes_where_the_environment_or_the_experiment_says(mlflow, monkeypatch, small_run, tmp_path):
    out = tmp_path / "deep" / "out"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", small_run.store)
    by_environment = track_result(tracked_with(small_run), out)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "nonsense://")
    by_experiment = track_result(tracked_with(small_run, uri=small_run.store), out)
    client = mlflow.MlflowClient(small_run.store)
    assert {client.get_run(run_id).info.status for run_id in (by_environment, by_experiment)} == {"FINISHED"}
    assert list(tmp_path.rglob("mlflow.db")) == []


def test_tracking_can_be_left_out(monkeypatch, small_run, tmp_path):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "nonsense://")
    assert track_result(tracked_with(small_run, enabled=False), tmp_path / "out") is None
    assert list(tmp_path.iterdir()) == []
    assert Experiment.parse({"name": "a", "tracking": {"enabled": False}}, "a.toml").tracking.uri is None


@pytest.mark.parametrize(
    ("uri", "found"),
    [
        ("nonsense://x", "Model registry functionality is unavailable; got unsupported URI 'nonsense://x'"),
        ("sqlite:///{tmp}", "unable to open database file"),
        ("sqlite:///{tmp}/text.db", "file is not a database"),
        ("sqlite:///{tmp}/text.db/deeper/m.db", "[Errno "),
        ("{tmp}/mlruns", "The filesystem tracking backend"),
    ],
)
def test_a_store_that_cannot_be_used_is_refused_at_once_in_one_sentence(uri, found, tmp_path):
    (tmp_path / "text.db").write_text("not a database, but long enough to look at its first bytes " * 20)
    uri = uri.format(tmp=tmp_path)
    with pytest.raises(ConfigError) as caught:
        send(uri, tmp_path)
    text = str(caught.value)
    assert text.startswith(f"The tracking store can be used, but found {uri} ({found}")
    assert text.endswith("): set uri under [tracking], or leave it out for an SQLite file beside the results.")
    assert "\n" not in text


@pytest.mark.parametrize(
    ("uri", "place"),
    [
        ("nonsense://me:hunter2@h:5/db", "nonsense://h:5"),
        ("nonsense://h/db?user=me&password=hunter2", "nonsense://h"),
        ("nonsense:///?odbc_connect=UID%3Dme%3BPWD%3Dhunter2", "nonsense://"),
        ("nonsense://h?token=a/hunter2@x", "nonsense://h"),
    ],
)
def test_a_password_in_a_uri_is_never_said(uri, place, tmp_path):
    with pytest.raises(ConfigError) as caught:
        send(uri, tmp_path)
    assert str(caught.value).startswith(f"The tracking store can be used, but found {place} (")
    assert "hunter2" not in str(caught.value)


def test_a_store_of_a_later_mlflow_is_refused_too(tmp_path):
    with sqlite3.connect(tmp_path / "later.db") as connection:
        connection.execute("create table alembic_version (version_num varchar(32))")
        connection.execute("insert into alembic_version values ('from_the_future')")
    connection.close()
    with pytest.raises(ConfigError, match=r"^The tracking store can be used, but found sqlite:.*later.db \("):
        send(f"sqlite:///{tmp_path / 'later.db'}", tmp_path)


def test_mlflow_is_kept_from_the_network(tmp_path):
    code = (
        "from hgrisk.tracking import _quiet\n"
        "with _quiet():\n"
        "    import mlflow\n"
        "    from mlflow.telemetry.client import get_telemetry_client\n"
        "    from mlflow.telemetry.utils import is_telemetry_disabled\n"
        "    print(is_telemetry_disabled(), get_telemetry_client())\n"
    )
    # without the variables by which MLflow knows a test and keeps quiet of itself
    bare = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=bare, cwd=tmp_path
    )
    assert done.stdout == "True None\n"

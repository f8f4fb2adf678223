"""What a run leaves: exactly the promised files and columns, nothing stale, no identifier, and a way back."""

import csv
import dataclasses
import json
import re
import shutil
import zipfile

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgrisk.errors import DataError
from hgrisk.experiment import write_run
from hgrisk.results import _read, compare_runs, csv_text, read_content, read_scores

PROMISED = {
    "scores.csv": "model,metric,horizon_days,group,estimate,lower,upper,n,n_events",
    "ladder.csv": "step,metric,horizon_days,estimate,lower,upper,gain,gain_lower,gain_upper",
    "attrition.csv": "step,remaining,removed,reason",
    "quarantine.csv": "source,source_row,table,status,reason",
    "tables/support.csv": None,
    "tables/incidence.csv": None,
    "tables/features.csv": "name,family,unit,sentence_en,sentence_nl,missing,missing_nl,process,missing_share",
    "tables/dropped_features.csv": "feature,reason,stage",
    "tables/quarantine_reasons.csv": "source,status,reason,rows",
    "tables/calibration.csv": None,
    "tables/predicted.csv": "left,right,n,model",
    "tables/coefficients.csv": "model,feature,coef,se,lower,upper",
    "tables/comparison.csv": "model,against,metric,horizon_days,difference,lower,upper",
    "tables/importance.csv": "model,feature,family,mean_abs,lower,upper",
    "tables/importance_families.csv": "model,family,mean_abs,lower,upper",
    "tables/shapes.csv": "model,feature,own_share,label,low,high,n,mean,lower,upper",
}
OTHERS = {"report.html", "rows.json", "experiment.toml", "tables/facts.json"}


@pytest.fixture
def copy(small_run, tmp_path):
    return shutil.copytree(small_run.out, tmp_path / "small")


def everything(folder):
    """Return the content of every file below a folder, also of those inside archives, by name."""
    found = {}
    for path in (path for path in folder.rglob("*") if path.is_file()):
        found[str(path)] = path.read_bytes()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                found |= {f"{path}!{name}": archive.read(name) for name in archive.namelist()}
    return found


def test_the_folder_holds_what_is_promised_and_no_more(small_run):
    names = {path.relative_to(small_run.out).as_posix() for path in small_run.out.rglob("*") if path.is_file()}
    figures = {name for name in names if name.startswith("figures/")}
    assert names - figures == {*PROMISED, *OTHERS}
    assert {"figures/ladder.svg", "figures/time.svg", "figures/scores.svg"} <= figures
    assert all((small_run.out / name).read_text(encoding="utf-8").lstrip().startswith("<svg") for name in figures)


def test_the_tables_have_the_named_columns_and_a_row(small_run):
    for name, header in PROMISED.items():
        lines = (small_run.out / name).read_text(encoding="utf-8").splitlines()
        assert header in {None, lines[0]}, name
        assert len(lines) > 1, name
    rows = json.loads((small_run.out / "rows.json").read_text(encoding="utf-8"))
    assert {tuple(row) for row in rows} == {("source", "read", "used", "merged", "excluded", "quarantined")}
    names = ["events", "cases", "persons", "memberships", "regions", "case_regions"]
    assert [row["source"].split(":")[0] for row in rows] == names


def test_scores_name_models_and_audit_groups(small_run):
    scores = read_scores(small_run.out)
    assert scores["model"].unique().tolist() == ["prior_count", "all features"]
    assert {group.split("=")[0] for group in scores["group"]} == {"all", "region"}
    assert scores["horizon_days"].unique().tolist() == [183, 365]
    whole = scores.query("group == 'all' and metric == 'uno_c'")
    assert ((whole["lower"] < whole["estimate"]) & (whole["estimate"] < whole["upper"])).all()


def test_quarantine_gives_row_numbers_and_reasons_but_no_values(study, small_run):
    text = (small_run.out / "quarantine.csv").read_text(encoding="utf-8")
    assert not re.search(r"\d{4}-\d{2}-\d{2}|\d{2}-\d{2}-\d{4}", text)
    quarantine = pd.read_csv(small_run.out / "quarantine.csv")
    assert set(quarantine["status"]) == {"quarantined"}
    assert (quarantine["source_row"] >= 1).all()
    events = pd.read_csv(study / "delivery" / "events.csv", dtype=str)
    late = quarantine[quarantine["reason"] == "ends before it starts"]
    rows = events.iloc[late["source_row"] - 1]
    assert len(rows) > 0
    assert (rows["ended_on"] < rows["occurred_on"]).all()


def test_no_identifier_is_in_the_folder_the_store_or_what_was_said(study, small_run):
    mark = small_run.mark
    assert any(mark.encode() in content for content in everything(study / "delivery").values())  # it would be found
    found = everything(small_run.out.parent)
    assert any(name.endswith("mlflow.db") for name in found)
    assert any(".skops!" in name for name in found)
    assert [name for name, content in found.items() if mark.encode() in content or mark in name] == []
    said = small_run.stdout + small_run.stderr + small_run.log
    assert "Report: " in said
    assert mark not in said


def test_the_content_reads_back_as_it_was_written(small_run):
    content, again = small_run.result.folder.content, read_content(small_run.out)
    for field in dataclasses.fields(content):
        before, after = getattr(content, field.name), getattr(again, field.name)
        if isinstance(before, dict) and before and isinstance(next(iter(before.values())), pd.DataFrame):
            assert list(before) == list(after), field.name
            pairs = [(before[name], after[name]) for name in before]
        else:
            pairs = [(before, after)]
        for one, other in pairs:
            if isinstance(one, pd.DataFrame):
                pd.testing.assert_frame_equal(one, other.reset_index(drop=True), check_exact=True, check_dtype=False)
            else:
                assert one == other, field.name


def test_names_that_look_like_numbers_stay_names(small_run, tmp_path):
    content = small_run.result.folder.content
    scores = content.scores.assign(model=content.scores["model"].map({"prior_count": "2024", "all features": "NA"}))
    renamed = dict(zip(("2024", "NA"), content.calibration.values(), strict=True))
    changed = dataclasses.replace(content, scores=scores, calibration=renamed)
    dataclasses.replace(small_run.result.folder, content=changed).write(tmp_path)
    assert read_scores(tmp_path)["model"].unique().tolist() == ["2024", "NA"]
    assert list(read_content(tmp_path).calibration) == ["2024", "NA"]


def test_a_second_run_leaves_nothing_of_the_first(small_run, copy):
    folder = small_run.result.folder
    (copy / "figures" / "calibration-9.svg").write_text("<svg/>")
    (copy / "figures" / "my-own.svg").write_text("<svg/>")
    less = dataclasses.replace(folder.content, coefficients=None, calibration={}, predicted={})
    result = dataclasses.replace(small_run.result, folder=dataclasses.replace(folder, content=less))
    write_run(result, copy)
    assert not (copy / "figures" / "calibration-9.svg").exists()
    assert not list((copy / "figures").glob("coefficients*.svg"))
    again = read_content(copy)
    assert (again.coefficients, again.calibration, again.predicted) == (None, {}, {})
    assert not list((copy / "figures").glob("calibration*.svg"))
    assert (copy / "figures" / "ladder.svg").exists()
    assert (copy / "figures" / "my-own.svg").exists()


def test_runs_are_compared_side_by_side(small_run, copy):
    scores = read_scores(copy)
    scores = scores[scores["model"] == "prior_count"].assign(estimate=0.5, lower=0.4, upper=np.nan)
    scores.loc[scores["horizon_days"] == 365, "estimate"] = np.nan
    scores.to_csv(copy / "scores.csv", index=False)
    other = copy.rename(copy.with_name("other"))
    table = compare_runs([small_run.out, other], "brier")
    assert table.columns.tolist() == ["model", "horizon_days", "small", "other"]
    assert table["model"].tolist() == ["prior_count"] * 2 + ["all features"] * 2
    assert table["horizon_days"].tolist() == [183, 365] * 2
    assert table["other"].tolist() == ["0.500", "", "", ""]
    first = read_scores(small_run.out).query("metric == 'brier' and group == 'all'").iloc[0]
    assert table["small"][0] == f"{first['estimate']:.3f} ({first['lower']:.3f} to {first['upper']:.3f})"


def test_what_is_no_run_is_refused(small_run, copy, tmp_path):
    with pytest.raises(
        DataError, match=rf"^The folder of a run holds tables/facts.json, but found none in {tmp_path}: "
    ):
        read_content(tmp_path)
    with pytest.raises(DataError, match=r"^The folder of a run holds scores.csv, but found none in .*: give the --out"):
        read_scores(tmp_path)
    with pytest.raises(DataError, match=r"^Runs to compare have names of their own, but found \['small', 'small'\]: "):
        compare_runs([small_run.out, copy], "uno_c")
    with pytest.raises(DataError) as caught:
        compare_runs([small_run.out], "auc")
    assert str(caught.value) == (
        "The runs have the metric, but found 'auc': use one of brier, calibration_slope, uno_c."
    )


def test_no_text_of_a_table_begins_a_formula_and_it_reads_back(small_run, tmp_path):
    content = small_run.result.folder.content
    evil = ('=HYPERLINK("http://x","y")', "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "'=1", "''-x", "'tis", "a=b")
    rows = content.scores.iloc[: len(evil)].assign(model=evil, group=evil)
    account = content.rows.assign(source=evil[0])
    quarantine = pd.DataFrame({"source": [evil[0]], "source_row": [1], "table": "events", "status": "quarantined"})
    changed = dataclasses.replace(content, scores=rows, rows=account)
    dataclasses.replace(small_run.result.folder, content=changed, quarantine=quarantine).write(tmp_path)
    for name in ("scores.csv", "quarantine.csv"):
        with (tmp_path / name).open(encoding="utf-8", newline="") as file:
            texts = [cell for row in csv.reader(file) for cell in row if not is_number(cell)]
        assert [text for text in texts if text.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    again = read_scores(tmp_path)
    assert (again["model"].tolist(), again["group"].tolist()) == (list(evil), list(evil))
    assert read_content(tmp_path).rows["source"].unique().tolist() == [evil[0]]


def is_number(text):
    return re.fullmatch(r"-?\d+(\.\d+)?(e[+-]?\d+)?", text) is not None


def test_numbers_are_written_as_they_are():
    table = pd.DataFrame({"gain": [-1.5, float("nan")], "n": [-1, 2], "mixed": [-3, "-x"], "shown": [True, False]})
    assert csv_text(table) == "gain,n,mixed,shown\n-1.5,-1,-3,True\n,2,'-x,False\n"


@given(st.lists(st.text("=+-@'a1\t\r\n,\"", min_size=1), min_size=1, max_size=4))
def test_any_text_reads_back_as_it_was(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("any") / "t.csv"
    path.write_bytes(csv_text(pd.DataFrame({"model": texts})).encode())
    assert _read(path)["model"].tolist() == texts


def test_what_is_kept_elsewhere_by_default_holds_no_scores_of_groups(small_run):
    folder = small_run.result.folder
    whole = folder.without_small_cells()
    assert sorted(whole) == ["attrition.csv", "experiment.toml", "ladder.csv", "rows.json", "scores.csv"]
    assert "region=" in folder.texts()["scores.csv"]
    assert "region=" not in whole["scores.csv"]
    assert len(whole["scores.csv"].splitlines()) == 1 + (folder.content.scores["group"] == "all").sum()
    written = {path.relative_to(small_run.out).as_posix() for path in small_run.out.rglob("*.*") if path.is_file()}
    others = {name for name in written if name.startswith("figures/")} | {"report.html", "quarantine.csv"}
    assert set(folder.texts()) == written - others
    for name, text in folder.texts().items():
        assert (small_run.out / name).read_text(encoding="utf-8") == text

"""What the command line shows: tables first, intervals where there are any, no markup out of the data."""

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import polars as pl
import pytest

from hgrisk.console import (
    CountProgress,
    Progress,
    StepProgress,
    say,
    show_account,
    show_comparison,
    show_features,
    show_result,
    show_scenarios,
    show_world,
)
from hgrisk.histories.account import RowAccount
from hgrisk.provenance import MADE_UP_NOTE

NAN = float("nan")


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")


def histories(n_bad=3, notes=(), source="events", kinds=("report", "report", "advice")):
    table = pl.DataFrame([(source, 12_000, 11_990, 2, 5, n_bad)], schema=COUNTS, orient="row")
    unused = pl.DataFrame(
        [(source, row, "events", "quarantined", "not a date [day]") for row in range(1, n_bad + 1)],
        schema={"source": str, "source_row": int, "table": str, "status": str, "reason": str},
        orient="row",
    )
    events = pl.DataFrame({"kind": kinds})
    return SimpleNamespace(account=RowAccount(table, unused), notes=notes, events=events)


COUNTS = {"source": str} | dict.fromkeys(("read", "used", "merged", "excluded", "quarantined"), int)


def result(ladder=None, apparent=False, bounds=(0.6, 0.7), notes=()):
    scores = pd.DataFrame(
        [(model, metric, horizon, group, estimate, *bounds)
         for model, estimate in (("base", NAN), ("cox", 0.654321))
         for metric in ("uno_c", "brier", "auc")
         for horizon in (183, 365)
         for group in ("all", "region=x")],
        columns=["model", "metric", "horizon_days", "group", "estimate", "lower", "upper"],
    )  # fmt: skip
    content = SimpleNamespace(calibration_horizon_days=365, apparent=apparent, notes=notes)
    empty = pd.DataFrame(columns=["step", "metric", "horizon_days"])
    return SimpleNamespace(
        scores=scores, ladder=empty if ladder is None else ladder, folder=SimpleNamespace(content=content)
    )


def cells(text, first):
    """Return the cells of the table row that begins with a word, and of the line below it."""
    lines = text.splitlines()
    place = next(n for n, line in enumerate(lines) if line.startswith(f"│ {first}"))
    return [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines[place : place + 2]]


def test_the_account_shows_counts_reasons_and_the_verdict(capsys):
    show_account(histories(notes=("Reports of May are absent.",)), 0.05)
    out = capsys.readouterr().out
    assert cells(out, "events")[0] == ["events", "12,000", "11,990", "2", "5", "3"]
    assert "not a date [day]" in out
    assert "Note: Reports of May are absent.\n" in out
    assert out.splitlines()[-1].endswith("at most 5.00% is accepted: accepted.")
    assert "0.03%" in out.splitlines()[-1]
    show_account(histories(), 0.0001)
    assert capsys.readouterr().out.splitlines()[-1].endswith("at most 0.01% is accepted: too many.")
    show_account(histories(n_bad=0), 0.0)
    out = capsys.readouterr().out
    assert "and why" not in out
    assert out.splitlines()[-1].endswith("at most 0.00% is accepted: accepted.")


def test_the_kinds_of_event_are_counted_and_a_delivery_without_reports_is_told(capsys):
    show_account(histories(), 0.05)
    out = capsys.readouterr().out
    assert cells(out, "report")[0] == ["report", "2"]
    assert "no event is of kind" not in out
    show_account(histories(kinds=("melding",)), 0.05)
    assert "Note: no event is of kind 'report' or 'follow_up_report': code the kinds" in capsys.readouterr().out
    show_account(histories(kinds=[f"text {n}" for n in range(51)]), 0.05)
    assert "text 7" not in capsys.readouterr().out


def test_square_brackets_of_a_source_are_shown_as_they_are(capsys):
    show_account(histories(source="events [/b] [red]x"), 0.05)
    assert "events [/b] [red]x" in capsys.readouterr().out
    say("a [b]bold[/b] note")
    assert capsys.readouterr().out == "a [b]bold[/b] note\n"


def test_a_result_shows_each_model_at_the_middle_horizon(capsys, tmp_path):
    show_result(result(), tmp_path / "report.html", "abc123")
    out = capsys.readouterr().out
    assert out.startswith("Scores at 365 days")
    assert cells(out, "base")[0] == ["base", "-", "-"]
    first, second = cells(out, "cox")
    assert first == ["cox", "0.654", "0.654"]
    assert second == ["", "(0.600 to 0.700)", "(0.600 to 0.700)"]
    assert "region" not in out
    assert "apparent" not in out
    assert "ladder" not in out
    last = out.splitlines()[-3:]
    assert last[0] == "A household that is not flagged is not thereby safe; a re-report is not a re-offence."
    assert last[1:] == ["Tracked as MLflow run abc123", f"Report: {tmp_path / 'report.html'}"]


def test_no_interval_is_shown_where_there_is_none(capsys, tmp_path):
    show_result(result(bounds=(NAN, NAN)), tmp_path / "report.html", None)
    out = capsys.readouterr().out
    assert cells(out, "cox")[0] == ["cox", "0.654", "0.654"]
    assert "nan" not in out
    assert "Tracked" not in out


def test_apparent_scores_are_called_so(capsys, tmp_path):
    show_result(result(apparent=True), tmp_path / "report.html", None)
    assert (
        "These scores are apparent: the models were judged on the rows they were fitted on" in capsys.readouterr().out
    )


def test_a_result_on_made_up_data_says_so(capsys, tmp_path):
    show_result(result(notes=["Of May.", MADE_UP_NOTE]), tmp_path / "report.html", None)
    assert f"\n{MADE_UP_NOTE}\nA household that is not flagged" in capsys.readouterr().out
    show_result(result(notes=["Of May."]), tmp_path / "report.html", None)
    assert "made up" not in capsys.readouterr().out


def test_the_ladder_shows_gains_with_their_sign(capsys, tmp_path):
    ladder = pd.DataFrame(
        [
            ("base rate", "uno_c", 365, 0.5, 0.5, 0.5, NAN, NAN, NAN),
            ("prior count", "uno_c", 365, 0.61, 0.6, 0.62, 0.11, 0.1, 0.12),
            ("everything", "uno_c", 365, 0.60, 0.58, 0.62, -0.01, -0.02, 0.005),
            ("everything", "brier", 365, 0.2, 0.1, 0.3, 0.0, 0.0, 0.0),
            ("everything", "uno_c", 183, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9),
        ],
        columns=["step", "metric", "horizon_days", "estimate", "lower", "upper", "gain", "gain_lower", "gain_upper"],
    )
    show_result(result(ladder), tmp_path / "report.html", None)
    out = capsys.readouterr().out
    assert "Prior-violence ladder, Uno's C at 365 days" in out
    assert cells(out, "base rate") == [["base rate", "0.500", "-"], ["", "(0.500 to 0.500)", ""]]
    assert cells(out, "prior count")[1] == ["", "(0.600 to 0.620)", "(+0.100 to +0.120)"]
    assert cells(out, "everything")[:2] == [
        ["everything", "0.600", "-0.010"],
        ["", "(0.580 to 0.620)", "(-0.020 to +0.005)"],
    ]
    assert "0.900" not in out


def test_a_comparison_has_a_column_for_each_run(capsys):
    table = pd.DataFrame({"model": ["cox"], "horizon_days": [1095], "one": ["0.654 (0.600 to 0.700)"], "two": [""]})
    show_comparison(table, "uno_c")
    out = capsys.readouterr().out
    assert out.startswith("uno_c, with intervals")
    assert cells(out, "cox") == [["cox", "1,095", "0.654", ""], ["", "", "(0.600 to 0.700)", ""]]


def test_progress_is_told_on_standard_error_and_gone_afterwards(capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    with Progress(["read", "fit", "write"]) as progress:
        for done, step in enumerate(("read", "fit", "write")):
            progress.step(step)
            (task,) = progress._bar.tasks
            assert (task.description, task.completed, task.total) == (step, done, 3)
    out, err = capsys.readouterr()
    assert out == ""
    assert "write" in err
    with pytest.raises(ValueError, match="not in list"):
        progress.step("unheard of")


def test_counted_work_is_told_on_standard_error_and_gone_afterwards(capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    with CountProgress("making up") as progress:
        for done in range(4):
            progress.reach(done, 3)
            (task,) = progress._bar.tasks
            assert (task.description, task.completed, task.total) == ("making up", done, 3)
    out, err = capsys.readouterr()
    assert out == ""
    assert "making up" in err


def test_a_step_progress_follows_steps_of_many_pieces(capsys):
    with StepProgress() as progress:
        for step, done, total in (("reading", 0, 0), ("reading", 5, 0), ("building", 0, 3), ("building", 2, 3)):
            progress.reach(step, done, total)
            (task,) = progress._bar.tasks
            assert (task.description, task.completed, task.total) == (step, done, total or None)
    assert capsys.readouterr().out == ""


def world(planted):
    calibration = pl.DataFrame(
        {
            "quantity": ["first_reports_2023", "late_assessments_2023", "elder_abuse_2024"],
            "target": [0.319, 0.4, 0.02],
            "tolerance": [0.02, 0.04, 0.02],
            "simulated": [0.3201, 0.55, None],
            "within": [True, False, None],
        }
    )
    return SimpleNamespace(
        households=5000, cases=3210, events=45_678, planted=planted, calibration=calibration, folder=Path("deep/world")
    )


def test_a_world_is_shown_beside_its_targets(capsys):
    show_world(world({"missing_kind": 1000, "unknown_case": 2}))
    out = capsys.readouterr().out
    assert cells(out, "first_reports_2023") == [
        ["first_reports_2023", "0.319 ± 0.020", "0.320", "yes"],
        ["late_assessments_2023", "0.400 ± 0.040", "0.550", "no"],
    ]
    assert cells(out, "elder_abuse_2024")[0] == ["elder_abuse_2024", "0.020 ± 0.020", "-", "-"]
    assert "The targets are those of the baseline: other scenarios differ from them on purpose, and a small" in out
    assert out.splitlines()[-4:] == [
        "Made up 5,000 households, of which 3,210 known to Veilig Thuis, with 45,678 events.",
        "Planted 1,002 faulty rows among the events.",
        "World: deep/world (only observed/ is for a pipeline)",
        "Made-up data: no figure in it is evidence about real households.",
    ]


def test_a_world_within_its_targets_needs_no_excuse(capsys):
    near = world({})
    near.calibration = near.calibration.filter(pl.col("within").fill_null(value=True))
    show_world(near)
    out = capsys.readouterr().out
    assert "first_reports_2023" in out
    assert "elder_abuse_2024" in out
    assert "The targets are" not in out


def test_no_faulty_rows_are_not_spoken_of(capsys):
    show_world(world({}))
    assert "faulty" not in capsys.readouterr().out


def test_scenarios_are_shown_with_their_questions(capsys):
    show_scenarios([SimpleNamespace(name="drift", question="Does it drift [or not]?")])
    assert cells(capsys.readouterr().out, "drift")[0] == ["drift", "Does it drift [or not]?"]


def test_features_are_shown_by_family_with_what_an_empty_value_means(capsys):
    catalogue = pd.DataFrame(
        [
            ("one", "a_count", "count", "number", "a [count]", "een aantal", "", "", True),
            ("one", "a_kind", "", "category", "a kind", "een soort", "unknown", "onbekend", False),
            ("two", "b" * 40, "days", "number", "days", "dagen", "", "", False),
        ],
        columns=["family", "name", "unit", "kind", "sentence_en", "sentence_nl", "missing", "missing_nl", "process"],
    )
    show_features(catalogue, "nl")
    out = capsys.readouterr().out
    assert out.startswith("one: 2")
    assert "two: 1" in out
    assert cells(out, "a_count") == [["a_count", "een aantal"], ["count ●", ""]]
    assert cells(out, "a_kind") == [["a_kind", "een soort"], ["category", "leeg: onbekend"]]
    assert cells(out, "b" * 36) == [["b" * 36, "dagen"], ["b" * 4, ""]]
    assert out.splitlines()[-1] == "3 features; ● is about the work of organisations, which could be changed."
    show_features(catalogue, "en")
    out = capsys.readouterr().out
    assert "a [count]" in out
    assert "empty: unknown" in out

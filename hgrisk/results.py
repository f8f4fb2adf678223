"""What a run leaves in its folder, and how to read it back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from hgrisk.errors import DataError
from hgrisk.report.content import FURTHER, ReportContent

EXPERIMENT = "experiment.toml"
TABLES = "tables"
_MAIN = ("scores", "ladder", "attrition")
_MORE = ("quarantine_reasons", "incidence", "features", "dropped_features")
_BY_MODEL = ("calibration", "predicted")
_NAMES = (
    *("model", "step", "name", "feature", "source", "reason", "candidate", "item", "level", "total", "label"),
    *("part", "against", "attribute", "feature_a", "feature_b"),
)
"""Columns of names that people choose: text, also where they look like numbers."""
_FACTS = ("title", "experiment", "run_facts", "outcome_facts", "split_facts", "canary", "notes", "limits", "apparent")


@dataclass(frozen=True)
class RunFolder:
    """The results of a run.

    Attributes
    ----------
    content : ReportContent
        Every table and fact of the report.
    quarantine : DataFrame
        ``source``, ``source_row``, ``table``, ``status``, ``reason`` of every quarantined row; no values.
    support : DataFrame
        How far the censoring weights carry at each horizon.
    experiment_toml : str
        The experiment as resolved.
    """

    content: ReportContent
    quarantine: pd.DataFrame
    support: pd.DataFrame
    experiment_toml: str

    def write(self, folder: Path) -> None:
        """Write every table; those of an earlier run are replaced.

        Parameters
        ----------
        folder : Path
            Made if it is not there.
        """
        tables = folder / TABLES
        tables.mkdir(parents=True, exist_ok=True)
        content = self.content
        for name in _MAIN:
            getattr(content, name).to_csv(folder / f"{name}.csv", index=False)
        write_account(content.rows, self.quarantine, folder)
        (folder / EXPERIMENT).write_text(self.experiment_toml, encoding="utf-8")
        self.support.to_csv(tables / "support.csv", index=False)
        for name in _MORE:
            getattr(content, name).to_csv(tables / f"{name}.csv", index=False)
        for name in _BY_MODEL:
            _stacked(getattr(content, name)).to_csv(tables / f"{name}.csv", index=False)
        optional = {"coefficients": content.coefficients, **{name: content.further.get(name) for name in FURTHER}}
        for name, table in optional.items():
            _write_or_remove(table, tables / f"{name}.csv")
        facts = {name: getattr(content, name) for name in _FACTS}
        facts["calibration_horizon_days"] = content.calibration_horizon_days
        (tables / "facts.json").write_text(json.dumps(facts, indent=2, default=list) + "\n", encoding="utf-8")


def write_account(rows: pd.DataFrame, quarantine: pd.DataFrame, folder: Path) -> None:
    """Write ``rows.json`` and ``quarantine.csv``.

    Parameters
    ----------
    rows : DataFrame
        ``source``, ``read``, ``used``, ``merged``, ``excluded``, ``quarantined``.
    quarantine : DataFrame
        ``source``, ``source_row``, ``table``, ``status``, ``reason`` of every quarantined row.
    folder : Path
        Made if it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(rows.to_dict("records"), indent=2)
    (folder / "rows.json").write_text(text + "\n", encoding="utf-8")
    quarantine.to_csv(folder / "quarantine.csv", index=False)


def read_content(folder: Path) -> ReportContent:
    """Read back what the report of a run says.

    Parameters
    ----------
    folder : Path
        The folder of a run.

    Returns
    -------
    ReportContent
        Its tables and facts.

    Raises
    ------
    DataError
        If the folder holds no run.
    """
    tables = folder / TABLES
    if not (tables / "facts.json").is_file():
        raise DataError("The folder of a run holds tables/facts.json", f"none in {folder}", "give the --out of a run")
    facts: dict[str, Any] = json.loads((tables / "facts.json").read_text(encoding="utf-8"))
    frames: dict[str, Any] = {name: _read(folder / f"{name}.csv") for name in _MAIN}
    frames |= {name: _read(tables / f"{name}.csv") for name in _MORE}
    coefficients = tables / "coefficients.csv"
    further = {name: tables / f"{name}.csv" for name in FURTHER}
    return ReportContent(
        **facts,
        **frames,
        rows=pd.DataFrame(json.loads((folder / "rows.json").read_text(encoding="utf-8"))),
        coefficients=_read(coefficients) if coefficients.is_file() else None,
        calibration=_unstacked(_read(tables / "calibration.csv")),
        predicted=_unstacked(_read(tables / "predicted.csv")),
        further={name: _read(path) for name, path in further.items() if path.is_file()},
    )


def read_scores(folder: Path) -> pd.DataFrame:
    """Read the scores of a run.

    Parameters
    ----------
    folder : Path
        The folder of a run.

    Returns
    -------
    DataFrame
        The tidy table of metrics.

    Raises
    ------
    DataError
        If the folder holds no run.
    """
    path = folder / "scores.csv"
    if not path.is_file():
        raise DataError("The folder of a run holds scores.csv", f"none in {folder}", "give the --out of a run")
    return _read(path)


def compare_runs(folders: Sequence[Path], metric: str) -> pd.DataFrame:
    """Put one metric of several runs side by side.

    Parameters
    ----------
    folders : sequence of Path
        Folders of runs.
    metric : str
        Name of the metric.

    Returns
    -------
    DataFrame
        ``model``, ``horizon_days`` and, for each run, ``estimate (lower to upper)``; empty where a run lacks the model
        or the metric is not defined.

    Raises
    ------
    DataError
        If a folder holds no run, two have one name, or no run has the metric.
    """
    names = [folder.resolve().name for folder in folders]
    if len(set(names)) < len(names):
        raise DataError("Runs to compare have names of their own", f"{sorted(names)}", "rename a folder")
    columns = []
    for name, folder in zip(names, folders, strict=True):
        scores = read_scores(folder)
        whole = scores[(scores["group"] == "all") & (scores["metric"] == metric)]
        texts = [_interval(row["estimate"], row["lower"], row["upper"]) for row in whole.to_dict("records")]
        columns.append(pd.Series(texts, index=pd.MultiIndex.from_frame(whole[["model", "horizon_days"]]), name=name))
    table = pd.concat(columns, axis=1).fillna("")
    if table.empty:
        known = sorted(set(read_scores(folders[0])["metric"]))
        raise DataError("The runs have the metric", f"{metric!r}", f"use one of {', '.join(known)}")
    return table.reset_index()


def _interval(estimate: float, lower: float, upper: float) -> str:
    if pd.isna(estimate):
        return ""
    return f"{estimate:.3f}" if pd.isna(lower) or pd.isna(upper) else f"{estimate:.3f} ({lower:.3f} to {upper:.3f})"


def _read(path: Path) -> pd.DataFrame:
    table = pd.read_csv(
        path, keep_default_na=False, na_values=[""], float_precision="round_trip", dtype=dict.fromkeys(_NAMES, str)
    )
    texts = table.select_dtypes("object").columns
    return table.fillna(dict.fromkeys(texts, ""))


def _write_or_remove(table: pd.DataFrame | None, path: Path) -> None:
    """Write a table that this run has; remove that of an earlier run if it has none."""
    if table is None:
        path.unlink(missing_ok=True)
    else:
        table.to_csv(path, index=False)


def _stacked(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    named = [table.assign(model=name) for name, table in tables.items()]
    return pd.concat(named) if named else pd.DataFrame(columns=["model"])


def _unstacked(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    if table.empty:
        return {}
    return {str(name): part.drop(columns="model") for name, part in table.groupby("model", sort=False)}

"""What a run leaves in its folder, and how to read it back."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from hgrisk.errors import DataError
from hgrisk.evaluation.evaluate import EVERYONE
from hgrisk.report.content import FURTHER, ReportContent

EXPERIMENT = "experiment.toml"
TABLES = "tables"
ROWS = "rows.json"
_MAIN = ("scores", "ladder", "attrition")
_MORE = ("quarantine_reasons", "incidence", "features", "dropped_features")
_BY_MODEL = ("calibration", "predicted")
_NAMES = (
    *("model", "step", "name", "feature", "source", "reason", "candidate", "item", "level", "total", "label"),
    *("part", "against", "attribute", "feature_a", "feature_b"),
)
"""Columns of names that people choose: text, also where they look like numbers."""
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
"""How a text begins that a spreadsheet would take for a formula, any marks against that before it."""
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
        """Write every table; those of an earlier run are replaced or removed.

        Parameters
        ----------
        folder : Path
            Made if it is not there.
        """
        (folder / TABLES).mkdir(parents=True, exist_ok=True)
        write_account(self.content.rows, self.quarantine, folder)
        texts = self.texts()
        for name in ("coefficients", *FURTHER):
            if f"{TABLES}/{name}.csv" not in texts:
                (folder / TABLES / f"{name}.csv").unlink(missing_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")

    def texts(self) -> dict[str, str]:
        """Return what the files of the run hold, ``quarantine.csv`` apart, which names rows of the source.

        Returns
        -------
        dict of str to str
            Path below the folder, such as ``"tables/incidence.csv"``, to text.
        """
        content, names = self.content, ("coefficients", *FURTHER)
        optional = {"coefficients": content.coefficients, **content.further}
        tables: dict[str, pd.DataFrame] = {"support": self.support}
        tables |= {name: getattr(content, name) for name in _MORE}
        tables |= {name: _stacked(getattr(content, name)) for name in _BY_MODEL}
        tables |= {name: table for name in names if (table := optional.get(name)) is not None}
        facts = {name: getattr(content, name) for name in _FACTS}
        facts["calibration_horizon_days"] = content.calibration_horizon_days
        return {
            **self._open_texts(),
            "scores.csv": csv_text(content.scores),
            **{f"{TABLES}/{name}.csv": csv_text(table) for name, table in tables.items()},
            f"{TABLES}/facts.json": json.dumps(facts, indent=2, default=list) + "\n",
        }

    def without_small_cells(self) -> dict[str, str]:
        """Return the files that tell of no small group: settings, whole-test scores, ladder, attrition, account.

        Returns
        -------
        dict of str to str
            Path below the folder to text; ``scores.csv`` has the rows of group "all" only.
        """
        scores = self.content.scores
        return {**self._open_texts(), "scores.csv": csv_text(scores[scores["group"] == EVERYONE])}

    def _open_texts(self) -> dict[str, str]:
        """Return the files that tell of no small group whole."""
        return {
            EXPERIMENT: self.experiment_toml,
            ROWS: _account_text(self.content.rows),
            **{f"{name}.csv": csv_text(getattr(self.content, name)) for name in ("ladder", "attrition")},
        }


def csv_text(table: pd.DataFrame) -> str:
    r"""Return a table as CSV that no spreadsheet takes for formulas.

    Parameters
    ----------
    table : DataFrame
        Any table; its index is left out.

    Returns
    -------
    str
        CSV; text that begins with ``=``, ``+``, ``-``, ``@``, a tab or a return has ``'`` before it, numbers have not.

    Examples
    --------
    >>> csv_text(pd.DataFrame({"group": ["=1+1", "a"], "gain": [-1, 2]}))
    "group,gain\n'=1+1,-1\na,2\n"
    """
    safe = _each_text(table, lambda text: f"'{text}" if _FORMULA.match(text) else text)
    texts = safe.select_dtypes(["object", "string"])
    has_return = any("\r" in value for name in texts for value in texts[name] if isinstance(value, str))
    # a return on its own would begin a row for those who read it, and is not quoted otherwise
    return safe.to_csv(
        index=False, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC if has_return else csv.QUOTE_MINIMAL
    )


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
    (folder / ROWS).write_text(_account_text(rows), encoding="utf-8")
    (folder / "quarantine.csv").write_text(csv_text(quarantine), encoding="utf-8")


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
        rows=pd.DataFrame(json.loads((folder / ROWS).read_text(encoding="utf-8"))),
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
    marked = table.fillna(dict.fromkeys(texts, ""))
    return _each_text(marked, lambda text: text[1:] if text.startswith("'") and _FORMULA.match(text) else text)


def _each_text(table: pd.DataFrame, change: Callable[[str], str]) -> pd.DataFrame:
    """Return a table with its texts changed; numbers, dates and gaps are left as they are."""

    def one(value: Any) -> Any:
        return change(value) if isinstance(value, str) else value

    texts = table.select_dtypes(["object", "string", "category"])
    return table.assign(**{str(name): texts[name].astype("object").map(one) for name in texts.columns})


def _account_text(rows: pd.DataFrame) -> str:
    return json.dumps(rows.to_dict("records"), indent=2) + "\n"


def _stacked(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    named = [table.assign(model=name) for name, table in tables.items()]
    return pd.concat(named) if named else pd.DataFrame(columns=["model"])


def _unstacked(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    if table.empty:
        return {}
    return {str(name): part.drop(columns="model") for name, part in table.groupby("model", sort=False)}

"""Made-up case histories to a folder of CSV files with the parameters that made them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from importlib.metadata import version
from pathlib import Path

import polars as pl

from hgrisk.errors import DataError
from hgrisk.simulate.simulator import SimulatedHistories

PARAMETERS = "parameters.toml"


def write(histories: SimulatedHistories, folder: Path) -> None:
    """Write the observed tables and ``parameters.toml``; the truth is not written.

    Parameters
    ----------
    histories : SimulatedHistories
        What to write; the planted faulty rows go among the events.
    folder : pathlib.Path
        A new or empty folder, or one that holds an earlier ``parameters.toml``.

    Raises
    ------
    DataError
        If the folder holds anything else.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from hgrisk.simulate.settings import SimulationSettings
    >>> from hgrisk.simulate.simulator import simulate
    >>> with TemporaryDirectory() as folder:
    ...     write(simulate(SimulationSettings(households=20)), Path(folder))
    ...     print(*sorted(file.name for file in Path(folder).iterdir()))
    cases.csv events.csv memberships.csv parameters.toml persons.csv regions.csv
    """
    _refuse_foreign_folder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        "events": _with_faults(histories),
        "cases": histories.cases,
        "persons": histories.persons,
        "memberships": histories.memberships,
        "regions": histories.regions,
    }
    for name, table in tables.items():
        table.write_csv(folder / f"{name}.csv")
    (folder / PARAMETERS).write_text(parameters_text(histories), encoding="utf-8", newline="\n")


def parameters_text(histories: SimulatedHistories) -> str:
    """Return the settings, the planted faults and the version as TOML.

    Parameters
    ----------
    histories : SimulatedHistories
        The histories.

    Returns
    -------
    str
        The table ``settings`` reads back as ``SimulationSettings``.
    """
    settings = histories.settings.model_dump()
    nested = {name: values for name, values in settings.items() if isinstance(values, dict)}
    flat = {name: value for name, value in settings.items() if name not in nested}
    lines = [f'version = "{version("hgrisk")}"', *_section("settings", flat)]
    for name, values in nested.items():
        lines += _section(f"settings.{name}", values)
    return "\n".join([*lines, *_section("planted", histories.planted), ""])


def _section(name: str, values: Mapping[str, int | float | date]) -> Iterable[str]:
    return ["", f"[{name}]", *(f"{key} = {value}" for key, value in values.items())]


def _with_faults(histories: SimulatedHistories) -> pl.DataFrame:
    text = histories.events.with_columns(pl.all().cast(pl.String))
    rows = pl.concat([text, histories.faulty_rows.drop("fault")])
    return rows.sort("known_on", "event_id", maintain_order=True)


def _refuse_foreign_folder(folder: Path) -> None:
    if folder.is_dir() and any(folder.iterdir()) and not (folder / PARAMETERS).exists():
        raise DataError(
            "Made-up tables go to an empty folder or over earlier made-up tables",
            f"other files in {folder.name}",
            f"name another folder, or one with a {PARAMETERS}",
        )

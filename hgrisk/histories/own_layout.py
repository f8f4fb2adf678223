"""Our own layout: files or frames that bear the names of our tables and columns."""

from __future__ import annotations

from hgrisk.errors import DataError
from hgrisk.histories.account import ROW
from hgrisk.histories.delivery import ENDINGS, Delivery
from hgrisk.histories.frames import shown_names
from hgrisk.histories.mapping import MappingFile, SourceMap
from hgrisk.schema import TABLES, column_types, compulsory_columns

_OTHER_ENDINGS = (".tsv", ".txt", ".xls", ".xlsx", ".ods", ".zip", ".pq", ".feather", ".json", ".sav", ".dta")

_TRUTH = frozenset({"violence.parquet", "outcomes.parquet"})
"""Tables that only the truth of a made-up world has."""


def own_layout(delivery: Delivery) -> MappingFile:
    """Return the mapping of a delivery that follows our own layout.

    Parameters
    ----------
    delivery : Delivery
        The delivery.

    Returns
    -------
    MappingFile
        One source for each table that is there; columns that are not ours travel along.

    Raises
    ------
    DataError
        If there are no events, the folder is that of a made-up world or its truth, a table stands in two files, a name
        is nearly ours, or a compulsory column is absent.
    """
    _check_names(delivery)
    sources = [_source(delivery, table, name) for table in TABLES for name in _present(delivery, table)]
    return MappingFile(name="own layout", source=tuple(sources))


def _check_names(delivery: Delivery) -> None:
    names = delivery.names
    for table in TABLES:
        present = _present(delivery, table)
        if len(present) > 1:
            raise DataError("A table stands in one file", " and ".join(present), "remove one or write a mapping")
    if not _present(delivery, "events"):
        _check_world(delivery)
        raise DataError(
            "Case histories have an events table (events.csv, .csv.gz or .parquet)",
            ", ".join(names[:8]) or "nothing",
            "add it, or write a mapping file that says what your tables mean",
        )
    astray = next((name for name in names if _nearly_ours(delivery, name)), None)
    if astray:
        where = "" if delivery.folder is None else ", and a file ends in .csv, .csv.gz or .parquet"
        rule = f"A table is one of {', '.join(TABLES)}{where}"
        raise DataError(rule, f"{astray!r}", "rename or convert it, or write a mapping file")


def _check_world(delivery: Delivery) -> None:
    """Refuse the folder of a made-up world, or of its truth, with the way to its register."""
    if delivery.folder is None:
        return
    if _TRUTH.issubset(delivery.names):
        found = f"in {delivery.folder} the truth of a made-up world"
        raise DataError("A pipeline never reads what no register knows", found, "give the folder observed/ beside it")
    if any((delivery.folder / "observed" / f"events{ending}").is_file() for ending in ENDINGS):
        found = f"none in {delivery.folder}, which holds a made-up world"
        raise DataError("Case histories have an events table", found, "give its folder observed/")


def _present(delivery: Delivery, table: str) -> list[str]:
    names = [table] if delivery.folder is None else [f"{table}{ending}" for ending in ENDINGS]
    return [name for name in names if name in delivery.names]


def _nearly_ours(delivery: Delivery, name: str) -> bool:
    """Say whether a file or frame was probably meant as a table but would be passed over."""
    if delivery.folder is None:
        return name not in TABLES
    stem, dot, ending = name.partition(".")
    table, ending = stem.lower(), (dot + ending).lower()
    return table in TABLES and ending in (*ENDINGS, *_OTHER_ENDINGS) and name not in _present(delivery, table)


def _source(delivery: Delivery, table: str, name: str) -> SourceMap:
    have = [column for column in delivery.rows(name).frame.columns if column != ROW]
    ours = list(column_types(table))
    nearly = {_plain(column): column for column in have if column not in ours}
    misspelt = next((column for column in ours if column not in have and column in nearly), None)
    if misspelt:
        raise DataError(
            f"The columns of {name} bear exactly our names",
            f"{nearly[misspelt]!r} for {misspelt!r}",
            "rename it, or write a mapping file",
        )
    missing = [column for column in compulsory_columns(table) if column not in have]
    if missing:
        only = len(have) == 1 and ";" in have[0]
        raise DataError(
            f"{name} has every compulsory column of {table}",
            f"no {', '.join(missing)} among {shown_names(have)}",
            "write a mapping file with delimiter = ';'" if only else "rename your columns, or write a mapping file",
        )
    columns = {column: column for column in ours if column in have}
    return SourceMap.parse({"table": table, "file": name, "columns": columns, "extra": "all"}, where=name)


def _plain(column: str) -> str:
    return column.strip().lower().replace(" ", "_").replace("-", "_")

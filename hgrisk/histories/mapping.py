"""The mapping file: how someone else's tables become ours, without a line of Python."""

from __future__ import annotations

from datetime import date
from pathlib import Path, PureWindowsPath
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field, field_validator, model_validator

from hgrisk.errors import ConfigError
from hgrisk.histories.column_map import ColumnMap
from hgrisk.histories.constants import Scalar
from hgrisk.schema import TABLES, column_types, compulsory_columns
from hgrisk.settings import Settings, read_toml

ISO = "%Y-%m-%d"
NOTHING = ("", "NA", "N/A", "NaN", "nan", "NULL", "null", "None")
"""Texts that mean empty, as databases, R and pandas write them."""


class RowFilter(Settings):
    """Keep a row where one column meets one condition.

    Attributes
    ----------
    column : str
        The column to look at.
    equals, not_equals : scalar, optional
        The value it must (not) have, compared as text; the number 5 is also 5.0, and true is also True.
    is_in, not_in : list of scalars, optional
        The values of which it must have one (none).
    at_least, at_most : float, optional
        Bounds, both included, on a number; what is no number is quarantined.
    is_null : bool, optional
        Whether it must be empty (true) or filled (false).
    """

    column: str
    equals: Scalar | None = None
    not_equals: Scalar | None = None
    is_in: tuple[Scalar, ...] | None = None
    not_in: tuple[Scalar, ...] | None = None
    at_least: float | None = None
    at_most: float | None = None
    is_null: bool | None = None

    @model_validator(mode="after")
    def _one_condition(self) -> Self:
        if not self._conditions():
            raise ConfigError(
                "A filter states a condition",
                f"none for column {self.column!r}",
                "add one of equals, not_equals, is_in, not_in, at_least, at_most, is_null",
            )
        return self

    def describe(self) -> str:
        """Return the filter in words, as it is shown in the row account.

        Returns
        -------
        str
            For example ``kind is_in ('report',)``.
        """
        parts = [f"{key} {value}" for key, value in sorted(self._conditions().items())]
        return f"{self.column} {' and '.join(parts)}"

    def _conditions(self) -> dict[str, Any]:
        return self.model_dump(exclude={"column"}, exclude_none=True)


def _as_column_map(value: Any) -> Any:
    return {"column": value} if isinstance(value, str) else value


class SourceMap(Settings):
    """One file (or frame) that fills rows of one table; several sources of a table are stacked.

    Attributes
    ----------
    table : str
        The table it fills.
    file : str
        File inside the data folder, or the key of a frame.
    name : str
        Name in the row account; table and file by default.
    columns : dict
        Our column to its origin: a source column's name or a ``ColumnMap``.
    where : tuple of RowFilter
        Rows to keep; the others are excluded, with the filter as the reason.
    extra : "all" or tuple of str
        Further source columns that travel along under their own name.
    recode : dict
        Code list for an extra column, from source value (as text) to another; a value not in it is quarantined.
    date_format : str
        Format of every date without one of its own.
    time_zone : str, optional
        The place on whose clock instants with a time zone or an offset are read, such as ``Europe/Amsterdam``.
    null_values : tuple of str
        Texts that mean empty, besides the empty text; a word that a code list or a filter of the same column names
        keeps its meaning.
    encoding : str
        Text encoding of a CSV file.
    delimiter : str
        Field separator of a CSV file.
    """

    table: str
    file: str = Field(min_length=1)
    name: str = ""
    columns: dict[str, Annotated[ColumnMap, BeforeValidator(_as_column_map)]]
    where: tuple[RowFilter, ...] = ()
    extra: Literal["all"] | tuple[str, ...] = ()
    recode: dict[str, dict[str, Scalar]] = Field(default_factory=dict)
    date_format: str = ISO
    time_zone: str | None = None
    null_values: tuple[str, ...] = NOTHING
    encoding: str = "utf-8"
    delimiter: str = Field(default=",", min_length=1, max_length=1, pattern=r"[^\"\r\n]")

    @model_validator(mode="after")
    def _known_names(self) -> Self:
        if self.table not in TABLES:
            raise ConfigError("A source fills a known table", f"{self.table!r}", f"use one of {', '.join(TABLES)}")
        unknown = sorted(set(self.columns) - set(column_types(self.table)))
        if unknown:
            raise ConfigError(
                f"A source of {self.table} maps known columns",
                f"{', '.join(unknown)}",
                f"use {', '.join(column_types(self.table))}, or list it under extra",
            )
        missing = [name for name in compulsory_columns(self.table) if name not in self.columns]
        if missing:
            raise ConfigError(
                f"A source of {self.table} maps every compulsory column",
                f"no {', '.join(missing)} in {self.label}",
                "add it under [source.columns]",
            )
        return self

    @model_validator(mode="after")
    def _recoded_are_extra(self) -> Self:
        mapped = {how.column for how in self.columns.values()}
        listed = set(self.recode) - mapped if self.extra == "all" else set(self.extra)
        stray = sorted(set(self.recode) - listed)
        if stray:
            raise ConfigError("A code list under recode is for an extra column", f"{stray[0]!r}", "list it under extra")
        return self

    @model_validator(mode="after")
    def _inside_the_folder(self) -> Self:
        path = PureWindowsPath(self.file)  # knows both kinds of slash, and drives
        if path.drive or path.root or ".." in path.parts:
            raise ConfigError(
                "A source file lies inside the data folder",
                f"{self.file!r}",
                "put the file there and give its name alone",
            )
        return self

    @model_validator(mode="after")
    def _values_fit(self) -> Self:
        types = column_types(self.table)
        for name, how in self.columns.items():
            how.check_fits(name, types[name])
            layout = how.format or self.date_format
            if name == "born_on" and how.column is not None and ("%y" in layout or "%D" in layout):
                raise ConfigError(
                    "A date of birth has a year of four digits",
                    f"{layout!r}",
                    "deliver it with four: 55 is 1955 as well as 2055",
                )
            if types[name].is_temporal() and "%z" in layout and self.time_zone is None:
                raise ConfigError(
                    "A format with an offset goes with a time zone",
                    f"{layout!r} alone",
                    "add time_zone, such as 'Europe/Amsterdam'",
                )
        return self

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        try:
            return value if value is None else ZoneInfo(value).key
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ConfigError("A time zone is known", f"{value!r}", "use one such as 'Europe/Amsterdam'") from error

    @property
    def label(self) -> str:
        """Name of the source in the row account."""
        return self.name or f"{self.table}: {self.file}"


class MappingFile(Settings):
    """All sources of one delivery.

    Attributes
    ----------
    name : str
        Name of the delivery.
    description : str
        What it is, for the reader.
    extracted_on : date, optional
        The day the data were drawn: nothing can be known later, and observation ends then where no case says so.
    source : tuple of SourceMap
        The sources, in the order in which they are stacked.
    """

    name: str
    description: str = ""
    extracted_on: date | None = None
    source: tuple[SourceMap, ...]

    @model_validator(mode="after")
    def _has_events(self) -> Self:
        if not any(source.table == "events" for source in self.source):
            raise ConfigError(
                "A mapping fills the events table",
                f"sources for {sorted({s.table for s in self.source})} only",
                "add a [[source]] with table = 'events'",
            )
        labels = [source.label for source in self.source]
        twice = sorted({label for label in labels if labels.count(label) > 1})
        if twice:
            raise ConfigError(
                "Every source has a name of its own",
                f"{twice[0]!r} twice",
                "give each [[source]] its own name",
            )
        return self

    @model_validator(mode="after")
    def _row_numbers_of_one_file(self) -> Self:
        """Refuse equal numbers for rows of different files, which would become one case."""
        numbered: dict[tuple[str, str], str] = {}
        for source in self.source:
            for name, how in source.columns.items():
                if how.row_number and numbered.setdefault((name, how.prefix), source.file) != source.file:
                    raise ConfigError(
                        "Row numbers tell rows of one file apart",
                        f"{name} numbered in {numbered[name, how.prefix]!r} and in {source.file!r}",
                        "give each file a prefix of its own, or map a column that links them",
                    )
        return self


def read_mapping(path: Path) -> MappingFile:
    """Read a mapping file.

    Parameters
    ----------
    path : Path
        A TOML file.

    Returns
    -------
    MappingFile
        The validated mapping.

    Raises
    ------
    ConfigError
        If the file is absent, is not TOML, or breaks a rule of the mapping.
    """
    return MappingFile.parse(read_toml(path), where=path.name)

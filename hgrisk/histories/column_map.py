"""Where the value of one of our columns comes from."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self

import polars as pl
from pydantic import BeforeValidator, model_validator

from hgrisk.errors import ConfigError
from hgrisk.histories.constants import Scalar, constant, is_iso_date
from hgrisk.settings import Settings


def _date_as_text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


Fixed = Annotated[Scalar, BeforeValidator(_date_as_text)]


class ColumnMap(Settings):
    """Where the value of one of our columns comes from.

    Attributes
    ----------
    column : str, optional
        A source column.
    value : scalar, optional
        The same constant for every row.
    codes : dict, optional
        Code list from source value (as text) to our value; a value not in it is quarantined unless ``otherwise``.
    otherwise : scalar, optional
        Our value for every source value outside the code list; an empty source value stays empty.
    format : str, optional
        Date or instant format in strptime notation, ISO 8601 by default (a date may then bear a time, which is left
        off).
    decimal : str
        Decimal mark of a number, a point or a comma.
    start : str, optional
        A fixed ISO date, or the name of a source column with dates, to which ``plus`` is added.
    plus : str, optional
        A source column with a number of ``unit``.
    unit : str
        Unit of ``plus``: days or weeks.
    prefix : str
        Text put before an identifier, so that identifiers of several sources stay apart.
    row_number : bool
        Number the rows of the file, for an identifier that it lacks: the first row below the header is 1, and rows that
        are left out keep their number. Sources of one file get the same numbers, so that a row of its events belongs to
        its row of the cases. The number says nothing in another delivery, and a row that stands in the file twice is
        then two cases.
    """

    column: str | None = None
    value: Fixed | None = None
    codes: dict[str, Fixed] | None = None
    otherwise: Fixed | None = None
    format: str | None = None
    decimal: Literal[".", ","] = "."
    start: Annotated[str, BeforeValidator(_date_as_text)] | None = None
    plus: str | None = None
    unit: Literal["days", "weeks"] = "days"
    prefix: str = ""
    row_number: bool = False

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        origins = [self.column is not None, self.value is not None, self.start is not None, self.row_number]
        if sum(origins) != 1:
            raise ConfigError(
                "A mapped column has one origin",
                f"{sum(origins)}",
                "give exactly one of column, value, start and row_number",
            )
        if (self.plus is None) != (self.start is None):
            raise ConfigError("start and plus go together", f"{self.start!r} and {self.plus!r}", "give both or neither")
        if self.start is not None and is_iso_date(self.start):
            constant(self.start, pl.Date(), "start")
        return self

    @model_validator(mode="after")
    def _nothing_idle(self) -> Self:
        """Refuse what would be passed over in silence."""
        if self.otherwise is not None and self.codes is None:
            raise ConfigError("otherwise goes with codes", f"{self.otherwise!r} alone", "add a code list")
        if self.codes is not None and self.column is None:
            raise ConfigError("codes go with a column", "none", "name the source column")
        if self.prefix and (self.codes is not None or not (self.column or self.row_number)):
            raise ConfigError(
                "A prefix goes with a source column that has no code list, or with row_number",
                f"{self.prefix!r}",
                "leave it out",
            )
        return self

    def check_fits(self, name: str, dtype: pl.DataType) -> None:
        """Check that fixed values and formats fit the column that they fill.

        Parameters
        ----------
        name : str
            Our column.
        dtype : polars.DataType
            Its type.

        Raises
        ------
        ConfigError
            If one does not.
        """
        for value in (self.value, self.otherwise, *(self.codes or {}).values()):
            if value is not None:
                constant(value, dtype, name)
        if self.start is not None and dtype != pl.Date:
            raise ConfigError("start and plus make a date", f"them for {name}", "map that column in another way")
        if self.prefix and dtype != pl.String:
            raise ConfigError("A prefix goes before an identifier", f"{self.prefix!r} before {name}", "leave it out")
        if self.row_number and not name.endswith("_id"):
            raise ConfigError("A row number is an identifier", f"it for {name}", "map that column in another way")
        if self.format is not None and not dtype.is_temporal():
            raise ConfigError("A format is for dates", f"{self.format!r} for {name}", "leave it out")

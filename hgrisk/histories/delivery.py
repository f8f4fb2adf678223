"""A delivery: a folder of files or a dict of frames, each read once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import polars as pl

from hgrisk.errors import DataError
from hgrisk.histories.csv_rows import empty_file, read_csv
from hgrisk.histories.frames import as_polars, check_names, plain
from hgrisk.histories.raw import RawRows, whole
from hgrisk.provenance import MADE_UP_MARK

ENDINGS = (".csv", ".csv.gz", ".parquet")
INDEX = "__index_level_"  # pandas writes the index of a frame into Parquet as a column


class Delivery:
    """Files in a folder, or frames by name.

    Parameters
    ----------
    folder : Path, optional
        The folder.
    frames : mapping, optional
        The frames, instead of a folder.
    """

    def __init__(self, folder: Path | None = None, frames: Mapping[str, Any] | None = None) -> None:
        self.folder = folder
        self.frames = frames if frames is not None else {}
        self._read: dict[tuple[str, str, str], RawRows] = {}

    @classmethod
    def of(cls, data: Any) -> Self:
        """Wrap what the user passed.

        Parameters
        ----------
        data : str, Path or dict
            A folder, or frames by name.

        Returns
        -------
        Delivery
            The delivery, nothing read yet.

        Raises
        ------
        DataError
            If it is neither.
        """
        if isinstance(data, str | Path):
            if not Path(data).is_dir():
                raise DataError("The data is a folder of files", f"{data}", "give the folder that holds them")
            return cls(folder=Path(data))
        if isinstance(data, Mapping):
            return cls(frames=data)
        raise DataError("The data is a folder or a dict of frames", type(data).__name__, "pass {'events': frame}")

    @property
    def names(self) -> list[str]:
        """Names of all files or frames, sorted."""
        if self.folder is None:
            return sorted(map(str, self.frames))
        return sorted(path.name for path in self.folder.iterdir() if path.is_file())

    @property
    def made_up(self) -> bool:
        """Whether any source that was read bears the mark of a made-up world; only Parquet files can."""
        return any(rows.made_up for rows in self._read.values())

    def rows(self, file: str, encoding: str = "utf-8", delimiter: str = ",") -> RawRows:
        """Read a source, or return it as read before.

        Parameters
        ----------
        file : str
            File name inside the folder, or key of a frame.
        encoding, delimiter : str
            How a CSV file is written.

        Returns
        -------
        RawRows
            Its rows.

        Raises
        ------
        DataError
            If it is absent, empty, of an unknown kind or has a column twice.
        """
        key = (file, encoding, delimiter)
        if key not in self._read:
            self._read[key] = self._from_folder(*key) if self.folder is not None else self._from_frames(file)
        return self._read[key]

    def _from_frames(self, name: str) -> RawRows:
        if name not in self.frames:
            raise DataError("A source is among the frames", f"no frame {name!r}", f"pass one of {self.names}")
        frame = as_polars(self.frames[name], name)
        check_names(frame.columns, name)
        return whole(frame, name)

    def _from_folder(self, file: str, encoding: str, delimiter: str) -> RawRows:
        path = source_path(Path(self.folder or ""), file)
        if path.name.lower().endswith(".parquet"):
            return _from_parquet(path)
        return read_csv(path, encoding, delimiter)


def source_path(folder: Path, file: str) -> Path:
    """Return the path of a source that can be read.

    Parameters
    ----------
    folder : Path
        The folder of the delivery.
    file : str
        The file inside it.

    Returns
    -------
    Path
        A file that is not empty and ends in one of ``ENDINGS``.

    Raises
    ------
    DataError
        If there is no such file.
    """
    path = folder / file
    if not path.is_file():
        raise DataError("A source file exists", f"no file {path.name} in {path.parent}", "check the folder and mapping")
    if path.stat().st_size == 0:
        raise empty_file(path.name)
    if not path.name.lower().endswith(ENDINGS):
        raise DataError("A source is .csv, .csv.gz or .parquet", path.name, "convert the file to one of these")
    return path


def _from_parquet(path: Path) -> RawRows:
    try:
        frame, marks = pl.read_parquet(path), pl.read_parquet_metadata(path)
    except pl.exceptions.DuplicateError as error:
        rule = f"Every column of {path.name} has a name of its own"
        raise DataError(rule, "one name twice", "rename one of them") from error
    except (pl.exceptions.PolarsError, OSError) as error:
        raise DataError("A .parquet file is Parquet", f"{path.name}, which is not", "deliver it again") from error
    check_names(frame.columns, path.name)
    rows = plain(frame.select(pl.all().exclude(f"^{INDEX}.*$")))
    return whole(rows, path.name, made_up=MADE_UP_MARK.items() <= marks.items())

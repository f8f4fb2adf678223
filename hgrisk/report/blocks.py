"""What a page is made of, before it is HTML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from hgrisk.figures.drawing import Drawing


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; ``role`` is a CSS class such as ``lead`` or ``note``."""

    text: str
    role: str = ""
    kind: ClassVar[str] = "paragraph"


@dataclass(frozen=True)
class Alert:
    """Something the reader must not miss."""

    title: str
    text: str
    level: Literal["loud", "care", "fine"] = "care"
    kind: ClassVar[str] = "alert"


@dataclass(frozen=True)
class Bullets:
    """A list of sentences; ``role`` is a CSS class such as ``lead``."""

    items: tuple[str, ...]
    role: str = ""
    kind: ClassVar[str] = "bullets"


@dataclass(frozen=True)
class Facts:
    """Names and values, two by two."""

    pairs: tuple[tuple[str, str], ...]
    code: bool = False
    kind: ClassVar[str] = "facts"


@dataclass(frozen=True)
class KeyNumbers:
    """A few numbers that stand out: value and what it is."""

    pairs: tuple[tuple[str, str], ...]
    kind: ClassVar[str] = "numbers"


@dataclass(frozen=True)
class Head:
    """The head of a column."""

    text: str
    numeric: bool = False
    small: str = ""


@dataclass(frozen=True)
class Cell:
    """One cell: its text, an interval beside it, a small line below it."""

    text: str
    interval: str = ""
    small: str = ""
    role: str = ""


@dataclass(frozen=True)
class RowGroup:
    """Rows under a common head; an empty head gives none."""

    head: str
    rows: tuple[tuple[Cell, ...], ...]
    small: str = ""


@dataclass(frozen=True)
class Table:
    """A table whose first column names the rows; ``role`` is a CSS class such as ``card``."""

    caption: str
    heads: tuple[Head, ...]
    groups: tuple[RowGroup, ...]
    note: str = ""
    role: str = ""
    kind: ClassVar[str] = "table"


@dataclass(frozen=True)
class Picture:
    """A drawing on wide and on narrow screens, what to see in it, and its table."""

    narrow: Drawing
    wide: Drawing | None
    text: str
    table: Table
    kind: ClassVar[str] = "picture"


@dataclass(frozen=True)
class Panels:
    """Pictures of one kind, side by side where there is room."""

    pictures: tuple[Picture, ...]
    kind: ClassVar[str] = "panels"


@dataclass(frozen=True)
class Fold:
    """Blocks the reader opens at will; print shows them opened."""

    summary: str
    blocks: tuple[Block, ...]
    is_open: bool = False
    kind: ClassVar[str] = "fold"


Block = Paragraph | Alert | Bullets | Facts | KeyNumbers | Table | Picture | Panels | Fold


@dataclass(frozen=True)
class Section:
    """A section of the page with its anchor."""

    anchor: str
    title: str
    blocks: tuple[Block, ...]

"""What every figure function returns: a picture, its words and its name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Drawing:
    """A finished picture.

    Attributes
    ----------
    svg : str
        One ``<svg>`` element that needs nothing from outside; the same input gives the same bytes.
    alt : str
        What the picture shows, in words, for a reader who cannot see it.
    title : str
        The finding in one line, to be set above the picture.
    """

    svg: str
    alt: str
    title: str

    def _repr_svg_(self) -> str:
        return self.svg

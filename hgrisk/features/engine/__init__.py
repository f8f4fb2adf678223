"""Compiled measures of the histories that the cut hands out."""

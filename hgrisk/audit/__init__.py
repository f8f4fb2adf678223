"""Groups side by side, what features give away, and what unequal reporting would change."""

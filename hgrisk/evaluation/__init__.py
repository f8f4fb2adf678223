"""How well a prediction does: one file a metric, one tidy table out."""

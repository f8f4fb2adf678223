"""Models of time to re-report: one file a model, one protocol for all, and rooms of what several models share."""

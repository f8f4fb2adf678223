"""Features of a history as known at the landmark: one place cuts time, one file a family."""

"""What registers hold of a made-up world: from arrays to the observed tables."""

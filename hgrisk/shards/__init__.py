"""Features of histories larger than memory: one shard of household networks after the other."""

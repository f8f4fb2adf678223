"""What can be set in a made-up world, part by part; [S] sourced, [D] derived, [M] a design prior, never a fact."""

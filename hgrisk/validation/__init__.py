"""Designs that an evaluation cannot flatter: later years, other regions, unseen household networks, optimism."""

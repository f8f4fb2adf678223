"""What a made-up world looks like beside the published numbers that it is to meet."""

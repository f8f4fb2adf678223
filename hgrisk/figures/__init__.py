"""Tables in, figures out: the only room that knows matplotlib."""

"""Named worlds, small enough to be solved by hand."""

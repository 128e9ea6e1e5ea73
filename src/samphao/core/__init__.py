"""The kernel of the hub: database, clock, events, codes, errors."""

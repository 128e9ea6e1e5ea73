"""Parties outside, each behind an adapter; those that are not real say `simulator` wherever they are shown."""

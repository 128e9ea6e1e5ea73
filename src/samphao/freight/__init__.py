"""Carriage: itineraries, plans, loads and what happened on the way."""

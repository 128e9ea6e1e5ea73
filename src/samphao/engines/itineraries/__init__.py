"""Itineraries: all Pareto-optimal ways door to door by time, cost and CO2e."""

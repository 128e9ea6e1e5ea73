"""Samphao: an open Smart Digital Hub, from a village lot to a buyer abroad."""

__version__ = "0.1.0"

"""Decides whether defence goods may leave a country, and shows its reasons."""

__version__ = "0.1.0"

"""Tocsin's engine: a pure core decides, a thin shell performs."""

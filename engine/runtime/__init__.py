"""Performs what the core decided; the only code that imports Prefect."""

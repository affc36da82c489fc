"""Prefect: the flow runs that carry stretches of work, the server they are told to, and what is painted afterwards.

Rules kept here: nothing but this package imports Prefect, and nothing imports this package unless Prefect is used; its
settings are in the environment before it is imported first; Prefect is told what happens, and is only asked what it
shows.
"""

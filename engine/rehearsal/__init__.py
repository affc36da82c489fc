"""Rehearsals: an incident that is played in memory, by the conductor and the actions of a real one, in no time."""

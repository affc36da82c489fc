"""Requests to other systems, guarded against being led astray."""

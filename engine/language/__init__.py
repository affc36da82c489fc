"""Playbook text in; a playbook and its plan out, or problems with their place."""

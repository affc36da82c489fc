"""The outside world behind the engine's ports: one folder per counterpart."""

"""The real clock and real ids: their only home."""

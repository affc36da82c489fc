"""Every timeline event: what they share, the inputs, and what the engine writes."""

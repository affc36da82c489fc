"""What a step may do: one module per family of actions, named in one registry."""

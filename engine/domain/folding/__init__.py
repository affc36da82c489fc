"""How the events of steps, of people and of effects change an incident's state."""

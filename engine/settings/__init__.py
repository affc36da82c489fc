"""What an operator says: settings, people and calendars, each checked with the place of what is wrong."""

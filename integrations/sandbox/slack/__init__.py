"""A strict local Slack: Web API, Socket Mode, signed HTTP and the people in it."""

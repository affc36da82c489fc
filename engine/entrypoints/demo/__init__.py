"""The demo: a leak from alarm to review, played by a cast that only sees Slack and Jira."""

"""What Slack and Jira show of an incident: made once, and kept current where it can be overwritten."""

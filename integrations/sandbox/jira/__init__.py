"""A strict local Jira: REST version 2, JQL, workflow and signed webhooks."""

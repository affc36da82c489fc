"""What is said in Slack and Jira, as pure functions of an incident.

Rules kept here: nothing restricted or privileged is in any of these texts, only that it is recorded; addresses are
defanged; no word of the engine's own is used.
"""

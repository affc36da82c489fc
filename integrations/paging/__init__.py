"""Waking people: PagerDuty, Opsgenie or Operations of Jira Service Management, and a signed webhook."""

from integrations.paging.opsgenie import Opsgenie
from integrations.paging.pagerduty import PagerDuty
from integrations.paging.webhook import Webhook

__all__ = ["Opsgenie", "PagerDuty", "Webhook"]

"""Rotas that are kept elsewhere: calendars of the iCalendar format, and PagerDuty's schedules."""

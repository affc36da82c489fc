"""The ways in: command line, web pages and hooks, worker."""

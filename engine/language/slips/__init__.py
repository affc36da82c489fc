"""What newcomers write who know other tools, and what is written here instead."""

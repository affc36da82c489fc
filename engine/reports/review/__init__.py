"""The post-incident review report: one page that says it all, and everything behind it."""

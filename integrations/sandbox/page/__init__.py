"""The page a visitor looks at, and the panel that makes things fail."""

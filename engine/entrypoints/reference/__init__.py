"""The pages that authors look things up in, made from the grammar and the actions."""

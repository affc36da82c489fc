"""Timeline in, documents out."""

"""The SQL ledger and the evidence vault."""

"""The engine at work on a real ledger and real HTTP."""

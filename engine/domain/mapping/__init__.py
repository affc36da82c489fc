"""What of a running incident does not fit another version of its playbook."""

"""What people do in the chat and the tracker reaches the incident: once, in order, and in their own name."""

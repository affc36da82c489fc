"""What there is and its rules: pure, without I/O, clock or framework."""

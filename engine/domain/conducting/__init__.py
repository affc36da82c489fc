"""What the conductor decides, family by family: steps, what people are asked, phases, and ends."""

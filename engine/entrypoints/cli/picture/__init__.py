"""A plan as a picture: where its boxes stand, what is written in them, and the SVG of both."""

"""The API, the hooks and the pages of `tocsin serve`."""

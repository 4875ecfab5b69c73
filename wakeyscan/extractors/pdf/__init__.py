"""PDF (ISO 32000): the content of its streams, and the text that its pages show."""

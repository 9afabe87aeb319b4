"""From files to located text: the only package of the engine that opens files."""

"""Language 1: what may stand in a pack's files, and the typed model that is read from them."""

LANGUAGE_VERSION = 1

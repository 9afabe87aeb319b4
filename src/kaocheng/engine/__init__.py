"""The scheme language: read, check, compile, run, explain. Pure; only `reading` opens files."""

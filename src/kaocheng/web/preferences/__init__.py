"""Choices of the reader: appointment, language, size of type; and what is kept while typing."""

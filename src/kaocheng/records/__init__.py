"""What is kept: the one Django app, its models, its migrations and its locks."""

"""The pages: authorise, validate, call one action or query, render."""

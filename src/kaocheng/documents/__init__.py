"""What people read: result tables, explanations as text, JSON and HTML."""

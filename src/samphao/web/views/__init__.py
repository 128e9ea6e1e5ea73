"""Pages: parse, call one query or service, render."""

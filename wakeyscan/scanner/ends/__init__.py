"""Ends of secrets in text: the proofs that a secret ends where its text ends (see `text`)."""

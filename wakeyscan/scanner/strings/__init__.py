"""Where the string of a key starts and ends if no delimiter shows it."""

"""Speed and memory of wakeyscan, side by side with other scanners."""

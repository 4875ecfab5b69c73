"""What other scanners keep accepted findings in, one format a file.

A member has `WITH_REPORT`, which says whether a report beside a file is of use;
`recognises(name, text)`, which says whether a file is in its format; and `accepted(text, report)`,
which yields what that file accepts.
"""

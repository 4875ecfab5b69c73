"""Fuzz targets for every parser of hostile input; README.md says how to run them."""

"""Files of records for data processing: Avro, Parquet, Arrow, ORC and HDF5."""

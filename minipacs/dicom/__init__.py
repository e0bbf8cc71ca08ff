"""The DICOM kernel: values in, datasets and bytes out. Imports neither network, database nor screen."""

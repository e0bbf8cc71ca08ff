"""The hands of the modules: what a picture, an exposure, a region is in terms of DICOM. Nothing else is here."""

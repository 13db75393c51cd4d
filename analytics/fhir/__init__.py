"""FHIR resources as the contract's tables: read in one pass, by paths that a preset holds as data."""

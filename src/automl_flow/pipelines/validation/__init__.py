"""Let the raw data through a gate that everything else depends on."""

"""From a DataFrame to the service: contract, CSV, upload, process."""

"""The audit trail of data values: what stood there before, who changed it and when."""

"""What a frame must be, as pandera schemas."""

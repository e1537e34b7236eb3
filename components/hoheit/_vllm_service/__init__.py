"""What a model service is made of."""

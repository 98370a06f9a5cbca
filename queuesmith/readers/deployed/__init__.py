"""What is deployed, read from AWS as the rules' model."""

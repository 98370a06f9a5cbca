"""The rules' model of IAM policies: statements, their conditions, and the callers that they allow."""

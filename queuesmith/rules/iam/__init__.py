"""IAM policies as the rules see them: statements, their conditions and whom they let in."""

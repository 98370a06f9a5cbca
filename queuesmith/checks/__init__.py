"""The rule book applied: to Terraform files, to settings and to what is deployed; and the reports."""

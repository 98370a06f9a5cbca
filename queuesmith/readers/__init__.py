"""Settings, Terraform files and AWS's answers, each read into the rules' `Pipeline`."""

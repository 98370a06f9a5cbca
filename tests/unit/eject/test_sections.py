"""`queuesmith eject`: sections other than resources."""

from __future__ import annotations

from pathlib import Path

from tests.unit.eject.stacks import ejected, metadata


def test_other_sections_are_written(folder: Path) -> None:
    files = ejected(
        {
            "terraform": {
                "required_version": ">= 1.5",
                "required_providers": {"aws": {"source": "hashicorp/aws", "version": "~> 6.0"}},
                "backend": {"s3": {"bucket": "${not evaluated}", "assume_role": {"role_arn": "arn"}}},
            },
            "provider": {"aws": [{"region": "eu-west-1", "default_tags": [{"tags": {"a": "b"}}]}, {"alias": "west"}]},
            "variable": {"x": {"type": "list(string)", "default": ["$"], "validation": {"condition": "${var.x != null}"}}},
            "locals": {"p": "${var.x}", "validation": {"dynamic": 1}},
            "module": {"m": {"source": "./m", "providers": {"aws": "aws.west"}, "settings": {"a": [{"b": 1}]}}},
            "output": {
                "o": {"value": "${local.p}", "description": "The parameter", "sensitive": True, "depends_on": ["module.m"]}
            },
            "import": [{"to": "aws_sqs_queue.q", "id": "https://x"}],
            "moved": [{"from": "aws_sqs_queue.old", "to": "aws_sqs_queue.q"}],
            "removed": [{"from": "aws_sqs_queue.gone", "lifecycle": {"destroy": False}}],
            "resource": {"aws_sqs_queue": {"q": {"//": metadata("q"), "name": "q"}}},
            "data": {
                "aws_caller_identity": {"me": {}},
                "terraform_remote_state": {"net": [{"backend": "s3", "config": {"key": "k"}}]},
            },
        }
    )
    assert files == {
        "versions.tf": """\
terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }

  backend "s3" {
    bucket      = "$${not evaluated}"
    assume_role = { role_arn = "arn" }
  }
}
""",
        "providers.tf": """\
provider "aws" {
  region = "eu-west-1"

  default_tags {
    tags = { a = "b" }
  }
}

provider "aws" {
  alias = "west"
}
""",
        "variables.tf": """\
variable "x" {
  type    = list(string)
  default = ["$"]

  validation {
    condition = var.x != null
  }
}
""",
        "locals.tf": "locals {\n  p          = var.x\n  validation = { dynamic = 1 }\n}\n",
        "outputs.tf": """\
output "o" {
  value       = local.p
  description = "The parameter"
  sensitive   = true
  depends_on  = [module.m]
}
""",
        "main.tf": """\
module "m" {
  source    = "./m"
  providers = { aws = aws.west }
  settings = {
    a = [
      { b = 1 },
    ]
  }
}

import {
  to = aws_sqs_queue.q
  id = "https://x"
}

moved {
  from = aws_sqs_queue.old
  to   = aws_sqs_queue.q
}

removed {
  from = aws_sqs_queue.gone

  lifecycle {
    destroy = false
  }
}

data "aws_caller_identity" "me" {}

data "terraform_remote_state" "net" {
  backend = "s3"
  config  = { key = "k" }
}

# q
resource "aws_sqs_queue" "q" {
  name = "q"
}
""",
    }

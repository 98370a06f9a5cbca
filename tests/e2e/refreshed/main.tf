# A typical pipeline: most attributes are left to AWS and the provider, so a refreshed plan is full of defaults.
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

resource "aws_sqs_queue" "mail" {
  name = "mail"
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.mail_dlq.arn
    maxReceiveCount     = 3
  })
}

resource "aws_sqs_queue" "mail_dlq" {
  name = "mail-dlq"
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "consume" {
  statement {
    actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    resources = [aws_sqs_queue.mail.arn]
  }
}

resource "aws_iam_role" "mail" {
  name               = "mail"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy" "consume" {
  name   = "consume"
  role   = aws_iam_role.mail.id
  policy = data.aws_iam_policy_document.consume.json
}

resource "aws_lambda_function" "mail" {
  function_name = "mail"
  role          = aws_iam_role.mail.arn
  runtime       = "python3.13"
  handler       = "main.lambda_handler"
  filename      = "orders.zip"
  timeout       = 30
}

resource "aws_lambda_event_source_mapping" "mail" {
  event_source_arn = aws_sqs_queue.mail.arn
  function_name    = aws_lambda_function.mail.arn
}

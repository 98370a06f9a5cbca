# Less usual styles, one for each block.
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  default_tags {
    tags = {
      Environment = "production"
    }
  }
}

variable "api_key" {
  type      = string
  sensitive = true
  default   = "AKIAIOSFODNN7EXAMPLE"
}

variable "with_dlq" {
  type    = bool
  default = true
}

variable "kinds" {
  type    = list(string)
  default = ["order", "refund", "return", "invoice", "receipt", "letter"]
}

locals {
  visibility = 6 * 30
  mail_queue = aws_sqs_queue.mails.arn
}

# --- A customer managed key, used through an alias. The permissions are in the role itself. ---

resource "aws_kms_key" "queues" {
  description = "Queues"
}

resource "aws_kms_alias" "queues" {
  name          = "alias/queues"
  target_key_id = aws_kms_key.queues.key_id
}

resource "aws_kms_key_policy" "queues" {
  key_id = aws_kms_key.queues.key_id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::111111111111:root" }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
}

resource "aws_sqs_queue" "orders" {
  name                              = "orders"
  visibility_timeout_seconds        = local.visibility
  kms_master_key_id                 = aws_kms_alias.queues.name
  kms_data_key_reuse_period_seconds = 600
  redrive_policy                    = jsonencode({ deadLetterTargetArn = one(aws_sqs_queue.orders_dlq[*].arn), maxReceiveCount = 5 })
}

resource "aws_sqs_queue" "orders_dlq" {
  count                     = var.with_dlq ? 1 : 0
  name                      = "orders-dlq"
  message_retention_seconds = 1209600
  kms_master_key_id         = "alias/aws/sqs"
}

resource "aws_iam_role" "orders" {
  name                = "orders"
  assume_role_policy  = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" }, Action = "sts:AssumeRole" }] })
  managed_policy_arns = ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]

  inline_policy {
    name   = "consume"
    policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], Resource = "arn:aws:sqs:*:*:orders" }] })
  }

  inline_policy {
    name   = "anything"
    policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "dynamodb:*", Resource = "*" }] })
  }
}

resource "aws_lambda_function" "orders" {
  function_name = "orders"
  role          = aws_iam_role.orders.arn
  runtime       = "python3.13"
  handler       = "main.lambda_handler"
  filename      = "orders.zip"
  timeout       = 30

  environment {
    variables = {
      API_KEY = var.api_key
      LEVEL   = "INFO"
    }
  }
}

resource "aws_lambda_event_source_mapping" "orders" {
  event_source_arn        = aws_sqs_queue.orders.arn
  function_name           = aws_lambda_function.orders.qualified_arn
  function_response_types = ["ReportBatchItemFailures"]

  filter_criteria {
    dynamic "filter" {
      for_each = var.kinds
      content {
        pattern = jsonencode({ body = { kind = [filter.value] } })
      }
    }
  }
}

# --- Connected by locals. Exclusive attachments to the role. ---

resource "aws_sqs_queue" "mails" {
  name = "mails"
}

resource "aws_iam_policy" "mails" {
  name   = "mails"
  policy = data.aws_iam_policy_document.mails.json
}

data "aws_iam_policy_document" "mails" {
  dynamic "statement" {
    for_each = { for queue in [aws_sqs_queue.mails, aws_sqs_queue.prints] : queue.name => queue.arn }
    content {
      actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
      resources = [statement.value]
    }
  }
  statement {
    actions   = ["xray:PutTraceSegments"]
    resources = ["*"]
  }
}

resource "aws_iam_role" "mails" {
  name               = "mails"
  assume_role_policy = aws_iam_role.orders.assume_role_policy
}

resource "aws_iam_role_policy_attachments_exclusive" "mails" {
  role_name   = aws_iam_role.mails.name
  policy_arns = [aws_iam_policy.mails.arn, "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]
}

resource "aws_lambda_function" "mails" {
  function_name = "mails"
  role          = aws_iam_role.mails.arn
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  s3_bucket     = "packages"
  s3_key        = "mails.zip"
  depends_on    = [aws_iam_role_policy_attachments_exclusive.mails]
}

resource "aws_lambda_event_source_mapping" "mails" {
  event_source_arn = local.mail_queue
  function_name    = aws_lambda_function.mails.arn
}

resource "aws_sqs_queue" "prints" {
  name           = "prints"
  redrive_policy = jsonencode({ deadLetterTargetArn = "arn:aws:sqs:eu-central-1:111111111111:graveyard", maxReceiveCount = 5 })
}

resource "aws_lambda_event_source_mapping" "prints" {
  event_source_arn        = aws_sqs_queue.prints.arn
  function_name           = aws_lambda_function.mails.arn
  function_response_types = ["ReportBatchItemFailures"]
}

# --- Parts outside the configuration. ---

resource "aws_lambda_event_source_mapping" "elsewhere" {
  event_source_arn = "arn:aws:sqs:eu-central-1:222222222222:theirs"
  function_name    = "arn:aws:lambda:eu-central-1:111111111111:function:ours"
  batch_size       = 20000
}

data "aws_sqs_queue" "made_later" {
  name = "later-${aws_kms_key.queues.key_id}"
}

resource "aws_lambda_event_source_mapping" "looked_up" {
  event_source_arn = data.aws_sqs_queue.made_later.arn
  function_name    = aws_lambda_function.orders.arn
}

# --- Sources that are not queues. ---

resource "aws_kinesis_stream" "clicks" {
  name        = "clicks"
  shard_count = 1
}

resource "aws_dynamodb_table" "accounts" {
  name             = "accounts"
  billing_mode     = "PAY_PER_REQUEST"
  hash_key         = "id"
  stream_enabled   = true
  stream_view_type = "NEW_IMAGE"
  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_lambda_event_source_mapping" "streams" {
  for_each          = { clicks = aws_kinesis_stream.clicks.arn, accounts = aws_dynamodb_table.accounts.stream_arn }
  event_source_arn  = each.value
  function_name     = aws_lambda_function.orders.arn
  starting_position = "LATEST"
}

resource "aws_lambda_event_source_mapping" "known_stream" {
  event_source_arn  = "arn:aws:kinesis:eu-central-1:111111111111:stream/others"
  function_name     = aws_lambda_function.orders.arn
  starting_position = "LATEST"
}

# --- An alarm on a resource whose name is unknown before apply. ---

resource "aws_cloudwatch_metric_alarm" "any" {
  alarm_name          = "any"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateAgeOfOldestMessage"
  dimensions          = { QueueName = element(split(":", local.mail_queue), 5) }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 900
  period              = 60
  evaluation_periods  = 1
}

moved {
  from = aws_sqs_queue.old
  to   = aws_sqs_queue.orders
}

check "names" {
  assert {
    condition     = aws_sqs_queue.orders.name == "orders"
    error_message = "The queue has another name."
  }
}

output "queue_urls" {
  value = [for queue in [aws_sqs_queue.orders, aws_sqs_queue.mails] : queue.url]
}

output "api_key" {
  value     = var.api_key
  sensitive = true
}

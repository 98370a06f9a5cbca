# There are no references: only names and ARNs connect the resources.
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

resource "aws_sqs_queue" "orders" {
  name                       = "orders"
  visibility_timeout_seconds = 60
  message_retention_seconds  = 345600
  redrive_policy             = "{\"deadLetterTargetArn\":\"arn:aws:sqs:eu-central-1:111111111111:orders-dlq\",\"maxReceiveCount\":\"3\"}"
}

resource "aws_sqs_queue" "dead" {
  name                      = "orders-dlq"
  message_retention_seconds = 345600
}

resource "aws_sqs_queue_policy" "orders" {
  queue_url = "https://sqs.eu-central-1.amazonaws.com/111111111111/orders"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = "SQS:*"
        Resource  = "arn:aws:sqs:eu-central-1:111111111111:orders"
        Condition = { Bool = { "aws:SecureTransport" = false } }
      },
      {
        Effect    = "Allow"
        Principal = "*"
        Action    = "sqs:SendMessage"
        Resource  = "arn:aws:sqs:eu-central-1:111111111111:orders"
      },
    ]
  })
}

resource "aws_iam_role" "worker" {
  name               = "orders-worker"
  path               = "/workers/"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" }, Action = "sts:AssumeRole" }] })
}

resource "aws_iam_role_policy" "worker" {
  name = "consume"
  role = "orders-worker"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["sqs:ReceiveMessage", "sqs:GetQueueAttributes"]
      Resource = "arn:aws:sqs:eu-central-1:111111111111:ord*"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "logs" {
  role       = "orders-worker"
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_cloudwatch_log_group" "worker" {
  name              = "/aws/lambda/orders-worker"
  retention_in_days = 30
}

resource "aws_lambda_function" "worker" {
  function_name                  = "orders-worker"
  role                           = "arn:aws:iam::111111111111:role/workers/orders-worker"
  runtime                        = "python3.13"
  handler                        = "main.handler"
  filename                       = "orders.zip"
  timeout                        = 60
  reserved_concurrent_executions = 5
}

resource "aws_lambda_event_source_mapping" "worker" {
  event_source_arn        = "arn:aws:sqs:eu-central-1:111111111111:orders"
  function_name           = "orders-worker:live"
  function_response_types = ["ReportBatchItemFailures"]
  scaling_config {
    maximum_concurrency = 10
  }
}

resource "aws_cloudwatch_metric_alarm" "depth" {
  alarm_name          = "orders-dlq-depth"
  namespace           = "AWS/SQS"
  metric_name         = "NumberOfMessagesSent"
  dimensions          = { QueueName = "orders-dlq" }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  period              = 60
  evaluation_periods  = 1
  datapoints_to_alarm = 2
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "orders-errors"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 1
  metric_query {
    id          = "failed"
    expression  = "errors + throttles"
    return_data = true
  }
  metric_query {
    id = "errors"
    metric {
      namespace   = "AWS/Lambda"
      metric_name = "Errors"
      dimensions  = { FunctionName = "orders-worker" }
      stat        = "Sum"
      period      = 60
    }
  }
  metric_query {
    id = "throttles"
    metric {
      namespace   = "AWS/Lambda"
      metric_name = "Throttles"
      dimensions  = { FunctionName = "orders-worker" }
      stat        = "Sum"
      period      = 60
    }
  }
}

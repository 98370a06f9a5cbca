# In the style of public modules: `count` on nearly everything, `try` around optional parts, nested variables of any shape.
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

module "orders_queue" {
  source                     = "./queue"
  name                       = "orders"
  visibility_timeout_seconds = 30
  create_dlq                 = true
  redrive_policy             = { maxReceiveCount = 3 }
}

module "mails_queue" {
  source     = "./queue"
  name       = "mails"
  create_dlq = false
}

module "unused_queue" {
  source = "./queue"
  create = false
  name   = "unused"
}

resource "aws_kinesis_stream" "clicks" {
  name        = "clicks"
  shard_count = 1
}

module "orders" {
  source        = "./function"
  function_name = "orders"
  timeout       = 60
  event_source_mapping = {
    sqs = {
      event_source_arn = module.orders_queue.queue_arn
      batch_size       = 100
      scaling_config   = { maximum_concurrency = 20 }
      filter_criteria  = [{ pattern = jsonencode({ data = { kind = ["order"] } }) }]
    }
    kinesis = {
      event_source_arn  = aws_kinesis_stream.clicks.arn
      starting_position = "LATEST"
    }
  }
  policy_statements = {
    consume = {
      actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
      resources = [module.orders_queue.queue_arn]
    }
  }
}

module "mails" {
  source        = "./function"
  function_name = "mails"
  timeout       = 10
  event_source_mapping = {
    mails  = { event_source_arn = module.mails_queue.queue_arn, function_response_types = ["ReportBatchItemFailures"] }
    orders = { event_source_arn = module.orders_queue.queue_arn, function_response_types = ["ReportBatchItemFailures"] }
  }
}

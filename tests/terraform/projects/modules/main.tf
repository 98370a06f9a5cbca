# Two workers from one module. The root module creates their DLQs, and a second mapping from the module's outputs.
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "workers" {
  type = map(object({
    timeout    = number
    visibility = optional(number)
    batch_size = optional(number, 10)
    window     = optional(number)
  }))
  default = {
    good   = { timeout = 20, visibility = 120 }
    faulty = { timeout = 60, batch_size = 50 }
  }
}

resource "aws_sqs_queue" "dlq" {
  for_each                  = var.workers
  name                      = "${each.key}-dlq"
  message_retention_seconds = each.key == "good" ? 1209600 : 60
}

module "worker" {
  source     = "./worker"
  for_each   = var.workers
  name       = each.key
  timeout    = each.value.timeout
  visibility = each.value.visibility
  batch_size = each.value.batch_size
  window     = each.value.window
  dlq_arn    = aws_sqs_queue.dlq[each.key].arn
}

resource "aws_lambda_event_source_mapping" "second" {
  event_source_arn        = module.worker["good"].queue.arn
  function_name           = module.worker["good"].function_name
  function_response_types = ["ReportBatchItemFailures"]
}

output "queues" {
  value = { for name, worker in module.worker : name => worker.queue.url }
}

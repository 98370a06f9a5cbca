import {
  to = aws_sqs_queue.jobs_queue_5BE130E7
  id = "https://sqs.eu-central-1.amazonaws.com/111111111111/shop-prod-jobs"
}

import {
  to = aws_sqs_queue.jobs_queue_dead-letter-queue_39EDFCFE
  id = "https://sqs.eu-central-1.amazonaws.com/111111111111/shop-prod-jobs-dlq"
}

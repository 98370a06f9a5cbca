resource "aws_cloudwatch_metric_alarm" "orders_age" {
  threshold = 345600
}

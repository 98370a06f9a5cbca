resource "aws_lambda_function" "orders" {
  s3_bucket = null
  s3_key    = null
  filename  = "${path.module}/orders.zip" # has main.py with lambda_handler
  handler   = "main.lambda_handler"
}

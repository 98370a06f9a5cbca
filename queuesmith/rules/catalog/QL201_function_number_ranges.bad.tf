resource "aws_lambda_function" "orders" {
  timeout     = 7200
  memory_size = 256
}

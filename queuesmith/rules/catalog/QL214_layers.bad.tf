resource "aws_lambda_function" "orders" {
  layers = ["arn:aws:a", "arn:aws:b", "arn:aws:c", "arn:aws:d", "arn:aws:e", "arn:aws:f"]
}

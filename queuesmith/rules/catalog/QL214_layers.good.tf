resource "aws_lambda_function" "orders" {
  layers = ["arn:aws:lambda:eu-central-1:111111111111:layer:parts:1"]
}

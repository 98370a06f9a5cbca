resource "aws_lambda_function" "orders" {
  environment {
    variables = {
      AWS_REGION = "eu-central-1"
    }
  }
}

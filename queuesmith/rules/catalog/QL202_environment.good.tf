resource "aws_lambda_function" "orders" {
  environment {
    variables = {
      SHOP_REGION = "eu-central-1"
    }
  }
}

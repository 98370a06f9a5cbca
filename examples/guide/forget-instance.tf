# In the old configuration: first remove the key "orders" from the map in for_each of the module "worker".
moved {
  from = module.worker["orders"]
  to   = module.worker_orders
}

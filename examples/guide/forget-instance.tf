# In the old configuration. In the same change, remove the key "orders" from for_each of the module "worker",
# and write its settings into a new block: module "worker_orders".
moved {
  from = module.worker["orders"]
  to   = module.worker_orders
}

removed {
  from = module.jobs_queue
  lifecycle {
    destroy = false
  }
}

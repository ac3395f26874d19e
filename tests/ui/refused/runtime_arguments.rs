use tracer_macros::{async_std_main, async_std_test, tokio_main, tokio_test};

#[tokio_main(flavor = "multi_threads")]
async fn flavor() {}

#[tokio_main(flavor = "local")]
async fn another_flavor() {}

#[tokio_main(flavor = multi_thread)]
async fn flavor_without_quotes() {}

#[tokio_main(flavor = "current_thread", worker_threads = 4)]
async fn workers_of_one() {}

#[tokio_main(worker_threads = 0)]
async fn no_workers() {}

#[tokio_main(worker_threads = "4")]
async fn text_workers() {}

#[tokio_main(start_paused = true)]
async fn paused_threads() {}

#[tokio_main(worker_threads = 4, worker_threads = 5)]
async fn twice() {}

#[tokio_main(flush_on_signal = true)]
async fn flag() {}

#[tokio_test(worker_threads = 4)]
async fn workers_of_a_test() {}

#[tokio_test(flush_on_signal)]
async fn signal_in_a_test() {}

#[tokio_test(start_paused = 1)]
async fn paused() {}

#[async_std_main(flavor = "multi_thread")]
async fn flavor_of_async_std() {}

#[async_std_test(worker_threads = 1)]
async fn workers_of_async_std() {}

fn main() {}

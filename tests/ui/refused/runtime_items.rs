use tracer_macros::{async_std_main, async_std_test, tokio_main, tokio_test};

#[tokio_main]
fn not_async() {}

#[tokio_main]
async fn arguments(value: u32) {
    let _ = value;
}

#[tokio_test]
async fn generic<T>() {}

#[tokio_test]
#[test]
async fn test_twice() {}

#[async_std_main]
struct Struct;

#[async_std_test]
const LIMIT: u32 = 1;

trait Run {
    #[tokio_main]
    async fn run();
}

fn main() {}

//! A test under the attributes has a scope of its own and the runtime that it asks for.

use std::sync::Barrier;
use std::time::Duration;

use tokio::runtime::{Handle, RuntimeFlavor};
use tracer::{testing, traced};
use tracer_tests::pause;

#[traced(args)]
async fn work(id: u32) -> Result<u32, String> {
    pause().await;
    if id == 3 { Err("three".to_owned()) } else { Ok(id) }
}

#[tracer::tokio::test]
async fn on_tokio() {
    assert_eq!(Handle::current().runtime_flavor(), RuntimeFlavor::CurrentThread);
    work(1).await.unwrap();
    tracer::tokio::spawn(work(3)).await.unwrap().unwrap_err();
    assert_eq!(testing::tree(), "work(id=3) ✖\nwork(id=1)\n");
}

#[tracer::tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_two_threads_of_tokio() {
    // Both tasks have to be on a thread at once.
    static BOTH: Barrier = Barrier::new(2);
    let meet = || {
        tracer::tokio::spawn(async {
            BOTH.wait();
            work(2).await
        })
    };
    let (one, other) = tokio::join!(meet(), meet());
    assert_eq!((one.unwrap(), other.unwrap()), (Ok(2), Ok(2)));
    assert_eq!(testing::tree(), "work(id=2)\nwork(id=2)\n");
}

#[tracer::tokio::test(start_paused = true)]
async fn on_tokio_with_its_time_paused() {
    #[traced]
    async fn hour() {
        // time: an hour passes at once
        tokio::time::sleep(Duration::from_secs(3_600)).await;
    }
    let begin = tokio::time::Instant::now();
    hour().await;
    assert!(begin.elapsed() >= Duration::from_secs(3_600));
    assert_eq!(testing::tree(), "hour\n");
}

#[tracer::tokio::test]
async fn a_test_may_return_a_result() -> Result<(), String> {
    work(1).await?;
    assert_eq!(testing::tree(), "work(id=1)\n");
    Ok(())
}

#[tracer::tokio::test]
#[should_panic(expected = "three")]
async fn a_test_may_panic() {
    work(3).await.unwrap();
}

#[tracer::async_std::test]
async fn on_async_std() {
    work(1).await.unwrap();
    tracer::async_std::spawn(async { work(2).await }).await.unwrap();
    assert_eq!(testing::tree(), "work(id=1)\nwork(id=2)\n");
}

#[tracer::async_std::test]
async fn a_test_on_async_std_may_return_a_result() -> Result<(), String> {
    work(1).await.map(drop)
}

#[tracer::smol::test]
async fn on_smol() -> Result<(), String> {
    work(1).await?;
    tracer::smol::spawn(async { work(2).await }).await?;
    assert_eq!(testing::tree(), "work(id=1)\nwork(id=2)\n");
    Ok(())
}

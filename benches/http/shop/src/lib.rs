//! The server that all programs are, and what it says of itself.
//!
//! A program expands [`handlers!`] with its own attribute, puts its layer around [`cart`'s
//! route](handlers!), and hands that to [`serve`].

use std::io;
use std::net::Ipv4Addr;
use std::thread;

use axum::Router;
use rustix::time::{ClockId, clock_gettime};
use tokio::net::TcpListener;
use tokio::runtime::Builder;

#[doc(hidden)]
pub use {axum, tokio};

/// Defines `routes()`: a cart, for which one fn waits and another one writes the answer.
#[macro_export]
macro_rules! handlers {
    ($(#[$traced:meta])*) => {
        $(#[$traced])*
        async fn items(id: u32) -> [u32; 3] {
            // What it asks is not there at once.
            $crate::tokio::task::yield_now().await;
            [id, id ^ 1, id ^ 2]
        }

        $(#[$traced])*
        fn answer(id: u32, items: [u32; 3]) -> String {
            format!(r#"{{"cart":{id},"items":{items:?}}}"#)
        }

        async fn cart(
            $crate::axum::extract::Path(id): $crate::axum::extract::Path<u32>,
        ) -> ([(&'static str, &'static str); 1], String) {
            let items = items(id).await;
            ([("content-type", "application/json")], answer(id, items))
        }

        fn routes() -> $crate::axum::Router {
            $crate::axum::Router::new().route("/cart/{id}", $crate::axum::routing::get(cart))
        }
    };
}

/// Prints the address, and serves until the input ends.
///
/// For each line of it, it prints the processor time of the process in nanoseconds and what `drain`
/// returns: all that was recorded is handed on, and so many spans have arrived since the start.
pub fn serve(app: Router, drain: impl Fn() -> u64 + Send + 'static) {
    let runtime = Builder::new_current_thread().enable_io().build().expect("a runtime");
    runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        println!("{}", listener.local_addr().expect("it listens"));
        thread::spawn(move || account(&drain));
        axum::serve(listener, app).await.expect("it does not end");
    });
}

fn account(drain: &impl Fn() -> u64) {
    for _line in io::stdin().lines() {
        let spans = drain();
        println!("{} {spans}", nanos());
    }
    std::process::exit(0);
}

/// Processor time of all threads, so far.
fn nanos() -> u64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let [seconds, nanos] = [time.tv_sec, time.tv_nsec].map(i64::cast_unsigned);
    seconds * 1_000_000_000 + nanos
}

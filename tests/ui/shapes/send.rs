//! A future is `Send` where the plain one is.

use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;

use tracer::traced;
use tracer_ui_tests::{block_on, pause};

const fn is_send<T: Send>(_: &T) {}

/// Method lookup comes to the trait only where the inherent method does not apply.
macro_rules! is_not_send {
    ($future:expr) => {{
        struct Probe<T>(T);
        #[allow(dead_code, reason = "not used if the future is `Send`")]
        trait Otherwise {
            fn is_send(&self) -> bool {
                false
            }
        }
        impl<T> Otherwise for &Probe<T> {}
        impl<T: Send> Probe<T> {
            #[allow(dead_code, reason = "not used if the future is not `Send`")]
            fn is_send(&self) -> bool {
                true
            }
        }
        !(&Probe($future)).is_send()
    }};
}

struct Handler {
    routes: HashMap<String, Box<dyn Fn(&str) -> usize + Send + Sync>>,
}

impl Handler {
    #[traced(args(path))]
    async fn handle<'a>(
        &'a self,
        path: &'a str,
        fallbacks: &[&(dyn Fn(&str) -> usize + Sync)],
    ) -> Result<usize, String> {
        pause().await;
        let handler = self.routes.get(path).map(|route| route(path));
        pause().await;
        handler
            .or_else(|| fallbacks.first().map(|fallback| fallback(path)))
            .ok_or_else(|| path.to_owned())
    }
}

#[traced]
async fn generic<T: Send + 'static>(
    values: Vec<T>,
) -> Result<usize, Box<dyn std::error::Error + Send + Sync>> {
    pause().await;
    Ok(values.len())
}

#[traced]
async fn holds_rc(value: u32) -> u32 {
    let shared = Rc::new(value);
    pause().await;
    *shared
}

#[traced]
async fn takes_rc(_unused: Rc<Cell<u32>>) {
    pause().await;
}

#[test]
fn send_where_the_body_is() {
    let handler = Handler { routes: HashMap::from([("a".to_owned(), Box::new(str::len) as _)]) };
    let future =
        async { handler.handle("a", &[]).await.unwrap() + generic(vec![1, 2]).await.unwrap() };
    is_send(&future);
    assert_eq!(block_on(future), 3);
}

#[test]
fn not_send_where_it_is_not() {
    assert_eq!(block_on(holds_rc(1)), 1);
    block_on(takes_rc(Rc::default()));
    assert!(is_not_send!(takes_rc(Rc::default())));
    assert!(!is_not_send!(generic(vec![1])));
}

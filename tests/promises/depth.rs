//! Deep chains of traced calls compile at the default limits, fit a thread's stack, and stay small.

use std::thread;

use futures::executor::block_on;
use tracer_tests::{pause, scope};

macro_rules! chain {
    ([$($attr:tt)*] $name:ident $next:ident $($rest:ident)*) => {
        $($attr)*
        pub(super) async fn $name(number: u64) -> u64 {
            let below = $next(number + 1).await;
            below + number
        }
        chain!([$($attr)*] $next $($rest)*);
    };
    ([$($attr:tt)*] $name:ident) => {
        $($attr)*
        pub(super) async fn $name(number: u64) -> u64 {
            super::pause().await;
            number
        }
    };
}

mod bare {
    chain!([] l01 l02 l03 l04 l05 l06 l07 l08 l09 l10 l11 l12 l13 l14 l15 l16 l17 l18 l19 l20 l21 l22 l23 l24 l25);
}

mod with {
    use tracer::traced;

    chain!([#[traced]] l01 l02 l03 l04 l05 l06 l07 l08 l09 l10 l11 l12 l13 l14 l15 l16 l17 l18 l19 l20 l21 l22 l23 l24 l25);
}

const LEVELS: usize = 25;

#[test]
fn a_chain_of_25_is_send_and_runs_on_two_mebibytes() {
    const fn send<T: Send>(value: T) -> T {
        value
    }
    let scope = scope();
    let ours = scope.clone();
    let small = thread::Builder::new().stack_size(2 << 20);
    let sum = small
        .spawn(move || ours.in_scope(|| block_on(send(with::l01(1)))))
        .unwrap()
        .join()
        .unwrap();
    assert_eq!(sum, (1..=LEVELS as u64).sum::<u64>());
    let lines: Vec<_> =
        (0..LEVELS).map(|level| format!("{:1$}l{2:02}\n", "", 2 * level, level + 1)).collect();
    assert_eq!(scope.tree(), lines.concat());
}

#[test]
fn a_level_costs_at_most_88_bytes() {
    let (bare, traced) = (size_of_val(&bare::l01(1)), size_of_val(&with::l01(1)));
    assert!(traced <= bare + 88 * LEVELS, "{traced} of {bare} bytes for {LEVELS} levels");
    assert_eq!(block_on(bare::l01(1)), block_on(with::l01(1)));
}

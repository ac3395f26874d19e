//! What is in flight, told on a signal.

use crate::init::{Guard, install_or_say};

/// As `init`; on SIGUSR1 what is in flight is written to stderr.
#[cfg(all(unix, any(feature = "tokio", feature = "async-std", feature = "smol")))]
pub fn init_in_flight() -> Guard {
    use std::sync::Arc;

    use signal_hook::consts::SIGUSR1;
    use signal_hook::iterator::Signals;

    use crate::init::say;

    let guard = install_or_say(true);
    // Without a tracer, too: unheard, the signal would end the program.
    let tracer = guard.tracer.as_ref().map(Arc::downgrade);
    let wait = Signals::new([SIGUSR1]).and_then(|mut signals| {
        std::thread::Builder::new().name("tracer-in-flight".to_owned()).spawn(move || {
            for _ in signals.forever() {
                let open = tracer.as_ref().and_then(|tracer| tracer.upgrade()?.in_flight());
                say(&text(open.as_ref()));
            }
        })
    });
    if let Err(error) = wait {
        say(&format!("tracer: cannot tell on a signal what is in flight: {error}\n"));
    }
    guard
}

/// As `init`: there are no such signals here.
#[cfg(not(all(unix, any(feature = "tokio", feature = "async-std", feature = "smol"))))]
pub fn init_in_flight() -> Guard {
    install_or_say(true)
}

#[cfg(all(unix, any(feature = "tokio", feature = "async-std", feature = "smol")))]
fn text(open: Option<&tracer_core::InFlight>) -> String {
    let Some(open) = open else {
        return "tracer: nothing is recorded, so nothing is known to be in flight\n".to_owned();
    };
    #[cfg(feature = "tree")]
    let text = tracer_view::Tree::stderr().in_flight(open);
    #[cfg(not(feature = "tree"))]
    let text = tracer_core::testing::render(open.spans());
    text
}

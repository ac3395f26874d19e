//! Contexts that are attached: their spans are current among ours.
//!
//! The observer is called while `opentelemetry` has its own stack of contexts borrowed: nothing here
//! asks it for anything. Of contexts that are detached out of order it is told nothing; they are found
//! to be gone when one below them is current again.

use std::any::Any;
use std::cell::RefCell;
use std::sync::{Arc, Once};

use opentelemetry::Context;
use opentelemetry::context::{ContextObserver, GlobalContextObserver, ObserverContextView};
use tracer_core::__private::{enter_span, leave_span};
use tracer_core::{SpanContext, current};

use crate::opentelemetry::spans::{Found, Made};

/// Begins to observe; later calls do nothing.
pub(super) fn begin() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| GlobalContextObserver::set(Arc::new(Observer)));
}

/// What a context means to us, looked up once.
#[derive(Debug)]
struct View(Found);

impl ObserverContextView for View {
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn view(context: &Context) -> Option<&View> {
    context.observer_view().as_ref()?.as_any().downcast_ref()
}

/// Which view a context has; 0 for one without a span.
fn address(context: &Context) -> usize {
    view(context).map_or(0, |view| std::ptr::from_ref(view).addr())
}

thread_local! {
    /// What is attached on this thread, from the outside in: addresses of views, and what was entered.
    static ATTACHED: RefCell<Vec<(usize, SpanContext)>> = const { RefCell::new(Vec::new()) };
}

#[derive(Debug)]
struct Observer;

impl ContextObserver for Observer {
    fn on_context_enter(&self, _from: &Context, to: &Context) {
        let none = Found::Nothing;
        let found = view(to).map_or(&none, |view| &view.0);
        // On a thread that dies nothing is entered.
        let _entered = ATTACHED.try_with(|attached| {
            attached.borrow_mut().push((address(to), found.context()));
            enter_span(&found.context(), found.origin());
        });
    }

    fn on_context_exit(&self, _from: &Context, to: &Context) {
        let _left = ATTACHED.try_with(|attached| {
            let mut attached = attached.borrow_mut();
            let mut pop = || attached.pop().map(|(_, context)| leave_span(&context));
            pop();
            while attached.last().map_or(0, |(address, _)| *address) != address(to) {
                if attached.pop().map(|(_, context)| leave_span(&context)).is_none() {
                    break;
                }
            }
        });
    }

    fn make_view(&self, context: &Context) -> Option<Arc<dyn ObserverContextView>> {
        match Found::of(context) {
            Found::Nothing => None,
            found => Some(Arc::new(View(found))),
        }
    }
}

/// Where `context` is the one that is attached here: what is current in it, perhaps one of ours. Another
/// task that runs on top of it sees nothing of it.
pub(super) fn innermost(context: &Context) -> Option<Found> {
    let own = std::ptr::from_ref(view(context)?).addr();
    let top = ATTACHED.try_with(|attached| attached.borrow().last().map(|(address, _)| *address));
    let current = Some(current()).filter(|_| top.ok().flatten() == Some(own))?;
    Some(if current.is_valid() {
        Found::Made(Made { context: current, origin: current.span_id() })
    } else {
        Found::Nothing
    })
}

//! `args` and `fields` record what they are asked to, with its type, at the right moment, and nothing
//! else.

use std::borrow::Cow;
use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};

use futures::executor::block_on;
use tracer::export::{Memory, SpanRecord};
use tracer::sample::Ratio;
use tracer::testing::Scope;
use tracer::{Tracer, current, traced};
use tracer_tests::{pause, scope};

fn only(scope: &Scope) -> SpanRecord {
    let mut spans = scope.spans();
    assert_eq!(spans.len(), 1);
    spans.remove(0)
}

fn attributes(span: &SpanRecord) -> Vec<String> {
    span.attributes().map(|(key, value)| format!("{key}={value:?}")).collect()
}

struct Request {
    path: String,
    user: Option<u32>,
}

impl Request {
    #[traced(fields(
        self.path,
        ?self.user,
        size = body.len(),
        double = 2 * count + 1,
        count,
        %label,
        "http.method" = "GET",
        type = 'x',
        shouted = %body.to_uppercase().trim(),
        listed = ?[count, count],
        opaque = self,
    ))]
    fn serve(&self, body: &str, count: u32, label: Cow<'_, str>) -> usize {
        self.path.len() + body.len() + count as usize + label.len()
    }

    #[traced(fields(self.path, size = body.len(), body), resource = %format_args!("POST {}", self.path))]
    async fn store(self, body: String) -> Result<usize, fmt::Error> {
        pause().await;
        let (path, body) = (self.path, body);
        drop((path, self.user));
        Ok(body.len())
    }
}

#[test]
fn fields_have_their_keys_types_and_order() {
    let scope = scope();
    let request = Request { path: "/cart".to_owned(), user: Some(7) };
    scope.in_scope(|| request.serve("body ", 3, "a b".into()));
    let expected = [
        "self.path=\"/cart\"",
        "self.user=\"Some(7)\"",
        "size=5",
        "double=7",
        "count=3",
        "label=\"a b\"",
        "http.method=\"GET\"",
        "type=\"x\"",
        "shouted=\"BODY\"",
        "listed=\"[3, 3]\"",
        &format!("opaque={:?}", std::any::type_name::<&Request>()),
    ];
    assert_eq!(attributes(&only(&scope)), expected);
}

#[test]
fn fields_are_read_before_the_body_moves_arguments() {
    let scope = scope();
    let request = Request { path: "/cart".to_owned(), user: None };
    assert_eq!(block_on(scope.bind(request.store("body".to_owned()))), Ok(4));
    assert_eq!(
        scope.tree(),
        "store(self.path=/cart, size=4, body=body, resource.name=POST /cart)\n"
    );
}

static EVALUATED: AtomicU32 = AtomicU32::new(0);

fn evaluated() -> u32 {
    EVALUATED.fetch_add(1, Ordering::Relaxed)
}

#[test]
fn fields_are_evaluated_only_where_they_are_recorded_and_inside_the_span() {
    #[traced(fields(count = evaluated(), inside = current().is_recorded()), links([linked()]), service = %evaluated())]
    fn sync() {}
    #[traced(fields(count = evaluated(), inside = current().is_recorded()), links([linked()]), service = %evaluated())]
    async fn asynchronous() {}
    fn linked() -> tracer::SpanContext {
        evaluated();
        current()
    }

    let both = || (sync(), block_on(asynchronous()));
    both();
    let unsampled =
        Tracer::builder().exporter(Memory::default()).sampler(Ratio::new(0.0)).build().unwrap();
    unsampled.in_scope(both);
    // Called while nothing records, polled where something does.
    let before = asynchronous();
    assert_eq!(EVALUATED.load(Ordering::Relaxed), 0);
    let scope = scope();
    block_on(scope.bind(before));
    scope.in_scope(both);
    assert_eq!(EVALUATED.load(Ordering::Relaxed), 9);
    for span in scope.spans() {
        assert_eq!(span.attribute("inside"), Some(true.into()), "{}", span.name());
        assert_eq!(span.links().count(), 1);
    }
}

#[test]
fn a_later_field_is_the_span_s_own_once_the_body_sets_it() {
    #[traced(fields(id, rows = _))]
    fn query(id: u32) {
        current().set_attribute("rows", 2 * id);
        current().set_attribute("other", 1);
    }
    #[traced(fields(rows = _))]
    fn empty() {}

    let scope = scope();
    scope.in_scope(|| (query(4), empty()));
    assert_eq!(scope.tree(), "empty\nquery(id=4, rows=8)\n");
}

#[test]
fn patterns_conditions_and_raw_names_are_arguments() {
    #[traced(args(r#type), fields(left, right, r#type.x = 1))]
    async fn taken((left, [right, _]): (u8, [u8; 2]), r#type: &str, #[cfg(any())] gone: u32) {}
    #[traced(args)]
    fn conditional(#[cfg(any())] gone: u32, #[cfg(not(any()))] there: u32) -> u32 {
        there
    }

    let scope = scope();
    scope.in_scope(|| (block_on(taken((1, [2, 3]), "t")), conditional(4)));
    assert_eq!(scope.tree(), "conditional(there=4)\ntaken(type=t, left=1, right=2, type.x=1)\n");
}

//! `args`, `fields`, `ret` and `err` record what they are asked to, with its type, at the right
//! moment, and nothing else.

use std::borrow::Cow;
use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};

use futures::executor::block_on;
use tracer::export::{Memory, SpanRecord};
use tracer::testing::Scope;
use tracer::{Ratio, Tracer, current, traced};
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

#[test]
fn what_is_returned_is_recorded_by_type() {
    struct Opaque;
    #[traced(ret)]
    fn number() -> u64 {
        7
    }
    #[traced(ret)]
    async fn text(wrong: bool) -> Result<String, fmt::Error> {
        pause().await;
        if wrong { Err(fmt::Error) } else { Ok("text".to_owned()) }
    }
    #[traced(ret)]
    async fn borrowed(text: &str) -> &str {
        &text[1..]
    }
    #[traced(ret)]
    fn list() -> Result<Vec<u8>, ()> {
        Ok(vec![1])
    }
    #[traced(ret)]
    fn opaque() -> Opaque {
        Opaque
    }
    #[traced(ret(Debug))]
    fn debug() -> Result<&'static str, u8> {
        Ok("a")
    }
    #[traced(ret(Display))]
    async fn display() -> std::net::Ipv4Addr {
        std::net::Ipv4Addr::LOCALHOST
    }
    let scope = scope();
    scope.in_scope(|| {
        drop((number(), opaque(), list(), debug()));
        block_on(async {
            drop((text(false).await, text(true).await, borrowed("abc").await, display().await));
        });
    });
    let opaque = format!("opaque(return={})", std::any::type_name::<Opaque>());
    let expected = [
        "borrowed(return=bc)",
        "debug(return=\"a\")",
        "display(return=127.0.0.1)",
        "list(return=[1])",
        "number(return=7)",
        &opaque,
        "text ✖",
        "text(return=text)",
    ];
    assert_eq!(scope.tree().lines().collect::<Vec<_>>(), expected);
}

#[test]
fn what_is_returned_is_recorded_by_a_function() {
    #[traced(ret(|value| value.len() + 1))]
    fn length() -> Vec<u8> {
        vec![1, 2]
    }
    #[traced(args, ret(Vec::len))]
    async fn lengths(wrong: bool) -> Result<Vec<u8>, ()> {
        pause().await;
        if wrong { Err(()) } else { Ok(vec![1, 2, 3]) }
    }

    let scope = scope();
    scope.in_scope(|| {
        length();
        block_on(async { drop((lengths(false).await, lengths(true).await)) });
    });
    assert_eq!(
        scope.tree(),
        "length(return=3)\nlengths(wrong=true) ✖\nlengths(wrong=false, return=3)\n"
    );
}

#[derive(Debug)]
struct Refused {
    code: u16,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused")
    }
}

impl std::error::Error for Refused {}

#[test]
fn errors_are_told_as_they_are_asked_to() {
    const REFUSED: Refused = Refused { code: 7 };
    #[traced(err)]
    fn best() -> Result<(), Refused> {
        Err(REFUSED)
    }
    #[traced(err(Display))]
    async fn display() -> Result<(), Refused> {
        Err(REFUSED)
    }
    #[traced(err(Debug))]
    fn debug() -> Result<(), Refused> {
        Err(REFUSED)
    }
    #[traced(err(|error| error.code))]
    fn function() -> Result<(), Refused> {
        Err(REFUSED)
    }
    #[traced(err(code), ret)]
    async fn path(wrong: bool) -> Result<u8, Refused> {
        pause().await;
        if wrong { Err(REFUSED) } else { Ok(1) }
    }
    #[traced(err(none))]
    async fn none() -> Result<(), Refused> {
        Err(REFUSED)
    }
    fn code(refused: &Refused) -> String {
        format!("code {}", refused.code)
    }

    let scope = scope();
    scope.in_scope(|| {
        let _ = (best(), debug(), function());
        block_on(async {
            let _ = (display().await, path(true).await, path(false).await, none().await);
        });
    });
    let spans = scope.spans();
    let mut told: Vec<_> = spans
        .iter()
        .map(|span| (span.name(), span.error().map_or("", |error| error.message())))
        .collect();
    told.sort_unstable();
    let expected = [
        ("best", "refused"),
        ("debug", "Refused { code: 7 }"),
        ("display", "refused"),
        ("function", "7"),
        ("none", ""),
        ("path", ""),
        ("path", "code 7"),
    ];
    assert_eq!(told, expected);
    let kind = std::any::type_name::<Refused>();
    assert!(spans.iter().filter_map(SpanRecord::error).all(|error| error.type_name() == kind));
}

#[test]
fn a_future_that_tells_by_a_function_is_still_send_and_borrows() {
    #[traced(args, err(|error: &String| error.len()), ret(|text: &&str| text.len()))]
    async fn borrows<'a>(mut text: &'a str, _other: &str) -> Result<&'a str, String> {
        let longer = format!("{text}{text}");
        if longer.len() < 4 {
            pause().await;
            text = "none";
        }
        Ok(text)
    }
    const fn is_send<T: Send>(value: T) -> T {
        value
    }
    let scope = scope();
    let text = "a".to_owned();
    assert_eq!(block_on(scope.bind(is_send(borrows(&text, "")))), Ok("none"));
    assert_eq!(scope.tree(), "borrows(text=a, return=4)\n");
}

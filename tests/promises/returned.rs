//! `ret` and `err` tell what a fn returns, in the way they are asked to.

use std::fmt;

use futures::executor::block_on;
use tracer::export::SpanRecord;
use tracer::traced;
use tracer_tests::{pause, scope};

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

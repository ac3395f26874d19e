//! Everything that can stand between `fn` and the body.

use std::fmt::Display;
use std::panic::Location;

use tracer::traced;
use tracer_ui_tests::{block_on, pause};

struct Point {
    x: u32,
    y: u32,
}

#[traced(args)]
async fn points_elsewhere(mut text: &str) -> usize {
    let longer = format!("{text}{text}");
    if text.len() < 4 {
        pause().await;
        text = &longer;
    }
    text.len()
}

#[traced(args)]
async fn patterns(
    Point { x, y: renamed }: Point,
    [first, .., last]: [u8; 3],
    whole @ (_, _): (u8, u8),
) -> u32 {
    x + renamed + u32::from(first) + u32::from(last) + u32::from(whole.0)
}

#[traced(args)]
fn changed_in_place(
    &mut Point { ref mut x, y }: &mut Point,
    Point { x: ref mut other, .. }: Point,
) -> u32 {
    *x += y;
    *other += 1;
    *x + *other
}

#[traced(args(text, more))]
fn generic<'a, T: Display + ?Sized, const N: usize>(
    text: &'a T,
    more: impl Into<u32>,
    rest: [&'a T; N],
) -> String
where
    T: 'a,
{
    let rest: String = rest.iter().map(|text| text.to_string()).collect();
    format!("{text}{}{rest}", more.into())
}

#[traced(args)]
async fn generic_async<T: Clone, const N: usize>(
    value: T,
    times: impl Fn() -> usize,
) -> (T, usize) {
    pause().await;
    (value.clone(), N * times())
}

#[traced]
async fn lifetimes<'a>(first: &'a str, second: &str) -> &'a str {
    if second.is_empty() { first } else { &first[..1] }
}

#[traced(args)]
fn r#match(r#type: u32, #[cfg(any())] gone: Missing, #[cfg(not(any()))] there: u32) -> u32 {
    r#type + there
}

#[traced(args)]
async fn conditional(#[cfg(any())] gone: Missing, #[cfg(not(any()))] there: String) -> String {
    there
}

#[traced(args(there))]
fn conditional_result(
    #[cfg(any())] gone: Missing,
    #[cfg(not(any()))] there: String,
    #[cfg(any())] Missing(_): Missing,
) -> Result<String, String> {
    Ok(there)
}

#[track_caller]
#[traced(args)]
fn caller(wrap: bool) -> Result<u32, String> {
    if wrap { Ok(Location::caller().line()) } else { Err("not asked".to_owned()) }
}

#[traced("inner attributes")]
fn inner_attributes(value: u32) -> u32 {
    #![expect(path_statements, reason = "it is what must be found")]
    value;
    value
}

#[traced(name = "a name", args, root)]
fn all_arguments(value: u32) -> u32 {
    value
}

#[test]
fn arguments_arrive() {
    assert_eq!(block_on(points_elsewhere("abc")), 6);
    assert_eq!(block_on(patterns(Point { x: 1, y: 2 }, [3, 4, 5], (6, 7))), 17);
    let mut point = Point { x: 1, y: 2 };
    assert_eq!(changed_in_place(&mut point, Point { x: 10, y: 0 }), 14);
    assert_eq!(point.x, 3);
    assert_eq!(generic("a", 1_u8, ["b", "c"]), "a1bc");
    assert_eq!(block_on(generic_async::<_, 3>("a", || 2)), ("a", 6));
    assert_eq!(block_on(lifetimes("ab", "c")), "a");
    assert_eq!(r#match(1, 2), 3);
    assert_eq!(block_on(conditional("a".to_owned())), "a");
    assert_eq!(conditional_result("a".to_owned()).as_deref(), Ok("a"));
    assert_eq!(inner_attributes(1) + all_arguments(1), 2);
}

#[test]
fn a_caller_is_the_caller() {
    let (expected, line) = (line!(), caller(true));
    assert_eq!(line, Ok(expected));
    assert!(caller(false).is_err());
}

#[test]
fn fns_stay_values() {
    let called: fn(u32) -> u32 = all_arguments;
    assert_eq!([1, 2].map(called), [1, 2]);
    assert_eq!([1, 2].map(|value| block_on(generic_async::<_, 1>(value, || 1)).0), [1, 2]);
}

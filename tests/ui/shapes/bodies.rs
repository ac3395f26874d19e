//! What can stand between the braces: it means what it means without the attribute.

use std::fmt::Display;
use std::future::ready;

use tracer::traced;
use tracer_ui_tests::{block_on, pause, tree};

macro_rules! one_expression {
    ($value:expr) => {
        $value + 1
    };
}

#[traced]
fn a_macro(value: u32) -> u32 {
    one_expression!(value)
}

#[traced]
async fn a_macro_async(value: u32) -> u32 {
    one_expression!({ ready(value).await })
}

#[traced]
fn only_a_return(value: u32) -> Result<u32, String> {
    return Ok(value);
}

#[traced]
async fn only_a_return_async(value: u32) -> u32 {
    return value;
}

#[traced]
fn labels(rows: &[&[u32]]) -> Option<u32> {
    'rows: for row in rows {
        for value in *row {
            match value {
                0 => continue 'rows,
                1 => break 'rows,
                _ => return Some(*value),
            }
        }
    }
    None
}

#[traced]
async fn a_label_with_a_value(value: u32) -> Result<u32, String> {
    let doubled = 'found: {
        if value > 1 {
            break 'found value * 2;
        }
        pause().await;
        0
    };
    Ok(doubled)
}

#[traced]
fn closures(values: &[u32]) -> u32 {
    let clamp = |value: u32| {
        if value > 2 {
            return 2;
        }
        value
    };
    values.iter().map(|value| clamp(*value)).sum()
}

#[traced]
async fn async_closures(values: &[&str]) -> Result<u32, std::num::ParseIntError> {
    let parse = async |text: &str| {
        pause().await;
        Ok::<_, std::num::ParseIntError>(text.parse::<u32>()?)
    };
    let mut sum = 0;
    for value in values {
        sum += parse(value).await?;
    }
    Ok(sum)
}

#[traced]
#[expect(unused_braces, reason = "must be found")]
fn a_block_in_a_block(value: u32) -> u32 {
    { { value } }
}

#[traced]
fn items_and_imports(value: u32) -> u32 {
    use std::cmp::max;
    const LEAST: u32 = 3;
    struct Wrapped(u32);
    impl Wrapped {
        fn get(&self) -> u32 {
            self.0
        }
    }
    #[cfg(any())]
    let value = missing(value);
    max(Wrapped(value).get(), LEAST)
}

#[traced]
fn shadows(value: &str) -> Result<usize, String> {
    let value = value.trim();
    let Some((value, _)) = value.split_once(' ') else {
        return Err(value.to_owned());
    };
    Ok(value.len())
}

#[traced]
fn a_statement_at_the_end(values: &mut Vec<u32>) {
    values.push(1);
}

#[traced]
fn a_loop() -> u32 {
    let mut rounds = 0;
    loop {
        rounds += 1;
        if rounds == 3 {
            break rounds;
        }
    }
}

#[traced]
fn gives_a_closure(text: String) -> impl FnOnce(&str) -> String + use<> {
    move |more| text + more
}

#[traced]
fn gives_an_object(number: bool) -> Box<dyn Display> {
    if number { Box::new(1) } else { Box::new("one") }
}

#[traced]
async fn borrows_over_an_await(values: &mut Vec<u32>) -> Option<&mut u32> {
    values.push(1);
    pause().await;
    let last = values.last_mut()?;
    pause().await;
    Some(last)
}

#[test]
fn mean_what_they_mean() {
    let scene = || {
        assert_eq!(a_macro(1), 2);
        assert_eq!(block_on(a_macro_async(1)), 2);
        assert_eq!(only_a_return(1), Ok(1));
        assert_eq!(block_on(only_a_return_async(1)), 1);
        assert_eq!(labels(&[&[0, 5], &[3]]), Some(3));
        assert_eq!(labels(&[&[0, 5], &[1, 3]]), None);
        assert_eq!(block_on(a_label_with_a_value(2)), Ok(4));
        assert_eq!(closures(&[1, 5]), 3);
        assert_eq!(block_on(async_closures(&["1", "2"])), Ok(3));
        assert_eq!(a_block_in_a_block(1), 1);
        assert_eq!(items_and_imports(1), 3);
        assert_eq!(shadows(" ab c"), Ok(2));
        let mut values = Vec::new();
        a_statement_at_the_end(&mut values);
        assert_eq!(a_loop(), 3);
        assert_eq!(gives_a_closure("a".to_owned())("b"), "ab");
        assert_eq!(gives_an_object(true).to_string(), "1");
        *block_on(borrows_over_an_await(&mut values)).unwrap() += 1;
        assert_eq!(values, [1, 2]);
    };
    let expected = "\
        a_block_in_a_block\n\
        a_label_with_a_value\n\
        a_loop\n\
        a_macro\n\
        a_macro_async\n\
        a_statement_at_the_end\n\
        async_closures\n\
        borrows_over_an_await\n\
        closures\n\
        gives_a_closure\n\
        gives_an_object\n\
        items_and_imports\n\
        labels\n\
        labels\n\
        only_a_return\n\
        only_a_return_async\n\
        shadows\n";
    assert_eq!(tree(scene), expected);
}

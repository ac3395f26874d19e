//! Names of ours do not meet names of theirs.

use tracer_ui_tests::block_on;

macro_rules! make {
    ($name:ident, $arg:ident, $body:block, $literal:literal) => {
        #[tracer::traced($literal, args)]
        fn $name($arg: u32, other: u32) -> Result<u32, String> {
            let sum = $arg + other;
            Ok(sum + $body)
        }
    };
}

macro_rules! make_whole {
    ($vis:vis fn $name:ident($($arg:ident: $type:ty),*) -> $output:ty $body:block) => {
        #[tracer::traced(args($($arg),*))]
        $vis async fn $name($($arg: $type),*) -> $output $body
    };
}

make!(made, other, { 1 }, "made by a macro");
make_whole!(
    fn whole(first: u32, second: String) -> Result<usize, String> {
        Ok(second.len() + first as usize)
    }
);

#[test]
fn fns_of_macros() {
    assert_eq!(made(1, 2), Ok(4));
    assert_eq!(block_on(whole(1, "ab".to_owned())), Ok(3));
}

mod shadowed {
    #![expect(dead_code, unused_macros, reason = "decoys are there to be left alone")]
    #![expect(non_camel_case_types, non_upper_case_globals, reason = "as the decoys")]

    mod core {}
    mod std {}
    mod alloc {}
    mod tracer {}
    struct Option;
    struct Future;
    struct Callsite;
    struct guard;
    const out: u32 = 0;
    static SITE: &str = "theirs";
    pub(super) enum Result {
        Ok,
        Err,
    }

    macro_rules! line {
        () => {
            compile_error!("not theirs")
        };
    }
    macro_rules! module_path {
        () => {
            compile_error!("not theirs")
        };
    }

    #[::tracer::traced(args)]
    pub(super) fn sync(traced: u32, enter: u32) -> ::std::string::String {
        ::std::format!("{SITE} {}", traced + enter + out)
    }

    #[::tracer::traced(args)]
    pub(super) async fn asynchronous(__arg1: u32, (a, b): (u32, u32)) -> u32 {
        __arg1 + a + b
    }

    #[::tracer::traced]
    pub(super) fn result(wrong: bool) -> Result {
        if wrong { Result::Err } else { Result::Ok }
    }

    #[::tracer::traced]
    pub(super) async fn imports() -> ::std::result::Result<u32, ()> {
        #[expect(unused_imports, reason = "what it brings must not reach the expansion")]
        use Result::*;
        ::std::result::Result::Ok(1)
    }

    pub(super) fn is_ok(result: &Result) -> bool {
        matches!(result, Result::Ok)
    }
}

#[test]
fn shadowed_names() {
    assert_eq!(shadowed::sync(1, 2), "theirs 3");
    assert_eq!(block_on(shadowed::asynchronous(1, (2, 3))), 6);
    assert!(shadowed::is_ok(&shadowed::result(false)) && !shadowed::is_ok(&shadowed::result(true)));
    assert_eq!(block_on(shadowed::imports()), Ok(1));
}

#[no_implicit_prelude]
mod without_prelude {
    use ::std::result::Result::{self, Ok};
    use ::std::string::String;

    #[::tracer::traced(args, root)]
    pub(super) fn sync(value: u32) -> u32 {
        value
    }

    #[::tracer::traced("named", args(text))]
    pub(super) fn result(text: String) -> Result<String, String> {
        Ok(text)
    }

    #[::tracer::traced(args)]
    pub(super) async fn asynchronous(_: u32, text: String) -> Result<String, String> {
        Ok(text)
    }
}

#[test]
fn no_implicit_prelude() {
    assert_eq!(without_prelude::sync(1), 1);
    assert_eq!(without_prelude::result("a".to_owned()).as_deref(), Ok("a"));
    assert_eq!(block_on(without_prelude::asynchronous(1, "a".to_owned())).as_deref(), Ok("a"));
}

mod generic_names {
    #[tracer::traced(args)]
    pub(super) fn sync<F, O, R, T: Copy, const N: usize>(
        out: [T; N],
        _: F,
        _: O,
        _: R,
    ) -> Result<usize, T> {
        Ok(out.len())
    }

    #[tracer::traced(args)]
    pub(super) async fn asynchronous<F, O: Default>(runtime: F, guard: F, site: F) -> (F, F, F, O) {
        (runtime, guard, site, O::default())
    }
}

#[test]
fn names_of_parameters() {
    assert_eq!(generic_names::sync([1, 2], 0, 0, 0), Ok(2));
    assert_eq!(block_on(generic_names::asynchronous::<_, u8>(1, 2, 3)), (1, 2, 3, 0));
}

/// The crate as another one may hand it on.
pub(crate) mod handed_on {
    pub(crate) use tracer as spans;
}

mod renamed {
    #[super::handed_on::spans::traced(crate = crate::hygiene::handed_on::spans, args, ret, fields(more = value + 1))]
    pub(super) fn sync(value: u32) -> Result<u32, String> {
        Ok(value + ::tracer::testing::Scope::new().spans().len() as u32)
    }

    #[tracer::traced(
        crate = super::handed_on::spans,
        args,
        when = value > 0,
        parent = ::tracer::current(),
        links(::tracer::current())
    )]
    pub(super) async fn asynchronous(value: u32) -> u32 {
        value
    }

    pub(super) struct Whole;

    #[tracer::traced(crate = super::handed_on::spans, prefix = "whole")]
    impl Whole {
        pub(super) fn value(&self) -> u32 {
            1
        }
    }
}

#[test]
fn the_crate_by_another_name() {
    assert_eq!(renamed::sync(1), Ok(1));
    assert_eq!(block_on(renamed::asynchronous(1)), 1);
    assert_eq!(renamed::Whole.value(), 1);
}

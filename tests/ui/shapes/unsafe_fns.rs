//! `unsafe` and `extern` fns.
#![expect(unsafe_code, reason = "unsafe fns and calls of them are what is tested")]

use tracer::traced;
use tracer_ui_tests::block_on;

#[traced(args)]
unsafe extern "C" fn foreign(value: u32) -> u32 {
    value + 1
}

#[traced]
async unsafe fn unsafe_async(value: u32) -> u32 {
    value + 1
}

#[traced]
unsafe fn unsafe_result(value: u32) -> Result<u32, String> {
    Ok(value + 1)
}

#[test]
fn unsafe_stays_unsafe() {
    // SAFETY: these ask for nothing.
    let (foreign, asynchronous, result) =
        unsafe { (foreign(1), block_on(unsafe_async(1)), unsafe_result(1)) };
    assert_eq!((foreign, asynchronous, result), (2, 2, Ok(2)));
}

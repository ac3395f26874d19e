//! What the attributes refuse: one message of ours each, on the token that is the reason.
//!
//! `TRYBUILD=overwrite` writes the expected messages anew.

#[test]
fn refused() {
    trybuild::TestCases::new().compile_fail("refused/*.rs");
}

//! Pages to read, with programs that run.
//!
//! [Whose span is it?](whose_span) Which span is the parent, for every way to run something; what is
//! not carried, and what to write then.

#[cfg_attr(
    all(
        feature = "macros",
        feature = "tokio",
        feature = "async-std",
        feature = "smol",
        feature = "rayon"
    ),
    doc = include_str!("guide/whose_span.md")
)]
#[cfg_attr(
    not(all(
        feature = "macros",
        feature = "tokio",
        feature = "async-std",
        feature = "smol",
        feature = "rayon"
    )),
    doc = "Whose span is it? Built with the features of all runtimes, the page is here."
)]
pub mod whose_span {}

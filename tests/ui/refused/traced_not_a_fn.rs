#![allow(unused)]

#[tracer::traced]
struct Struct;

#[tracer::traced]
enum Enum {}

#[tracer::traced]
pub(crate) const LIMIT: u32 = 1;

#[tracer::traced]
static STATIC: u32 = 1;

#[tracer::traced]
type Alias = fn();

#[tracer::traced]
use std::fmt as _;

#[tracer::traced]
macro_rules! rules {
    () => {};
}

#[tracer::traced]
unsafe extern "C" {}

fn main() {}

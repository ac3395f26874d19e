#[tracer::traced]
const fn limit() -> u32 {
    1
}

#[tracer::traced]
pub(crate) const unsafe fn unsafe_limit() -> u32 {
    1
}

fn main() {
    limit();
}

impl<const N: usize> Cart<{ N }>
where
    [(); N]: Sized,
{
    #[::tracer::traced(__one_of_many, name = "cart.total", args, when = of::<A, B>())]
    pub fn total(&self) -> u32 {
        self.0
    }
    /// Kept.
    #[inline]
    #[::tracer::traced(__one_of_many, name = "cart.move", args, when = of::<A, B>())]
    pub async fn r#move(&self) {}
    fn hidden(&self) {}
    pub const fn constant() -> u32 {
        1
    }
    pub fn skipped() {}
    #[traced(off)]
    pub fn off() {}
}

//! stub
/// stub
#[derive(Debug)]
pub struct Tree;
impl Tree {
    /// stub
    pub fn stderr() -> Self {
        Self
    }
}
impl tracer_core::Exporter for Tree {
    fn name(&self) -> &str {
        "tree"
    }
    fn export(&mut self, _: &tracer_core::Batch) -> Result<(), tracer_core::ExportError> {
        Ok(())
    }
}

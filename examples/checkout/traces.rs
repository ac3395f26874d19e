//! What the services have written, read back and drawn.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::Path;

use tracer::TraceId;
use tracer::export::Tree;
use tracer::export::read::{self, Span};

use crate::Failure;

/// One tree for each request, over all services.
pub(crate) fn drawn(folder: &Path) -> Result<String, Failure> {
    let mut spans: Vec<Span> = Vec::new();
    for file in fs::read_dir(folder)? {
        for line in read::lines(BufReader::new(File::open(file?.path())?)) {
            spans.extend(line?);
        }
    }
    sort(&mut spans);
    Ok(Tree::to(io::stdout()).draw(&spans))
}

/// The trees come in the order of their first spans: here by what was asked for, not by time.
fn sort(spans: &mut [Span]) {
    let path = |span: &Span| Some((span.trace_id, span.attribute("url.path")?.to_string()));
    let roots = spans.iter().filter(|span| span.parent_id.is_none());
    let asked: HashMap<TraceId, String> = roots.filter_map(path).collect();
    spans.sort_by(|a, b| asked.get(&a.trace_id).cmp(&asked.get(&b.trace_id)));
}

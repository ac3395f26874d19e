//! What the services have written, read back and drawn: in the terminal, and on a page for the browser.

use std::collections::HashMap;
use std::env;
use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::Path;

use tracer::TraceId;
use tracer::export::read::{self, Span};
use tracer::export::{Html, Tree};

use crate::Failure;

/// One tree for each request, over all services; with `TRACER=html` they are on a page, too.
pub(crate) fn drawn(folder: &Path) -> Result<String, Failure> {
    let spans = read(folder)?;
    let drawn = Tree::to(io::stdout()).draw(&spans);
    if env::var("TRACER").is_ok_and(|asked| asked == "html") {
        let page = Html::default();
        page.write(&spans)?;
        return Ok(format!("{drawn}\nall of it is in {}\n", page.path().display()));
    }
    Ok(drawn)
}

fn read(folder: &Path) -> Result<Vec<Span>, Failure> {
    let mut spans: Vec<Span> = Vec::new();
    for file in fs::read_dir(folder)? {
        for line in read::lines(BufReader::new(File::open(file?.path())?)) {
            spans.extend(line?);
        }
    }
    sort(&mut spans);
    Ok(spans)
}

/// The trees come in the order of their first spans: here by what was asked for, not by time.
fn sort(spans: &mut [Span]) {
    let path = |span: &Span| Some((span.trace_id, span.attribute("url.path")?.to_string()));
    let roots = spans.iter().filter(|span| span.parent_id.is_none());
    let asked: HashMap<TraceId, String> = roots.filter_map(path).collect();
    spans.sort_by(|a, b| asked.get(&a.trace_id).cmp(&asked.get(&b.trace_id)));
}

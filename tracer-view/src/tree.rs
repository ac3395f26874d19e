//! The exporter that writes each trace as a tree.

use std::collections::HashMap;
use std::fmt;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use tracer_core::{Batch, Completeness, ExportError, Exporter, InFlight, TraceId, Unit};

use crate::draw;
use crate::node::Node;
use crate::paint::Look;
use crate::terminal::{self, Color};
use crate::trace::Trace;

/// An exporter that writes each trace as a tree: to standard error or a writer.
///
/// It writes when the trace is whole, 100 ms after the last span of it.
///
/// A tree is written at once, so that nothing else comes between its lines. A large trace is
/// folded: equal siblings share a line, and of what is left the errors, the critical path and the
/// longest spans are shown, in about 200 lines. The legend stands below the first tree.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use tracer_core::{Span, Tracer};
/// use tracer_view::{Color, Tree};
///
/// let tree = Tree::to(std::io::sink()).color(Color::Never).width(120).rate(5);
/// let tracer = Tracer::builder().exporter(tree).build()?;
/// tracer.in_scope(|| Span::new("parse").in_scope(|| ()));
/// tracer.flush(Duration::from_secs(5))?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[must_use = "a tree does nothing until it is given to a tracer as an exporter"]
pub struct Tree {
    writer: Box<dyn Write + Send>,
    stderr: bool,
    color: Color,
    width: Option<usize>,
    ascii: Option<bool>,
    rate: Rate,
    /// What was written last.
    last: Option<Form>,
    legend: bool,
}

/// Trees a second, unless somebody asks for others.
const RATE: u32 = 20;
/// Terminals are never narrower, and nobody reads longer lines.
const WIDTHS: std::ops::RangeInclusive<usize> = 40..=500;

impl Tree {
    /// Makes one that writes to standard error, as wide as the terminal.
    pub fn stderr() -> Self {
        Self { stderr: true, ..Self::to(io::stderr()) }
    }

    /// Makes one that writes to `writer`, each tree in one piece.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use tracer_core::{Span, Tracer};
    /// use tracer_view::{Color, Tree};
    ///
    /// let path = std::env::temp_dir().join(format!("trees-{}.txt", std::process::id()));
    /// let tree = Tree::to(std::fs::File::create(&path)?).color(Color::Never).ascii(true);
    /// let tracer = Tracer::builder().service_name("shop").exporter(tree).build()?;
    /// tracer.in_scope(|| drop(Span::new("parse")));
    /// drop(tracer);
    ///
    /// let text = std::fs::read_to_string(&path)?;
    /// assert!(text.contains("shop") && text.contains("parse"));
    /// # std::fs::remove_file(path)?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn to(writer: impl Write + Send + 'static) -> Self {
        Self {
            writer: Box::new(writer),
            stderr: false,
            color: Color::Auto,
            width: None,
            ascii: None,
            rate: Rate::new(Some(RATE)),
            last: None,
            legend: true,
        }
    }

    /// Sets when it is coloured: [`Color::Auto`] unless this is called.
    pub fn color(mut self, color: Color) -> Self {
        self.color = color;
        self
    }

    /// Sets the width in columns, from 40 to 500; else it is the terminal's.
    ///
    /// Where that is not known, the variable `COLUMNS` tells it, else it is 100.
    pub fn width(mut self, columns: usize) -> Self {
        self.width = Some(columns);
        self
    }

    /// Sets whether to use ASCII only; else the locale tells it.
    ///
    /// ASCII it is if the locale has no UTF-8. The locale is what `LC_ALL`, `LC_CTYPE` or `LANG` say. All other letters of names and
    /// messages become `?`.
    pub fn ascii(mut self, ascii: bool) -> Self {
        self.ascii = Some(ascii);
        self
    }

    /// Sets how many trees are written in a second: 20 unless this is called.
    ///
    /// Of each further trace within the second one line is written; with 0, of all traces.
    pub fn rate(mut self, trees_per_second: u32) -> Self {
        self.rate = Rate::new(Some(trees_per_second));
        self
    }

    /// Writes all trees, however many there are in a second.
    pub fn unlimited(mut self) -> Self {
        self.rate = Rate::new(None);
        self
    }

    /// Draws what is in flight: a tree for each trace, up to now.
    ///
    /// As it writes traces that have ended; the durations are how long each span has been open.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::{Span, Tracer};
    /// use tracer_view::{Color, Tree};
    ///
    /// let tracer = Tracer::builder().in_flight(true).build()?;
    /// let _request = tracer.in_scope(|| Span::new("request"));
    /// let open = tracer.in_flight().expect("it was asked for");
    /// let text = Tree::stderr().color(Color::Never).in_flight(&open);
    /// assert!(text.starts_with("open trace ") && text.contains("request"));
    /// # Ok::<_, tracer_core::InstallError>(())
    /// ```
    pub fn in_flight(&self, open: &InFlight) -> String {
        let mut traces: Vec<(TraceId, Vec<Node<'_>>)> = Vec::new();
        let mut places: HashMap<TraceId, usize> = HashMap::new();
        for span in open.spans() {
            let place = *places.entry(span.trace_id()).or_insert_with(|| {
                traces.push((span.trace_id(), Vec::new()));
                traces.len() - 1
            });
            traces[place].1.push(Node::from(span));
        }
        let drawn = traces.into_iter().map(|(id, nodes)| {
            let trace = Trace::new(nodes, id, Completeness::Partial);
            draw::tree(&trace, self.look(), false)
        });
        let mut parts: Vec<String> = drawn.collect();
        if parts.is_empty() {
            parts.push("nothing is in flight\n".to_owned());
        }
        if open.unlisted() > 0 {
            parts.push(format!("{} more open spans\n", open.unlisted()));
        }
        parts.join("\n")
    }

    /// Draws what was read from files: a tree for each trace, over all services that it ran in.
    ///
    /// Spans of several processes are one tree where they have one trace id, and where the service
    /// changes its name stands before the span's. The traces come in the order of their first spans in
    /// `spans`, and the legend stands below the first. A span that was written while it was open is
    /// drawn as it ended, if that was written, too. Without spans the text is empty.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_otlp::read;
    /// use tracer_view::{Color, Tree};
    ///
    /// let of = |service: &str, span: &str| format!(
    ///     r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"service.name","value":
    ///         {{"stringValue":"{service}"}}}}]}},"scopeSpans":[{{"spans":[{{
    ///         "traceId":"5b8efff798038103d269b633813fc60c","startTimeUnixNano":"1000",
    ///         "endTimeUnixNano":"3000",{span}}}]}}]}}]}}"#,
    /// );
    /// let mut spans = read::document(&of("web", r#""spanId":"00000000000000a1","name":"checkout""#))?;
    /// spans.extend(read::document(&of(
    ///     "stock",
    ///     r#""spanId":"00000000000000b2","parentSpanId":"00000000000000a1","name":"reserve""#,
    /// ))?);
    /// let text = Tree::stderr().color(Color::Never).ascii(false).draw(&spans);
    /// assert!(text.contains("web · checkout") && text.contains("└─ stock · reserve"));
    /// # Ok::<_, read::ReadError>(())
    /// ```
    #[cfg(feature = "file")]
    pub fn draw(&self, spans: &[tracer_otlp::read::Span]) -> String {
        let traces = crate::read::traces(spans).into_iter().enumerate();
        let drawn = traces.map(|(place, trace)| draw::tree(&trace, self.look(), place == 0));
        drawn.collect::<Vec<_>>().join("\n")
    }

    fn look(&self) -> Look {
        let width = self.width.unwrap_or_else(|| terminal::width(self.stderr));
        Look {
            width: width.clamp(*WIDTHS.start(), *WIDTHS.end()),
            color: self.color.is_on(self.stderr),
            ascii: self.ascii.unwrap_or_else(terminal::is_ascii),
        }
    }

    /// Draws a trace in the form for which there is room in this second.
    fn next(&mut self, trace: &Trace<'_>, now: Instant) -> String {
        let form = if self.rate.allows(now) { Form::Tree } else { Form::Line };
        let text = match form {
            Form::Tree => draw::tree(trace, self.look(), std::mem::take(&mut self.legend)),
            Form::Line => draw::line(trace, self.look()),
        };
        let apart = self.last.is_some_and(|last| (last, form) != (Form::Line, Form::Line));
        self.last = Some(form);
        if apart { format!("\n{text}") } else { text }
    }
}

impl Default for Tree {
    fn default() -> Self {
        Self::stderr()
    }
}

impl fmt::Debug for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tree")
            .field("stderr", &self.stderr)
            .field("rate", &self.rate)
            .finish_non_exhaustive()
    }
}

impl Exporter for Tree {
    fn name(&self) -> &'static str {
        "tree"
    }

    fn unit(&self) -> Unit {
        Unit::Traces
    }

    fn export(&mut self, batch: &Batch) -> Result<(), ExportError> {
        let Some(first) = batch.spans().first() else { return Ok(()) };
        let nodes = batch.spans().iter().map(Node::from).collect();
        let mut trace = Trace::new(nodes, first.trace_id(), batch.completeness());
        trace.service = batch.resource().service_name();
        let text = self.next(&trace, Instant::now());
        let written = self.writer.write_all(text.as_bytes()).and_then(|()| self.writer.flush());
        written
            .map_err(|error| ExportError::failed(format!("the tree could not be written: {error}")))
    }
}

/// How a trace is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Tree,
    Line,
}

/// Lets so many trees through in each second; all of them without a limit.
#[derive(Debug)]
struct Rate {
    limit: Option<u32>,
    since: Option<Instant>,
    used: u32,
}

impl Rate {
    const fn new(limit: Option<u32>) -> Self {
        Self { limit, since: None, used: 0 }
    }

    fn allows(&mut self, now: Instant) -> bool {
        let Some(limit) = self.limit else { return true };
        if self.since.is_none_or(|since| now.duration_since(since) >= Duration::from_secs(1)) {
            (self.since, self.used) = (Some(now), 0);
        }
        self.used = self.used.saturating_add(1);
        self.used <= limit
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Rate, Tree};
    use crate::sketch::{span, trace};
    use crate::terminal::Color;

    #[test]
    fn so_many_trees_pass_in_each_second() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut rate = Rate::new(Some(2));
        let allowed =
            [0, 10, 20, 999, 1_000, 1_500, 1_999, 2_000].map(|millis| rate.allows(at(millis)));
        assert_eq!(allowed, [true, true, false, false, true, true, false, true]);
        assert!(!Rate::new(Some(0)).allows(start));
        assert!((0..100).all(|_| Rate::new(None).allows(start)));
    }

    #[test]
    fn trees_stand_apart_and_the_legend_once() {
        let mut tree = Tree::to(std::io::sink()).color(Color::Never).ascii(false).width(80).rate(2);
        let trace = trace(vec![span(1, 0, "one", 0.0, 1.0)]);
        let now = Instant::now();
        let text: String = (0..4).map(|_| tree.next(&trace, now)).collect();
        let shapes =
            text.lines().map(|line| line.split_once("  ").map_or(line, |(first, _)| first));
        let expected = [
            "trace 4f9c02d1",
            "one",
            "█ polled",
            "",
            "trace 4f9c02d1",
            "one",
            "",
            "trace 4f9c02d1",
            "trace 4f9c02d1",
        ];
        assert_eq!(shapes.collect::<Vec<_>>(), expected);
    }
}

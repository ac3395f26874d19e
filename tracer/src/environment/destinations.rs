//! Where traces go: the words of `TRACER`.

/// Where traces go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Destinations {
    /// Print trees of finished traces to stderr.
    pub(crate) tree: bool,
    /// Send them as OpenTelemetry's variables say.
    pub(crate) otlp: bool,
    /// Write a page of them at the end.
    pub(crate) html: Option<Page>,
    /// Serve a page of them on this port, on any for 0.
    pub(crate) live: Option<u16>,
    /// Write them to a file.
    pub(crate) file: Option<String>,
}

/// Where a page is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// Where pages are unless somebody says otherwise.
    Usual,
    At(String),
}

/// Destinations that this build has.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each feature is on or off")]
pub(crate) struct Compiled {
    pub(super) tree: bool,
    pub(super) html: bool,
    pub(super) live: bool,
    pub(super) otlp: bool,
    pub(super) file: bool,
}

impl Compiled {
    pub(crate) const HERE: Self = Self {
        tree: cfg!(feature = "tree"),
        html: cfg!(feature = "html"),
        live: cfg!(feature = "live"),
        otlp: cfg!(feature = "otlp"),
        file: cfg!(feature = "file"),
    };

    /// The values of `TRACER`.
    pub(super) fn valid(self) -> String {
        let words = [
            ("`tree`", self.tree),
            ("`html`", self.html),
            ("`live`", self.live),
            ("`otlp`", self.otlp),
            ("`file:PATH`", self.file),
        ];
        let words: Vec<_> = words.into_iter().filter(|(_, is)| *is).map(|(word, _)| word).collect();
        match words.as_slice() {
            [] => "`off` (`tree`, `html`, `live`, `otlp` and `file:PATH` need the features of these names)"
                .to_owned(),
            [only] => format!("{only} or `off`"),
            several => format!("{} or `off`", several.join(", ")),
        }
    }
}

impl Destinations {
    /// Adds what a word of `TRACER` asks for.
    pub(super) fn add(&mut self, word: &str, compiled: Compiled) -> Result<(), String> {
        let (name, path) = word.split_once(':').unwrap_or((word, ""));
        match name {
            "tree" if word == name && compiled.tree => self.tree = true,
            "otlp" if word == name && compiled.otlp => self.otlp = true,
            "html" if compiled.html && word == name => self.html = Some(Page::Usual),
            "html" if compiled.html && !path.is_empty() => {
                self.html = Some(Page::At(path.to_owned()));
            }
            "html" if compiled.html => {
                return Err("`html` is written `html` or `html:PATH`".to_owned());
            }
            "live" if compiled.live => self.live = Some(port(word, path)?),
            "file" if compiled.file && !path.is_empty() => self.file = Some(path.to_owned()),
            "file" if compiled.file => return Err("`file` is written `file:PATH`".to_owned()),
            "tree" | "otlp" | "html" | "live" | "file"
                if word == name || matches!(name, "html" | "live" | "file") =>
            {
                return Err(missing(name));
            }
            "off" => return Err("`off` stands alone".to_owned()),
            later if LATER.contains(&later) => {
                return Err(format!("`{word}` is not supported by this version"));
            }
            _ => return Err(format!("`{word}` is no destination")),
        }
        Ok(())
    }
}

/// Destinations that `TRACER` names but that this version cannot serve.
const LATER: [&str; 1] = ["datadog"];

/// The port of `live` or `live:PORT`.
fn port(word: &str, port: &str) -> Result<u16, String> {
    let is_number = port.bytes().all(|digit| digit.is_ascii_digit());
    match port.parse() {
        _ if word == "live" => Ok(0),
        Ok(port) if is_number => Ok(port),
        _ => Err("`live` is written `live` or `live:PORT`".to_owned()),
    }
}

pub(super) fn missing(feature: &str) -> String {
    format!("`{feature}` needs the feature `{feature}` of the crate `tracer`, which is off")
}

//! Where traces go: the words of `TRACER`.

/// Where traces go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Destinations {
    /// Print trees of finished traces to stderr.
    pub(crate) tree: bool,
    /// Send them as OpenTelemetry's variables say.
    pub(crate) otlp: bool,
    /// Send them to Datadog's agent, where its variables say.
    pub(crate) datadog: bool,
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

/// What this build has: destinations, and what else the environment may ask for.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each feature is on or off")]
pub(crate) struct Compiled {
    pub(super) tree: bool,
    pub(super) html: bool,
    pub(super) live: bool,
    pub(super) otlp: bool,
    pub(super) datadog: bool,
    pub(super) file: bool,
    pub(super) http: bool,
    /// Ids for log lines.
    pub(super) bridge: bool,
}

impl Compiled {
    pub(crate) const HERE: Self = Self {
        tree: cfg!(feature = "tree"),
        html: cfg!(feature = "html"),
        live: cfg!(feature = "live"),
        otlp: cfg!(feature = "otlp"),
        datadog: cfg!(feature = "datadog"),
        file: cfg!(feature = "file"),
        http: cfg!(feature = "http"),
        bridge: cfg!(any(feature = "tracing", feature = "log", feature = "opentelemetry-api")),
    };

    #[cfg(test)]
    pub(super) const NONE: Self = Self {
        tree: false,
        html: false,
        live: false,
        otlp: false,
        datadog: false,
        file: false,
        http: false,
        bridge: false,
    };

    #[cfg(test)]
    pub(super) const ALL: Self = Self {
        tree: true,
        html: true,
        live: true,
        otlp: true,
        datadog: true,
        file: true,
        http: true,
        bridge: true,
    };

    /// The values of `TRACER`.
    pub(super) fn valid(self) -> String {
        let words = [
            ("`tree`", self.tree),
            ("`html`", self.html),
            ("`live`", self.live),
            ("`otlp`", self.otlp),
            ("`datadog`", self.datadog),
            ("`file:PATH`", self.file),
        ];
        let words: Vec<_> = words.into_iter().filter(|(_, is)| *is).map(|(word, _)| word).collect();
        match words.as_slice() {
            [] => "`off` (`tree`, `html`, `live`, `otlp`, `datadog` and `file:PATH` need the features of these names)"
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
            "datadog" if word == name && compiled.datadog => self.datadog = true,
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
            "tree" | "otlp" | "datadog" | "html" | "live" | "file"
                if word == name || matches!(name, "html" | "live" | "file") =>
            {
                return Err(missing(name));
            }
            "off" => return Err("`off` stands alone".to_owned()),
            _ => return Err(format!("`{word}` is no destination")),
        }
        Ok(())
    }
}

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

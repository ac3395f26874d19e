//! What the command is asked for.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use tracer_core::TraceId;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Help,
    Version,
    View(View),
    Tree { files: Vec<PathBuf>, trace: Wanted, width: Option<usize> },
    Top { files: Vec<PathBuf> },
    Diff { before: PathBuf, after: PathBuf },
    Convert { files: Vec<PathBuf>, to: Format },
    Live(Served),
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct View {
    pub(super) files: Vec<PathBuf>,
    pub(super) to: Option<PathBuf>,
    pub(super) open: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Served {
    pub(super) files: Vec<PathBuf>,
    pub(super) port: u16,
    pub(super) open: bool,
}

/// What traces are converted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Perfetto,
    Chrome,
    OtlpJson,
}

/// The port that OTLP has over HTTP.
const PORT: u16 = 4318;

/// The first digits of the traces that are wanted.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted(String);

impl Wanted {
    pub(super) fn has(&self, trace: TraceId) -> bool {
        self.0.is_empty() || trace.to_string().starts_with(&self.0)
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads the arguments, without the name of the program; else says what is wrong with them.
pub(super) fn read(arguments: Vec<OsString>) -> Result<Asked, String> {
    let is_help = |argument: &OsString| argument == "--help" || argument == "-h";
    if arguments.is_empty() || arguments.iter().any(is_help) || arguments[0] == "help" {
        return Ok(Asked::Help);
    }
    let mut left = Left { arguments: arguments.into(), files: Vec::new() };
    let command = left.arguments.pop_front().unwrap_or_default();
    match command.to_str().unwrap_or_default() {
        "--version" | "-V" => Ok(Asked::Version),
        "view" => view(left),
        "tree" => tree(left),
        "convert" => convert(left),
        "live" => live(left),
        "top" => Ok(Asked::Top { files: left.only_files("top")? }),
        "diff" => match <[PathBuf; 2]>::try_from(left.only_files("diff")?) {
            Ok([before, after]) => Ok(Asked::Diff { before, after }),
            Err(files) => Err(format!("`diff` takes two files, not {}", files.len())),
        },
        _ => Err(format!("`{}` is no command", command.to_string_lossy())),
    }
}

fn view(mut left: Left) -> Result<Asked, String> {
    let (mut to, mut open) = (None, false);
    while let Some(option) = left.option() {
        match option.as_str() {
            "--open" => open = true,
            "--to" => to = Some(left.value("--to", "a path")?.into()),
            _ => return Err(unknown("view", &option)),
        }
    }
    Ok(Asked::View(View { files: left.files()?, to, open }))
}

fn tree(mut left: Left) -> Result<Asked, String> {
    let (mut trace, mut width) = (Wanted::default(), None);
    while let Some(option) = left.option() {
        match option.as_str() {
            "--trace" => {
                let id = left.value("--trace", "the first digits of an id")?;
                let id = id.to_string_lossy().to_ascii_lowercase();
                if id.is_empty() || !id.chars().all(|digit| digit.is_ascii_hexdigit()) {
                    return Err(format!("`--trace`: `{id}` has other than hexadecimal digits"));
                }
                trace = Wanted(id);
            }
            "--width" => {
                let columns = left.value("--width", "a number")?;
                let columns = columns.to_string_lossy();
                let number = columns.parse();
                width = Some(number.map_err(|_| format!("`--width`: `{columns}` is no number"))?);
            }
            _ => return Err(unknown("tree", &option)),
        }
    }
    Ok(Asked::Tree { files: left.files()?, trace, width })
}

fn convert(mut left: Left) -> Result<Asked, String> {
    let mut format = None;
    while let Some(option) = left.option() {
        match option.as_str() {
            "--to" => format = Some(left.value("--to", "a format")?),
            _ => return Err(unknown("convert", &option)),
        }
    }
    let all = "`perfetto`, `chrome` or `otlp-json`";
    let format = format.ok_or_else(|| format!("`convert` needs `--to` with {all}"))?;
    let to = match format.to_str() {
        Some("perfetto") => Format::Perfetto,
        Some("chrome") => Format::Chrome,
        Some("otlp-json") => Format::OtlpJson,
        _ => return Err(format!("`--to`: `{}` is none of {all}", format.to_string_lossy())),
    };
    Ok(Asked::Convert { files: left.files()?, to })
}

fn live(mut left: Left) -> Result<Asked, String> {
    let (mut port, mut open) = (PORT, false);
    while let Some(option) = left.option() {
        match option.as_str() {
            "--open" => open = true,
            "--port" => {
                let number = left.value("--port", "a number")?;
                let number = number.to_string_lossy();
                port = number.parse().map_err(|_| format!("`--port`: `{number}` is no port"))?;
            }
            _ => return Err(unknown("live", &option)),
        }
    }
    Ok(Asked::Live(Served { files: left.files, port, open }))
}

fn unknown(command: &str, option: &str) -> String {
    format!("`{command}` has no option `{option}`")
}

/// Arguments that nobody has taken yet.
struct Left {
    arguments: VecDeque<OsString>,
    files: Vec<PathBuf>,
}

impl Left {
    /// The next option; what stands before it are files. `--option=value` is `--option value`.
    fn option(&mut self) -> Option<String> {
        while let Some(argument) = self.arguments.pop_front() {
            let text = argument.to_str().unwrap_or_default();
            if text == "--" {
                self.files.extend(self.arguments.drain(..).map(PathBuf::from));
            } else if text.starts_with('-') && text != "-" {
                let Some((option, value)) = text.split_once('=') else {
                    return Some(text.to_owned());
                };
                self.arguments.push_front(value.into());
                return Some(option.to_owned());
            } else {
                self.files.push(argument.into());
            }
        }
        None
    }

    fn value(&mut self, option: &str, what: &str) -> Result<OsString, String> {
        self.arguments.pop_front().ok_or_else(|| format!("`{option}` needs {what}"))
    }

    /// The files of a command that has no options.
    fn only_files(mut self, command: &str) -> Result<Vec<PathBuf>, String> {
        match self.option() {
            Some(option) => Err(unknown(command, &option)),
            None => self.files(),
        }
    }

    fn files(self) -> Result<Vec<PathBuf>, String> {
        if self.files.is_empty() { Err("there is no file".to_owned()) } else { Ok(self.files) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Asked, Format, Served, View, Wanted, read};

    fn of(line: &str) -> Result<Asked, String> {
        read(line.split_whitespace().map(Into::into).collect())
    }

    #[test]
    fn commands_take_their_options_before_and_after_files() {
        for line in ["", "-h", "help", "view --help", "tree a -h"] {
            assert_eq!(of(line), Ok(Asked::Help), "{line}");
        }
        assert_eq!(of("--version"), Ok(Asked::Version));
        let view = |files: &[&str], to: Option<&str>, open| {
            let files = files.iter().map(Into::into).collect();
            Ok(Asked::View(View { files, to: to.map(Into::into), open }))
        };
        assert_eq!(of("view a b"), view(&["a", "b"], None, false));
        assert_eq!(of("view a --to=x.html --open b"), view(&["a", "b"], Some("x.html"), true));
        assert_eq!(of("view --to x -- --open"), view(&["--open"], Some("x"), false));
        assert_eq!(of("view -"), view(&["-"], None, false));
        let tree = |trace: &str, width| {
            Ok(Asked::Tree { files: vec!["a".into()], trace: Wanted(trace.to_owned()), width })
        };
        assert_eq!(of("tree a"), tree("", None));
        assert_eq!(of("tree --trace 4F9c --width=80 a"), tree("4f9c", Some(80)));
        assert_eq!(of("top a b"), Ok(Asked::Top { files: vec!["a".into(), "b".into()] }));
        let convert = |to| Ok(Asked::Convert { files: vec!["a".into()], to });
        assert_eq!(of("convert a --to=perfetto"), convert(Format::Perfetto));
        assert_eq!(of("convert --to chrome a"), convert(Format::Chrome));
        assert_eq!(of("convert --to otlp-json a"), convert(Format::OtlpJson));
        let live = |files: &[&str], port, open| {
            let files = files.iter().map(Into::into).collect();
            Ok(Asked::Live(Served { files, port, open }))
        };
        assert_eq!(of("live"), live(&[], 4318, false));
        assert_eq!(of("live --port=0 a --open"), live(&["a"], 0, true));
        assert_eq!(of("diff a -"), Ok(Asked::Diff { before: "a".into(), after: "-".into() }));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (line, expected) in [
            ("tre a", "`tre` is no command"),
            ("view", "there is no file"),
            ("view --opn a", "`view` has no option `--opn`"),
            ("view a --to", "`--to` needs a path"),
            ("tree a --trace xyz", "`--trace`: `xyz` has other than hexadecimal digits"),
            ("tree a --trace=", "`--trace`: `` has other than hexadecimal digits"),
            ("tree a --width wide", "`--width`: `wide` is no number"),
            ("top --width 80 a", "`top` has no option `--width`"),
            ("live --port 65536", "`--port`: `65536` is no port"),
            ("live --prot 1", "`live` has no option `--prot`"),
            ("convert a", "`convert` needs `--to` with `perfetto`, `chrome` or `otlp-json`"),
            ("convert a --to x", "`--to`: `x` is none of `perfetto`, `chrome` or `otlp-json`"),
            ("diff a", "`diff` takes two files, not 1"),
            ("diff a b c", "`diff` takes two files, not 3"),
        ] {
            assert_eq!(of(line), Err(expected.to_owned()), "{line}");
        }
    }
}

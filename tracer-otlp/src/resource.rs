//! What describes the process and its host, as far as it is known without asking anybody.

use std::path::Path;

use tracer_core::__private::told::unique;
use tracer_core::Value;

/// Attributes of this process. The program's own stand above them.
#[derive(Debug)]
pub(crate) struct Detected {
    process: i64,
    texts: Vec<(&'static str, String)>,
}

impl Detected {
    pub(crate) fn new() -> Self {
        let executable = std::env::current_exe().unwrap_or_default();
        let name = executable.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut texts = vec![
            ("service.name", format!("unknown_service:{name}")),
            ("service.instance.id", unique()),
            ("telemetry.sdk.name", "tracer".to_owned()),
            ("telemetry.sdk.language", "rust".to_owned()),
            ("telemetry.sdk.version", env!("CARGO_PKG_VERSION").to_owned()),
            ("process.executable.name", name),
            ("process.executable.path", shown(&executable)),
            ("host.name", host_name()),
            ("host.arch", architecture().to_owned()),
            ("os.type", system().to_owned()),
        ];
        texts.retain(|(_, text)| !text.is_empty());
        Self { process: i64::from(std::process::id()), texts }
    }

    pub(crate) fn attributes(&self) -> impl Iterator<Item = (&'static str, Value<'_>)> {
        let texts = self.texts.iter().map(|(key, text)| (*key, Value::Str(text)));
        texts.chain([("process.pid", Value::I64(self.process))])
    }
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(unix)]
fn host_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

#[cfg(not(unix))]
fn host_name() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}

/// As the conventions call it.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "arm" => "arm32",
        "powerpc" => "ppc32",
        "powerpc64" => "ppc64",
        other => other,
    }
}

fn system() -> &'static str {
    match std::env::consts::OS {
        "macos" | "ios" => "darwin",
        "dragonfly" => "dragonflybsd",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_process_is_known() {
        let detected = Detected::new();
        let get =
            |key| detected.attributes().find(|(name, _)| *name == key).map(|(_, value)| value);
        assert_eq!(get("process.pid"), Some(Value::I64(i64::from(std::process::id()))));
        assert_eq!(get("telemetry.sdk.name"), Some("tracer".into()));
        assert!(get("service.name").unwrap().to_string().starts_with("unknown_service:"));
        assert!(get("host.name").is_some());
    }
}

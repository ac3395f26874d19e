//! The programs: one that does most of it, and one with so many callsites that it has to be written first.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Callsites of the program that has many.
const CALLSITES: usize = 10_000;

/// What a span cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// Nanoseconds of its thread, and of all threads.
    pub(crate) caller: f64,
    pub(crate) process: f64,
    /// Memory of the process at most.
    pub(crate) mebibytes: f64,
}

/// The programs, as they stand beside this one.
#[derive(Debug)]
pub(crate) struct Programs {
    target: PathBuf,
}

impl Programs {
    pub(crate) fn build() -> Self {
        let path = env::current_exe().expect("the path of this program");
        let target = path.ancestors().nth(2).expect("the target folder").to_owned();
        let mut command = cargo(&benches().join("Cargo.toml"), &target);
        assert!(succeeds(command.args(["--package", "growth-ours"])), "growth-ours is not built");
        Self { target }
    }

    pub(crate) fn run(&self, what: &str, count: u64, spans: u64) -> Cost {
        let path = if what == "callsites" {
            self.callsites()
        } else {
            self.target.join("release/growth-ours")
        };
        let mut command = Command::new(path);
        command.args([what, &count.to_string(), &spans.to_string()]).stderr(Stdio::inherit());
        let output = command.output().expect("it starts");
        assert!(output.status.success(), "{what} {count}: {}", output.status);
        let text = String::from_utf8(output.stdout).expect("it prints numbers");
        let numbers: Vec<f64> =
            text.split_whitespace().map(|word| word.parse().expect("a number")).collect();
        let [caller, process, kibibytes] = numbers[..] else { panic!("it says {text:?}") };
        Cost { caller, process, mebibytes: kibibytes / 1024.0 }
    }

    /// Written and built where it is first asked for, with the versions of `Cargo.lock`.
    fn callsites(&self) -> PathBuf {
        let folder = self.target.join("callsites");
        fs::create_dir_all(folder.join("src")).expect("the target folder can be written");
        let ours = benches().join("growth/ours");
        let manifest = format!(
            "[package]\nname = \"growth-callsites\"\nedition = \"2024\"\n\n[dependencies]\ngrowth-ours = {{ path = {ours:?} }}\ntracer = {{ path = {:?}, default-features = false, features = [\"macros\"] }}\n\n[workspace]\n",
            benches().with_file_name("tracer"),
        );
        let lock = fs::read_to_string(benches().join("Cargo.lock")).expect("the lock file");
        let files = [("Cargo.toml", manifest), ("Cargo.lock", lock), ("src/main.rs", source())];
        for (name, text) in files {
            let path = folder.join(name);
            // Cargo builds what is newer, not what is other.
            if fs::read_to_string(&path).is_ok_and(|old| old == text || name == "Cargo.lock") {
                continue;
            }
            fs::write(&path, text).expect("the target folder can be written");
        }
        let target = folder.join("target");
        let mut command = cargo(&folder.join("Cargo.toml"), &target);
        assert!(succeeds(&mut command), "the program with many callsites is not built");
        target.join("release/growth-callsites")
    }
}

/// Functions of which each is a callsite, and a list of them.
fn source() -> String {
    let mut text = String::from(
        "use std::hint::black_box;\nuse tracer::traced;\n\nfn main() {\n    let words: Vec<String> = std::env::args().skip(2).collect();\n    let [count, spans] = [&words[0], &words[1]].map(|word| word.parse::<u64>().unwrap());\n    growth_ours::callsites(&ALL[..count as usize], spans);\n}\n",
    );
    for number in 0..CALLSITES {
        write!(
            text,
            "\n#[traced]\n#[inline(never)]\nfn f{number}(i: u64) -> u64 {{ black_box(i) }}\n"
        )
        .expect("there is memory");
    }
    write!(text, "\nstatic ALL: [fn(u64) -> u64; {CALLSITES}] = [").expect("there is memory");
    (0..CALLSITES).for_each(|number| write!(text, "f{number}, ").expect("there is memory"));
    text.push_str("];\n");
    text
}

fn cargo(manifest: &Path, target: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["build", "--release", "--quiet", "--manifest-path"]).arg(manifest);
    command.arg("--target-dir").arg(target);
    command
}

fn succeeds(command: &mut Command) -> bool {
    command.status().is_ok_and(|status| status.success())
}

fn benches() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("it is in the benches")
}

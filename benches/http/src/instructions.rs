//! Instructions a request, counted by callgrind: the same on a busy machine as on an idle one.

use std::env;
use std::fs;
use std::process::{Command, Stdio};

use crate::program::{Program, Programs};
use crate::server::Server;

/// Requests before it counts, in which happens what happens once, and requests that count.
const FIRST: u64 = 1_000;
const COUNTED: u64 = 5_000;

/// Instructions a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Instructions {
    /// Of the thread that serves.
    pub(crate) serving: f64,
    /// Of all threads.
    pub(crate) all: f64,
}

/// Whether valgrind is there.
pub(crate) fn can_be_counted() -> bool {
    let mut command = Command::new("valgrind");
    let command = command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

pub(crate) fn count(programs: &Programs, program: &Program) -> Instructions {
    let folder = env::temp_dir().join(format!("bench-http-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("the temporary folder can be written");
    let out = format!("--callgrind-out-file={}", folder.join("out").display());
    let tool = ["valgrind", "--tool=callgrind", "--separate-threads=yes", "--quiet", &out];
    let mut server = Server::start(programs.server(&tool, program));
    programs.load(&server.address, FIRST);
    let _before = server.account();
    begin_at_zero(server.id());
    programs.load(&server.address, COUNTED);
    let _after = server.account();
    server.end();
    let mut sum = Instructions { serving: 0.0, all: 0.0 };
    for entry in fs::read_dir(&folder).expect("the folder").flatten() {
        let text = fs::read_to_string(entry.path()).expect("what callgrind writes");
        let found = summary(&text) / COUNTED as f64;
        sum.all += found;
        if entry.file_name().to_string_lossy().ends_with("-01") {
            sum.serving += found;
        }
    }
    fs::remove_dir_all(&folder).expect("it can be written");
    sum
}

/// What was counted so far is forgotten.
fn begin_at_zero(process: u32) {
    let mut command = Command::new("callgrind_control");
    let command = command.args(["--zero", &process.to_string()]).stdout(Stdio::null());
    let status = command.stderr(Stdio::null()).status();
    assert!(status.is_ok_and(|status| status.success()), "callgrind does not answer");
}

/// Nothing where a file is the one that only names the others.
fn summary(text: &str) -> f64 {
    let lines = ["summary: ", "totals: "];
    let line = text.lines().find_map(|line| lines.iter().find_map(|word| line.strip_prefix(word)));
    line.map_or(0.0, |number| number.trim().parse().expect("a number"))
}

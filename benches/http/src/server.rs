//! A server that runs, and what it says of itself.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A server in a process of its own.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: String,
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// What a server has spent, and what has arrived of it, since its start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Account {
    /// Nanoseconds of all threads.
    pub(crate) processor: u64,
    /// Spans.
    pub(crate) arrived: u64,
}

impl Server {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let input = child.stdin.take().expect("it is piped");
        let mut output = BufReader::new(child.stdout.take().expect("it is piped"));
        let address = line(&mut output);
        Self { address, child, input, output }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Has it hand on what it has recorded.
    pub(crate) fn account(&mut self) -> Account {
        self.input.write_all(b"\n").expect("it reads");
        let text = line(&mut self.output);
        let (processor, arrived) = text.split_once(' ').expect("two numbers");
        Account {
            processor: processor.parse().expect("a number"),
            arrived: arrived.parse().expect("a number"),
        }
    }

    /// It ends with its input.
    pub(crate) fn end(self) {
        let Self { mut child, input, .. } = self;
        drop(input);
        let status = child.wait().expect("it ends");
        assert!(status.success(), "the server has failed");
    }
}

fn line(output: &mut BufReader<ChildStdout>) -> String {
    let mut line = String::new();
    output.read_line(&mut line).expect("it prints a line");
    line.trim_end().to_owned()
}

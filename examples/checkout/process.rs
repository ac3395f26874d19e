//! A service in a process of its own, as the one who started it sees it.

use std::env;
use std::path::Path;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::Failure;

pub(crate) struct Process {
    pub(crate) name: &'static str,
    pub(crate) url: String,
    child: Child,
    says: Lines<BufReader<ChildStdout>>,
}

impl Process {
    /// Starts this very program as a service, which says on which port it listens.
    pub(crate) async fn start(
        name: &'static str,
        folder: &Path,
        others: &[&str],
    ) -> Result<Self, Failure> {
        let mut command = Command::new(env::current_exe()?);
        command.arg(name).arg(folder.join(name).with_extension("jsonl")).args(others);
        // It stops as its standard input ends: also where this process is killed.
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let output = child.stdout.take().ok_or("it was asked for")?;
        let mut process =
            Self { name, url: String::new(), child, says: BufReader::new(output).lines() };
        process.url = format!("http://{}", process.next().await?);
        Ok(process)
    }

    /// Waits until it says that.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: a line is read whole or not at all.
    pub(crate) async fn says(&mut self, line: &str) -> Result<(), Failure> {
        while self.next().await? != line {}
        Ok(())
    }

    /// Stops it; returns the last that it says: what became of its spans.
    pub(crate) async fn stop(mut self) -> Result<String, Failure> {
        drop(self.child.stdin.take());
        let mut last = self.next().await?;
        while let Some(line) = self.says.next_line().await? {
            last = line;
        }
        let status = self.child.wait().await?;
        if status.success() { Ok(last) } else { Err(format!("{}: {status}", self.name).into()) }
    }

    async fn next(&mut self) -> Result<String, Failure> {
        let line = self.says.next_line().await?;
        line.ok_or_else(|| format!("{} has ended too early", self.name).into())
    }
}

//! What a program does on a signal.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::thread::spawn;
use std::time::Duration;

use super::program;

#[test]
fn a_program_tells_on_a_signal_what_is_in_flight() {
    let nothing = "tracer: nothing is recorded, so nothing is known to be in flight";
    for (destination, first) in [("off", nothing), ("tree", "open trace ")] {
        let mut child = started(program("hangs").env("TRACER", destination).stderr(Stdio::piped()));
        let lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
        let (hear, heard) = channel();
        spawn(move || lines.map_while(Result::ok).try_for_each(|line| hear.send(line)));
        // time: only a program that says nothing takes so long
        let line = || heard.recv_timeout(Duration::from_secs(30)).expect("it speaks");
        // As often as it is asked.
        for _ in 0..2 {
            signal(&child, "USR1");
            assert!(line().starts_with(first), "{destination}");
            if destination == "tree" {
                assert!(line().starts_with("hang "));
            }
        }
        // It goes on, and ends as ever.
        drop(child.stdin.take());
        assert!(child.wait().expect("it ends").success());
    }
}

/// Starts a program and waits until it says that it is ready.
fn started(command: &mut Command) -> Child {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program starts");
    let mut ready = String::new();
    let stdout = child.stdout.as_mut().expect("it is piped");
    BufReader::new(stdout).read_line(&mut ready).expect("it speaks");
    assert_eq!(ready, "ready\n");
    child
}

fn signal(child: &Child, signal: &str) {
    let kill = format!("kill -{signal} {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().expect("a shell").success());
}

#[test]
fn a_program_that_flushes_on_a_signal_dies_by_it() {
    for (destination, signal, number) in
        [("off", "TERM", 15), ("tree", "TERM", 15), ("tree", "INT", 2)]
    {
        let mut program = program("signal");
        let mut child = started(program.env("TRACER", destination).stderr(Stdio::null()));
        self::signal(&child, signal);
        // Waiting would close it, and the program would end by itself.
        let stdin = child.stdin.take();
        let status = child.wait().expect("it ends");
        drop(stdin);
        assert_eq!(status.signal(), Some(number), "{destination}: {status}");
    }
}

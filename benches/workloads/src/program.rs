//! What a program does when it is run: one thing, as its arguments say, printed as plain words.

use std::env;
use std::time::Duration;

use crate::case::Case;
use crate::sampling;
use crate::sized::SIZES;

/// What is set up behind the annotations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Recorded, collected and thrown away.
    On,
    /// Nothing installed.
    Absent,
    /// Installed, but the trace is not sampled.
    Unsampled,
}

/// A program: a library's set-up behind the shared workloads.
pub struct Peer {
    pub start: fn(Mode),
    /// Hands on what was recorded, and waits for it.
    pub drain: fn(),
    /// Spans and attributes that arrived so far, where the program can tell.
    pub arrived: fn() -> Option<[u64; 2]>,
    pub cases: Vec<Case>,
    pub sizes: [usize; SIZES],
}

const USAGE: &str =
    "sizes | time MODE CASE MILLISECONDS | count MODE CASE TIMES | arrive CASE TIMES";

/// Does what the command line says.
pub fn main(mut peer: Peer) {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["sizes"] => print(&peer.sizes),
        ["time", mode, case, milliseconds] => {
            (peer.start)(read_mode(mode));
            let time = Duration::from_millis(number(milliseconds));
            let drain = peer.drain;
            println!("{}", sampling::nanos(find(&mut peer, case), drain, time));
        }
        ["count", mode, case, times] => {
            (peer.start)(read_mode(mode));
            let drain = peer.drain;
            let case = find(&mut peer, case);
            sampling::repeat(case, drain, u32::try_from(number(times)).expect("few"));
            println!("{}", case.calls);
        }
        ["arrive", case, times] => arrive(&mut peer, case, number(times)),
        _ => panic!("{USAGE}"),
    }
}

/// Numbers, as all programs tell them: with a space between them.
pub fn print(numbers: &[usize]) {
    let words: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    println!("{}", words.join(" "));
}

/// Checks that everything that was recorded arrived.
fn arrive(peer: &mut Peer, case: &str, times: u64) {
    (peer.start)(Mode::On);
    let (drain, arrived) = (peer.drain, peer.arrived);
    let case = find(peer, case);
    for _ in 0..times {
        (case.run)();
    }
    drain();
    let expected = [case.spans, case.attributes].map(|each| u64::from(each) * times);
    if let Some(arrived) = arrived() {
        assert_eq!(arrived, expected, "spans and attributes of `{}`", case.name);
    }
    println!("{} {}", expected[0], expected[1]);
}

fn find<'a>(peer: &'a mut Peer, name: &str) -> &'a mut Case {
    peer.cases
        .iter_mut()
        .find(|case| case.name == name)
        .unwrap_or_else(|| panic!("no case `{name}`"))
}

fn read_mode(word: &str) -> Mode {
    match word {
        "on" => Mode::On,
        "absent" => Mode::Absent,
        "unsampled" => Mode::Unsampled,
        _ => panic!("no mode `{word}`"),
    }
}

fn number(word: &str) -> u64 {
    word.parse().unwrap_or_else(|_| panic!("`{word}` is no number"))
}

//! What a program does when it is run: one thing, as its arguments say, printed as plain words.

use std::env;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use tokio::runtime::Builder;

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
    /// What each further thread that records needs.
    pub begin_thread: fn(),
    /// Hands on what was recorded, and waits for it.
    pub drain: fn(),
    /// Spans and attributes that arrived so far, where the program can tell.
    pub arrived: fn() -> Option<[u64; 2]>,
    pub cases: Vec<Case>,
    pub sizes: [usize; SIZES],
}

const USAGE: &str =
    "sizes | time MODE CASE MILLISECONDS | count MODE CASE TIMES | arrive CASE TIMES";

/// The workload that records a root and no more.
const ONE_SPAN: &str = "root_yield0";

/// Does what the command line says, in a task: that is where traced code runs, and a tracer that
/// asks which task it is, is to be asked.
pub fn main(peer: fn() -> Peer) {
    let words: Vec<String> = env::args().skip(1).collect();
    let case = words.iter().rfind(|word| peer().cases.iter().any(|case| case.name == **word));
    let is_alone = case.is_some_and(|name| {
        let case = peer().cases.into_iter().find(|case| case.name == *name);
        case.is_some_and(|case| case.is_in_a_runtime || case.threads.is_some())
    });
    if is_alone {
        return work(peer, &words);
    }
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let task = async move { work(peer, &words) };
    runtime.block_on(async { tokio::spawn(task).await }).expect("no panic");
}

fn work(new: fn() -> Peer, words: &[String]) {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut peer = new();
    match words[..] {
        ["sizes"] => print(&peer.sizes),
        ["time", mode, case, milliseconds] => {
            start(new, &mut peer, read_mode(mode), case);
            let time = Duration::from_millis(number(milliseconds));
            println!("{}", nanos(new, case, time));
        }
        ["count", mode, case, times] => {
            start(new, &mut peer, read_mode(mode), case);
            let drain = peer.drain;
            let case = find(&mut peer, case);
            sampling::repeat(case, drain, u32::try_from(number(times)).expect("few"));
            println!("{}", case.calls);
        }
        ["arrive", case, times] => arrive(new, case, number(times)),
        _ => panic!("{USAGE}"),
    }
}

/// Sets the library up, and what the workload runs beside.
fn start(new: fn() -> Peer, peer: &mut Peer, mode: Mode, case: &str) {
    (peer.start)(mode);
    let threads = find(peer, case).idle_threads;
    let recorded = Arc::new(Barrier::new(threads as usize + 1));
    for _ in 0..threads {
        let recorded = Arc::clone(&recorded);
        thread::spawn(move || {
            let mut peer = new();
            (peer.begin_thread)();
            (find(&mut peer, ONE_SPAN).run)();
            recorded.wait();
            loop {
                thread::park();
            }
        });
    }
    recorded.wait();
}

/// Of this thread, or of so many others the mean.
fn nanos(new: fn() -> Peer, case: &str, time: Duration) -> f64 {
    let mut peer = new();
    let threads = find(&mut peer, case).threads;
    let Some(threads) = threads else {
        let drain = peer.drain;
        return sampling::nanos(find(&mut peer, case), drain, time);
    };
    let all_begin = Barrier::new(threads);
    let each = || {
        let mut peer = new();
        (peer.begin_thread)();
        let drain = peer.drain;
        all_begin.wait();
        sampling::nanos(find(&mut peer, case), drain, time)
    };
    let sum: f64 = thread::scope(|scope| {
        let all: Vec<_> = (0..threads).map(|_| scope.spawn(each)).collect();
        all.into_iter().map(|thread| thread.join().expect("no panic")).sum()
    });
    sum / threads as f64
}

/// Numbers, as all programs tell them: with a space between them.
pub fn print(numbers: &[usize]) {
    let words: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    println!("{}", words.join(" "));
}

/// Checks that everything that was recorded arrived.
fn arrive(new: fn() -> Peer, case: &str, times: u64) {
    let mut peer = new();
    start(new, &mut peer, Mode::On, case);
    let (drain, arrived) = (peer.drain, peer.arrived);
    let case = find(&mut peer, case);
    for _ in 0..times {
        (case.run)();
    }
    drain();
    let mut expected = [case.spans, case.attributes].map(|each| u64::from(each) * times);
    expected[0] += u64::from(case.idle_threads);
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

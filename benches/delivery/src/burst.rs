//! The program that is measured.

use std::fs;
use std::hint::black_box;
use std::pin::pin;
use std::process::{Command, Stdio};
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use tracer::traced;

use crate::{SPANS, TRACES};

/// What a burst cost, as its process knows it.
pub struct Spent {
    pub acknowledged: u64,
    pub nanos: u64,
    pub system_nanos: u64,
    pub peak_kib: u64,
}

/// Runs a burst in a process of its own.
pub fn start(url: &str, protocol: &str, compression: &str, rate: &str) -> Spent {
    let output = Command::new(std::env::current_exe().expect("this program"))
        .args(["burst", rate])
        .env("TRACER", "otlp")
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", url)
        .env("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
        .env("OTEL_EXPORTER_OTLP_COMPRESSION", compression)
        .stderr(Stdio::inherit())
        .output()
        .expect("it starts");
    let text = String::from_utf8(output.stdout).expect("it prints numbers");
    let mut numbers = text.split_whitespace().map(|word| word.parse().expect("a number"));
    let mut next = || numbers.next().expect("four numbers");
    Spent { acknowledged: next(), nanos: next(), system_nanos: next(), peak_kib: next() }
}

#[traced(args)]
async fn step(number: u32, even: bool, text: &str) {
    black_box((number, even, text));
}

#[traced]
async fn request(first: u32) {
    for number in first..first + SPANS - 1 {
        step(number, number % 2 == 0, "a text of 20 bytes..").await;
    }
}

/// Ends the spans, at once or so many a second, waits for the exporter and prints what it took.
pub fn run(rate: u64) {
    let guard = tracer::init().expect("the only tracer");
    let tracer = guard.tracer().expect("the environment asks for one");
    let begin = Instant::now();
    let mut context = Context::from_waker(Waker::noop());
    for trace in 0..TRACES {
        assert!(pin!(request(trace * SPANS)).poll(&mut context).is_ready());
        if let Some(nanos) = (u64::from(trace * SPANS) * 1_000_000_000).checked_div(rate) {
            let due = Duration::from_nanos(nanos);
            std::thread::sleep(due.saturating_sub(begin.elapsed()));
        }
    }
    if let Err(error) = tracer.flush(Duration::from_mins(1)) {
        eprintln!("{error}\n{}", tracer.stats());
    }
    let acknowledged = tracer.stats().exporters[0].acknowledged;
    let (user, system) = processor_time();
    println!("{acknowledged} {} {system} {}", user + system, peak_kib());
}

/// Nanoseconds of all threads of the process, those that have ended among them; by the kernel's tick.
fn processor_time() -> (u64, u64) {
    const TICK: u64 = 10_000_000;
    let stat = fs::read_to_string("/proc/self/stat").expect("Linux tells");
    let fields = stat.rsplit(") ").next().expect("behind the name");
    let mut fields = fields.split(' ').skip(11).map(str::parse::<u64>);
    let mut next = || fields.next().expect("a field").expect("a number") * TICK;
    (next(), next())
}

fn peak_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("it is there");
    line.split_whitespace().nth(1).expect("a number").parse().expect("a number")
}

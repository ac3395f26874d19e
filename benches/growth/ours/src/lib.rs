//! Spans of which there are few or many, and what each costs.

use std::fs;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use tracer::export::{Batch, ExportError, Exporter, Unit};
use tracer::{Span, Tracer, traced};

/// Spans after which the collector is given time: what piles up is another measurement.
const STEP: u64 = 5_000;
/// The time that it is given, longer than its pause. A flush would wake it, and that is not what is measured.
const PASS: Duration = Duration::from_millis(11);

static ARRIVED: AtomicU64 = AtomicU64::new(0);

/// Counts what it is given and drops it.
#[derive(Debug)]
struct Count(Unit);

impl Exporter for Count {
    fn name(&self) -> &'static str {
        "count"
    }

    fn unit(&self) -> Unit {
        self.0
    }

    fn export(&mut self, batch: &Batch) -> Result<(), ExportError> {
        ARRIVED.fetch_add(batch.spans().len() as u64, Ordering::Relaxed);
        Ok(())
    }
}

/// What so many spans cost.
#[derive(Debug)]
struct Account {
    tracer: Tracer,
    caller: u64,
    process: u64,
}

impl Account {
    fn begin(unit: Unit) -> Self {
        let tracer = Tracer::builder().exporter(Count(unit)).install().expect("it is the first");
        // What happens once: the thread's log, the numbers of the callsites.
        (0..2_000).for_each(|_| _ = leaf(1));
        tracer.flush(Duration::from_secs(30)).expect("it only counts");
        ARRIVED.store(0, Ordering::Relaxed);
        Self { tracer, caller: 0, process: nanos(ClockId::ProcessCPUTime) }
    }

    /// Runs what is measured of this thread, and lets the collector follow.
    fn timed(&mut self, run: impl FnOnce()) {
        let before = nanos(ClockId::ThreadCPUTime);
        run();
        self.caller += nanos(ClockId::ThreadCPUTime) - before;
        thread::sleep(PASS);
    }

    /// Prints what a span took of its thread and of the process, and the memory that there was at most.
    fn end(self, spans: u64) {
        self.tracer.flush(Duration::from_mins(1)).expect("it only counts");
        assert_eq!(ARRIVED.load(Ordering::Relaxed), spans, "spans that arrive");
        let stats = self.tracer.stats();
        assert_eq!(stats.lost_details, 0, "{stats}");
        let process = nanos(ClockId::ProcessCPUTime) - self.process;
        let [caller, process] = [self.caller, process].map(|nanos| nanos as f64 / spans as f64);
        println!("{caller} {process} {}", peak_kib());
    }
}

#[traced]
#[inline(never)]
fn leaf(i: u64) -> u64 {
    std::hint::black_box(i)
}

/// Traces of so many spans each, for an exporter that wants them whole.
pub fn traces(each: u64, total: u64) {
    let mut account = Account::begin(Unit::Traces);
    let step = (STEP / each).max(1);
    let mut left = total / each;
    while left > 0 {
        let traces = step.min(left);
        left -= traces;
        if traces == 1 {
            one_trace(&mut account, each);
        } else {
            account.timed(|| {
                for _ in 0..traces {
                    Span::root("root").in_scope(|| leaves(each - 1));
                }
            });
        }
    }
    account.end(total / each * each);
}

/// A trace that may be long: its collector has time in between.
fn one_trace(account: &mut Account, spans: u64) {
    let root = Span::root("root");
    let mut left = spans - 1;
    while left > 0 {
        let some = STEP.min(left);
        account.timed(|| root.in_scope(|| leaves(some)));
        left -= some;
    }
}

fn leaves(count: u64) {
    for i in 0..count {
        leaf(i);
    }
}

/// So many threads that record in turn, each its share.
pub fn threads(count: u64, total: u64) {
    let mut account = Account::begin(Unit::Spans);
    let barrier = Arc::new(Barrier::new(usize::try_from(count).expect("few") + 1));
    let spent = Arc::new(AtomicU64::new(0));
    let share = total / count;
    let all: Vec<_> = (0..count)
        .map(|_| {
            let (barrier, spent) = (Arc::clone(&barrier), Arc::clone(&spent));
            let run = move || {
                leaf(1);
                barrier.wait();
                let before = nanos(ClockId::ThreadCPUTime);
                leaves(share);
                spent.fetch_add(nanos(ClockId::ThreadCPUTime) - before, Ordering::Relaxed);
                barrier.wait();
            };
            thread::Builder::new().stack_size(128 << 10).spawn(run).expect("a thread")
        })
        .collect();
    account.process = nanos(ClockId::ProcessCPUTime);
    barrier.wait();
    barrier.wait();
    account.caller = spent.load(Ordering::Relaxed);
    all.into_iter().for_each(|thread| thread.join().expect("no panic"));
    account.end(count * share + count);
}

/// One thread that records beside so many that have recorded and now wait.
pub fn idle(count: u64, total: u64) {
    let mut account = Account::begin(Unit::Spans);
    let barrier = Arc::new(Barrier::new(usize::try_from(count).expect("few") + 1));
    let all: Vec<_> = (0..count)
        .map(|_| {
            let barrier = Arc::clone(&barrier);
            let run = move || {
                leaf(1);
                barrier.wait();
                barrier.wait();
            };
            thread::Builder::new().stack_size(128 << 10).spawn(run).expect("a thread")
        })
        .collect();
    barrier.wait();
    account.process = nanos(ClockId::ProcessCPUTime);
    for _ in 0..total / STEP {
        account.timed(|| leaves(STEP));
    }
    barrier.wait();
    all.into_iter().for_each(|thread| thread.join().expect("no panic"));
    account.end(total / STEP * STEP + count);
}

/// Spans of so many attributes each.
pub fn attributes(each: u64, total: u64) {
    let keys: Vec<String> = (0..each).map(|number| format!("key{number}")).collect();
    let mut account = Account::begin(Unit::Spans);
    let step = STEP / (each + 1);
    let steps = total / (each + 1) / step;
    for _ in 0..steps {
        account.timed(|| {
            for i in 0..step {
                let span = Span::root("attributes");
                keys.iter().for_each(|key| span.set_attribute(key, i.cast_signed()));
            }
        });
    }
    account.end(steps * step);
}

/// Spans at these callsites in turn.
pub fn callsites(all: &[fn(u64) -> u64], total: u64) {
    let mut account = Account::begin(Unit::Spans);
    let call = |some: u64| (0..some).zip(all.iter().cycle()).for_each(|(i, f)| _ = f(i));
    // The first call of each takes a number for it.
    all.chunks(1_000).for_each(|some| {
        some.iter().for_each(|f| _ = f(0));
        thread::sleep(PASS);
    });
    (account.caller, account.process) = (0, nanos(ClockId::ProcessCPUTime));
    // All of them are called in a step.
    let step = STEP.max(all.len() as u64);
    for _ in 0..total / step {
        account.timed(|| call(step));
    }
    account.end(total / step * step + all.len() as u64);
}

fn nanos(clock: ClockId) -> u64 {
    let time = clock_gettime(clock);
    let [seconds, nanos] = [time.tv_sec, time.tv_nsec].map(i64::cast_unsigned);
    seconds * 1_000_000_000 + nanos
}

fn peak_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("it is there");
    line.split_whitespace().nth(1).expect("a number").parse().expect("a number")
}

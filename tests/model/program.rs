//! The language of the programs: what a request can do, and where which of it may stand.

use std::fmt::{self, Debug, Display, Formatter, Write as _};

/// Requests that run at once, and tasks that were there before, to which they hand futures.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    /// Whether they have a span of their own, which has the number after it.
    pub(crate) drivers: Vec<(bool, u32)>,
    pub(crate) requests: Vec<Request>,
}

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) id: u32,
    pub(crate) is_sampled: bool,
    pub(crate) body: Vec<Op>,
}

/// One step. Its number is the `id` of its span, if it has one.
#[derive(Clone, Debug)]
pub(crate) struct Op {
    pub(crate) id: u32,
    pub(crate) kind: Kind,
    /// What stands between who makes a future and the future, from the outside in.
    pub(crate) layers: Vec<Layer>,
    pub(crate) bodies: Vec<Vec<Self>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Yield,
    /// A traced fn that is not async.
    Leaf,
    /// A guard in code that is not async.
    Scope,
    /// A guard held over awaits; two, with the next number for the inner one, of which the outer one is
    /// dropped between the two bodies.
    Guard,
    Crossed,
    /// A value whose destructor calls a traced fn.
    OnDrop,
    /// A thread, and one of the runtime's blocking pool.
    Thread,
    Blocking,
    Join,
    /// Three bodies: the winner, what is done between its end and the loser's, the loser.
    Select(Fate),
    /// Where a loser waits.
    Stuck,
    /// A panic, without its message.
    Throw,
    /// A task with two bodies, one for before the end of its request and one for after.
    Later(Outliving),
    /// A future, made here and polled through the layers.
    Future(What),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Dropped,
    /// Kept for a while, then finished here, finished in a task, or dropped.
    KeptHere,
    KeptSpawned,
    KeptDropped,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outliving {
    /// The adapter's spawn of a plain block.
    Block,
    /// The adapter's spawn of a traced call.
    Call,
    /// The runtime's spawn of a traced call.
    BareCall,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// A traced `async fn`.
    Call,
    /// One that is `root`, one whose kind is `server`, one that panics in the end.
    Root,
    Server,
    Panics,
    /// A traced fn that is not async and returns a future, and one that returns a stream.
    Returned,
    Rows,
    /// An async block, one that catches panics, and a stream whose closure makes the calls.
    Block,
    Caught,
    Stream,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layer {
    /// A traced fn that is handed the future; one that is `lazy` makes what is further inside itself.
    Helper {
        id: u32,
        lazy: bool,
    },
    InSpan(u32),
    InRoot(u32),
    Unsampled(u32),
    InCurrent,
    Unordered,
    /// Dropped after so many polls.
    Cancel(u32),
    /// Moved to a bare task after so many polls.
    Moved(u32),
    /// The runtime's spawn, the adapter's spawn.
    Spawned,
    Carried,
    /// Sent to a task that was there before.
    Driver(usize),
    /// Driven to its end inside of one poll, by an executor in which it is the same task, another
    /// task, another one that the adapter spawned.
    Same(Executor),
    Foreign(Executor),
    Adapted(Executor),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Executor {
    BlockOn,
    Polls,
    Tokio,
    LocalSet,
    AsyncStd,
    LocalPool,
    Smol,
}

pub(crate) const SAME: [Executor; 4] =
    [Executor::BlockOn, Executor::Polls, Executor::Tokio, Executor::LocalSet];
pub(crate) const FOREIGN: [Executor; 4] =
    [Executor::AsyncStd, Executor::LocalSet, Executor::LocalPool, Executor::Smol];
pub(crate) const ADAPTED: [Executor; 2] = [Executor::LocalSet, Executor::Smol];

impl Op {
    pub(crate) const fn new(id: u32, kind: Kind, bodies: Vec<Vec<Self>>) -> Self {
        Self { id, kind, layers: Vec::new(), bodies }
    }

    /// The words by which this step is counted.
    pub(crate) fn words(&self) -> Vec<String> {
        let mut words = vec![match self.kind {
            Kind::Future(what) => format!("{what:?}"),
            kind => format!("{kind:?}"),
        }];
        words.extend(self.layers.iter().map(|layer| match layer {
            Layer::Helper { lazy, .. } => if *lazy { "Helper, lazy" } else { "Helper" }.to_owned(),
            Layer::Same(_) | Layer::Foreign(_) | Layer::Adapted(_) => format!("{layer:?}"),
            layer => word(layer),
        }));
        words
    }
}

/// The name of a variant without its numbers.
fn word(value: &impl Debug) -> String {
    let text = format!("{value:?}");
    text.split(['(', ' ']).next().unwrap_or_default().to_owned()
}

/// Runs through all steps of a body, outer ones first.
pub(crate) fn each<'a>(ops: &'a [Op], f: &mut impl FnMut(&'a Op)) {
    for op in ops {
        f(op);
        op.bodies.iter().for_each(|body| each(body, f));
    }
}

impl Display for Program {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (index, (is_traced, id)) in self.drivers.iter().enumerate() {
            let span = if *is_traced { format!("driver {id}") } else { "no span".to_owned() };
            writeln!(f, "Driver({index}): {span}")?;
        }
        for Request { id, is_sampled, body } in &self.requests {
            writeln!(f, "{} {id}", if *is_sampled { "request" } else { "unsampled" })?;
            write(f, body, 1)?;
        }
        Ok(())
    }
}

fn write(f: &mut Formatter<'_>, ops: &[Op], level: usize) -> fmt::Result {
    for op in ops {
        let mut line = String::new();
        for layer in &op.layers {
            write!(line, "{layer:?} > ")?;
        }
        match op.kind {
            Kind::Future(what) => write!(line, "{what:?} {}", op.id)?,
            kind => write!(line, "{kind:?} {}", op.id)?,
        }
        writeln!(f, "{:1$}{line}", "", level * 2)?;
        for (index, body) in op.bodies.iter().enumerate() {
            if op.bodies.len() > 1 {
                writeln!(f, "{:1$}- {index}", "", level * 2)?;
            }
            write(f, body, level + 1)?;
        }
    }
    Ok(())
}

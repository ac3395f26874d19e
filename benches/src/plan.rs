//! What is measured: every workload in every program, and how it is set up.

/// The programs, in the order of the table's columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Peer {
    None,
    Ours,
    Fastrace,
    Tracing,
    Micromegas,
    TracingOpentelemetry,
    Opentelemetry,
    AwaitTree,
}

impl Peer {
    /// Those with an attribute of their own, whose functions can be written and built.
    pub(crate) const BUILT: [Self; 6] =
        [Self::None, Self::Ours, Self::Fastrace, Self::Tracing, Self::Micromegas, Self::AwaitTree];
    /// Those that make traces, and so can be timed at it.
    pub(crate) const TIMED: [Self; 6] = [
        Self::None,
        Self::Ours,
        Self::Fastrace,
        Self::Micromegas,
        Self::TracingOpentelemetry,
        Self::Opentelemetry,
    ];
    /// What ours is timed beside.
    pub(crate) const OTHERS: [Self; 4] =
        [Self::Fastrace, Self::Micromegas, Self::TracingOpentelemetry, Self::Opentelemetry];

    /// Whether it has what a workload needs.
    fn can(self, case: &str) -> bool {
        const LACKING: [&str; 4] = ["sync_event", "async_event", "stream", "spawn_blocking"];
        self != Self::Micromegas || !LACKING.contains(&case)
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Ours => "ours",
            Self::Fastrace => "fastrace",
            Self::Tracing => "tracing",
            Self::Micromegas => "micromegas",
            Self::TracingOpentelemetry => "tracing-opentelemetry",
            Self::Opentelemetry => "opentelemetry",
            Self::AwaitTree => "await-tree",
        }
    }
}

/// What is set up behind the annotations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mode {
    On,
    Absent,
    Unsampled,
    /// The feature `off`: nothing is annotated, so it is another program.
    StaticOff,
}

impl Mode {
    /// In the order of the table.
    pub(crate) const ALL: [Self; 4] = [Self::On, Self::Absent, Self::Unsampled, Self::StaticOff];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Absent => "absent",
            Self::Unsampled => "unsampled",
            Self::StaticOff => "static off",
        }
    }

    /// What the program is told: there is nothing to install where nothing is annotated.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::StaticOff => Self::Absent.name(),
            _ => self.name(),
        }
    }

    /// Whether a workload is also run so.
    pub(crate) fn is_for(self, case: &str) -> bool {
        match self {
            Self::On => true,
            Self::Absent | Self::Unsampled => OFF.contains(&case),
            Self::StaticOff => STATIC_OFF.contains(&case),
        }
    }

    fn can(self, peer: Peer) -> bool {
        match self {
            Self::On => true,
            Self::Absent | Self::Unsampled => peer != Peer::None,
            Self::StaticOff => peer == Peer::Ours,
        }
    }
}

/// One workload in one program, set up one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Run {
    pub(crate) case: &'static str,
    pub(crate) mode: Mode,
    pub(crate) peer: Peer,
}

impl Run {
    /// The program that does it.
    pub(crate) const fn program(self) -> &'static str {
        match self.mode {
            Mode::StaticOff => OFF_PROGRAM,
            _ => self.peer.name(),
        }
    }
}

/// That of ours, built with the feature `off`.
pub(crate) const OFF_PROGRAM: &str = "off";

/// Two reads of the clock around an un-annotated call: no tracer can be below.
pub(crate) const FLOOR: Run = Run { case: "floor", mode: Mode::On, peer: Peer::None };

/// The workloads, as the programs name them, in the order of the table.
pub(crate) const CASES: [&str; 29] = [
    "sync",
    "async",
    "depth10_yield0",
    "depth10_yield1",
    "depth10_yield100",
    "root_yield0",
    "root_yield100",
    "sync_args",
    "async_args",
    "sync_error",
    "async_error",
    "sync_args10",
    "sync_long_text",
    "async_args10",
    "async_long_text",
    "sync_event",
    "async_event",
    "depth10_error",
    "guard",
    "cancelled",
    "stream",
    "spawn",
    "join_set",
    "spawn_blocking",
    "tasks10000",
    "sync_thread1",
    "sync_thread2",
    "sync_idle_threads",
    "sync_contended",
];

/// The workloads that are also run where nothing is recorded.
const OFF: [&str; 5] = ["sync", "async", "depth10_yield0", "sync_args", "async_args"];

/// Those that are also run with the feature `off`, to see that it leaves nothing.
const STATIC_OFF: [&str; 3] = ["sync", "async", "depth10_yield0"];

/// Everything, so ordered that what is compared is measured one after the other.
pub(crate) fn runs() -> Vec<Run> {
    let mut all = vec![FLOOR];
    for case in CASES {
        for mode in Mode::ALL.into_iter().filter(|mode| mode.is_for(case)) {
            let peers = Peer::TIMED.into_iter().filter(|peer| mode.can(*peer) && peer.can(case));
            all.extend(peers.map(|peer| Run { case, mode, peer }));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::{CASES, Mode, Peer, runs};

    #[test]
    fn the_feature_off_is_a_program_of_ours_to_which_nothing_is_installed() {
        let off: Vec<_> = runs().into_iter().filter(|run| run.mode == Mode::StaticOff).collect();
        let told: Vec<_> =
            off.iter().map(|run| (run.case, run.program(), run.mode.word())).collect();
        let cases = ["sync", "async", "depth10_yield0"];
        assert_eq!(told, cases.map(|case| (case, "off", "absent")));
        assert!(off.iter().all(|run| run.peer == Peer::Ours));
    }

    #[test]
    fn every_workload_runs_in_every_program_that_can() {
        for case in CASES {
            let runs = runs();
            let on = runs.iter().filter(|run| (run.case, run.mode) == (case, Mode::On));
            let lacks = usize::from(!Peer::Micromegas.can(case));
            assert_eq!(on.count(), Peer::TIMED.len() - lacks, "{case}");
        }
        assert!(!Peer::Micromegas.can("async_event"));
    }
}

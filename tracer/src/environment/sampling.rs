//! Which traces are recorded, as OpenTelemetry's variables say it.

use tracer_core::{Builder, ParentBased, Ratio};

/// One of OpenTelemetry's samplers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Sampling {
    /// Does as the caller does; of traces that begin here it records a share.
    ParentBased(Ratio),
    /// Whatever the caller does.
    Alone(Ratio),
}

impl Sampling {
    /// Reads the name of a sampler and its argument; what makes no sense is one complaint each.
    pub(crate) fn read(name: &str, argument: Option<String>, complaints: &mut Vec<String>) -> Self {
        let (kind, is_parent_based) =
            name.strip_prefix("parentbased_").map_or((name, false), |kind| (kind, true));
        let share = match kind {
            "always_on" => 1.0,
            "always_off" => 0.0,
            "traceidratio" => share(argument, complaints),
            _ => {
                complaints.push(format!(
                    "OTEL_TRACES_SAMPLER: `{name}` is no sampler; valid are always_on, always_off, traceidratio, \
                     parentbased_always_on, parentbased_always_off, parentbased_traceidratio; using `parentbased_always_on`"
                ));
                return Self::ParentBased(Ratio::new(1.0));
            }
        };
        let ratio = Ratio::new(share);
        if is_parent_based { Self::ParentBased(ratio) } else { Self::Alone(ratio) }
    }

    /// Gives it to a builder.
    pub(crate) fn of(self, builder: Builder) -> Builder {
        match self {
            Self::ParentBased(ratio) => builder.sampler(ParentBased::new(ratio)),
            Self::Alone(ratio) => builder.sampler(ratio),
        }
    }
}

fn share(argument: Option<String>, complaints: &mut Vec<String>) -> f64 {
    let Some(argument) = argument else { return 1.0 };
    match argument.parse() {
        Ok(share) if (0.0..=1.0).contains(&share) => share,
        _ => {
            complaints.push(format!(
                "OTEL_TRACES_SAMPLER_ARG: `{argument}` is no share; valid are numbers from 0 to 1; using `1`"
            ));
            1.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Ratio, Sampling};

    #[test]
    fn samplers_are_read() {
        let read = |name: &str, argument: Option<&str>| {
            let mut complaints = Vec::new();
            let read = Sampling::read(name, argument.map(str::to_owned), &mut complaints);
            (read, complaints.len())
        };
        let alone = |share| Sampling::Alone(Ratio::new(share));
        let parent_based = |share| Sampling::ParentBased(Ratio::new(share));
        for (name, argument, expected) in [
            ("always_on", None, (alone(1.0), 0)),
            ("always_off", None, (alone(0.0), 0)),
            ("traceidratio", Some("0.25"), (alone(0.25), 0)),
            ("parentbased_always_on", None, (parent_based(1.0), 0)),
            ("parentbased_always_off", None, (parent_based(0.0), 0)),
            ("parentbased_traceidratio", Some("0.25"), (parent_based(0.25), 0)),
            ("parentbased_traceidratio", None, (parent_based(1.0), 0)),
            ("traceidratio", Some("1.5"), (alone(1.0), 1)),
            ("traceidratio", Some("half"), (alone(1.0), 1)),
            ("jaeger_remote", None, (parent_based(1.0), 1)),
            ("parentbased_jaeger_remote", None, (parent_based(1.0), 1)),
        ] {
            assert_eq!(read(name, argument), expected, "{name} {argument:?}");
        }
    }
}

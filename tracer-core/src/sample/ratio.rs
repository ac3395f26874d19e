//! A share of all traces, by their ids, so that services decide alike.

use crate::sample::{LocalRoot, Sampler};

/// Records a share of all traces, chosen by their ids as OpenTelemetry's SDKs choose them.
///
/// The specification leaves the algorithm of `TraceIdRatioBased` open. This is the one of the SDKs
/// for Go, Python, Ruby and Rust: the lower half of the id, read as a number, is less than the share
/// of its range. A trace that is recorded at one share is recorded at each greater one.
///
/// What a caller decided does not count; see [`ParentBased`](crate::ParentBased).
///
/// # Examples
///
/// ```
/// use tracer_core::{LocalRoot, Ratio, Sampler, TraceId};
///
/// let low = LocalRoot::new(TraceId::from_u128(0x1fff_ffff_ffff_ffff), "any");
/// let high = LocalRoot::new(TraceId::from_u128(0x4000_0000_0000_0000), "any");
/// let quarter = Ratio::new(0.25);
/// assert!(quarter.is_sampled(&low) && !quarter.is_sampled(&high));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ratio {
    /// Ids whose lower half, without its last bit, is below this are recorded.
    below: u64,
}

impl Ratio {
    /// Makes a sampler that records `share` of all traces, from 0.0 to 1.0.
    ///
    /// Other values count as the nearer end, and what is not a number as 1.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::Ratio;
    ///
    /// assert_eq!(Ratio::new(7.0), Ratio::new(1.0));
    /// ```
    pub fn new(share: f64) -> Self {
        Self { below: of_range(share, 63) }
    }
}

impl Sampler for Ratio {
    #[inline]
    fn is_sampled(&self, root: &LocalRoot<'_>) -> bool {
        root.trace_id().low >> 1 < self.below
    }
}

/// Records a share of all traces, chosen by their ids as Datadog's tracers choose them.
///
/// The lower half of the id is multiplied by 1,111,111,111,111,111,111, modulo 2<sup>64</sup>, and
/// the product is at most the share of that range.
///
/// What a caller decided does not count; see [`ParentBased`](crate::ParentBased).
///
/// # Examples
///
/// ```
/// use tracer_core::{DatadogRatio, LocalRoot, Sampler, TraceId};
///
/// let half = DatadogRatio::new(0.5);
/// assert!(half.is_sampled(&LocalRoot::new(TraceId::from_u128(1), "any")));
/// assert!(!half.is_sampled(&LocalRoot::new(TraceId::from_u128(10), "any")));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DatadogRatio {
    /// Products up to this are recorded; none where the share is 0.
    most: Option<u64>,
}

impl DatadogRatio {
    const FACTOR: u64 = 1_111_111_111_111_111_111;

    /// Makes a sampler that records `share` of all traces, from 0.0 to 1.0.
    ///
    /// Other values count as the nearer end, and what is not a number as 1.
    pub fn new(share: f64) -> Self {
        Self { most: (share > 0.0 || share.is_nan()).then(|| of_range(share, 64)) }
    }
}

impl Sampler for DatadogRatio {
    #[inline]
    fn is_sampled(&self, root: &LocalRoot<'_>) -> bool {
        let product = root.trace_id().low.wrapping_mul(Self::FACTOR);
        self.most.is_some_and(|most| product <= most)
    }
}

/// The share of 2 to the power of `bits`, as far as a number of 64 bits goes.
fn of_range(share: f64, bits: i32) -> u64 {
    let share = if share.is_nan() { 1.0 } else { share.clamp(0.0, 1.0) };
    #[expect(clippy::cast_sign_loss, reason = "the share is not negative")]
    let range = (share * 2.0_f64.powi(bits)) as u64;
    range
}

#[cfg(test)]
mod tests {
    use super::{DatadogRatio, Ratio};
    use crate::id::TraceId;
    use crate::sample::{LocalRoot, Sampler};

    fn is_sampled(sampler: &dyn Sampler, trace: u128) -> bool {
        sampler.is_sampled(&LocalRoot::new(TraceId::from_u128(trace), ""))
    }

    #[test]
    fn the_share_is_kept() {
        let samplers: [&dyn Sampler; 2] = [&Ratio::new(0.25), &DatadogRatio::new(0.25)];
        for sampler in samplers {
            let kept = (0..40_000)
                .filter(|_| sampler.is_sampled(&LocalRoot::new(TraceId::new(), "")))
                .count();
            assert!((9_000..11_000).contains(&kept), "{sampler:?}: {kept} of 40000");
        }
    }

    #[test]
    fn senseless_shares_count_as_the_nearer_end() {
        assert_eq!(Ratio::new(-1.0), Ratio::new(0.0));
        assert_eq!(Ratio::new(7.0), Ratio::new(1.0));
        assert_eq!(Ratio::new(f64::NAN), Ratio::new(1.0));
        assert_eq!(DatadogRatio::new(-1.0), DatadogRatio::new(0.0));
        assert_eq!(DatadogRatio::new(f64::NAN), DatadogRatio::new(1.0));
        for (sampler, all) in [
            (&Ratio::new(0.0) as &dyn Sampler, false),
            (&DatadogRatio::new(0.0), false),
            (&Ratio::new(1.0), true),
            (&DatadogRatio::new(1.0), true),
        ] {
            let ids = [0, 1, u128::from(u64::MAX), u128::MAX];
            assert!(ids.iter().all(|id| is_sampled(sampler, *id) == all), "{sampler:?}");
        }
    }

    /// Ids and what others decide about them: `opentelemetry_sdk` 0.33 for Rust at a half.
    #[test]
    fn opentelemetry_s_sdks_decide_alike() {
        let half = Ratio::new(0.5);
        for (low, sampled) in [
            (0, true),
            (0x7fff_ffff_ffff_ffff, true),
            (0x8000_0000_0000_0000, false),
            (u64::MAX, false),
        ] {
            assert_eq!(is_sampled(&half, 0xabc << 64 | u128::from(low)), sampled, "{low:x}");
        }
    }

    /// By the formula: at 0.5, products up to 2^63 are kept.
    #[test]
    fn datadog_s_tracers_decide_alike() {
        let half = DatadogRatio::new(0.5);
        for (low, sampled) in [(1, true), (2, true), (8, true), (9, false), (16, false), (17, true)]
        {
            assert_eq!(is_sampled(&half, 7 << 64 | low), sampled, "{low}");
        }
    }
}

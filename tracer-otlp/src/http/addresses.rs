//! Where the backend's name leads: asked for once, not for each request.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// For so long a name leads where it led; less where a request failed.
const KEPT: Duration = Duration::from_secs(30);

/// The addresses of one host.
///
/// A client asks before each request, kept connection or not, on a thread of its own so that it need
/// not wait: that took a fifth of what sending a span costs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Addresses(Arc<Mutex<Option<Known>>>);

#[derive(Debug)]
struct Known {
    uri: Uri,
    addresses: ResolvedSocketAddrs,
    since: Instant,
}

impl Addresses {
    /// What they are is asked again: they may have changed.
    pub(crate) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub(crate) fn known(&self, uri: &Uri, now: Instant) -> Option<ResolvedSocketAddrs> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.as_ref().filter(|known| known.uri == *uri)?;
        (now.duration_since(known.since) < KEPT).then(|| known.addresses.clone())
    }

    pub(crate) fn know(&self, uri: &Uri, addresses: &ResolvedSocketAddrs, since: Instant) {
        let known = Known { uri: uri.clone(), addresses: addresses.clone(), since };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(known);
    }
}

impl Resolver for Addresses {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let now = Instant::now();
        if let Some(addresses) = self.known(uri, now) {
            return Ok(addresses);
        }
        let addresses = DefaultResolver::default().resolve(uri, config, timeout)?;
        self.know(uri, &addresses, now);
        Ok(addresses)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_name_leads_to_is_known_for_a_while_and_until_a_request_fails() {
        let (addresses, now) = (Addresses::default(), Instant::now());
        let [backend, other] = ["http://backend:4318/", "http://other:4318/"].map(Uri::from_static);
        let mut found = addresses.empty();
        found.push(([10, 0, 0, 1], 4318).into());
        let known = |uri, at| addresses.known(uri, at).map(|found| found.to_vec());

        assert_eq!(known(&backend, now), None);
        addresses.know(&backend, &found, now);
        assert_eq!(known(&backend, now + KEPT / 2), Some(found.to_vec()));
        assert_eq!((known(&other, now), known(&backend, now + KEPT)), (None, None));
        addresses.forget();
        assert_eq!(known(&backend, now), None);
    }
}

//! What an answer of the agent means.

use tracer_core::__private::{Verdict, answered};

use crate::agent::response::Response;

pub(crate) fn verdict(response: &Response) -> Verdict {
    let status = response.status;
    match status {
        // A web server that answers anything with a page is no agent.
        200..=299 if response.is_html => Verdict::Failed(format!(
            "answered {status} with a page: this is another server than a Datadog agent"
        )),
        200..=299 => Verdict::Delivered,
        408 | 429 | 502 | 503 | 504 => Verdict::Later(response.retry_after, said(response)),
        404 | 415 => Verdict::Failed(format!(
            "answered {status}: it does not take /v0.4/traces; a Datadog agent of version 6 or 7 does"
        )),
        400..=499 => Verdict::Rejected(None, said(response)),
        _ => Verdict::Failed(said(response)),
    }
}

/// The status and, where it is text, what came with it.
fn said(response: &Response) -> String {
    let text = String::from_utf8_lossy(&response.body);
    answered(response.status, (!response.is_html).then_some(&*text))
}
